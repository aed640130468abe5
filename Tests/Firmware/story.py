"""What every case tells: a push arms, the machine installs once, its report becomes a commit, and it boots its disk."""

from pathlib import Path
from types import MappingProxyType

from daemon import EXAMPLES, Daemon
from lab import BRIDGE
from machine import BOOTED_DISK, REPORTED, Machine
from remote import Remote
from rig import Service, expect

MAC = "52:54:00:12:34:01"
STARTED = "installer: started"


class Story:
    """One remote, one daemon, one machine; `notes` become the case's line in the summary."""

    def __init__(self, setting, name):
        self.setting = setting
        self.folder = setting.folder / name
        self.folder.mkdir(parents=True)
        self.notes = []
        self.services = []

    def repository(self, manifest, served=True):
        self.remote = Remote(self.folder, manifest, served)

    def bootlatch(self, mode, example=EXAMPLES / "systemd/bootlatch.yaml"):
        """Starts the daemon and lets it see the inventory once: what is on at first sight is not armed."""
        self.configure(mode, example)
        self.daemon.start()
        self.daemon.reconcile()

    def configure(self, mode, example=EXAMPLES / "systemd/bootlatch.yaml", settings=MappingProxyType({})):
        here = {
            "inventory.url": self.remote.url,
            "inventory.interval": "2s",
            "boot.interfaces": f"[{BRIDGE}]",
            "boot.dhcp.mode": mode,
            "boot.http.artifacts": self.setting.artifacts,
        }
        self.daemon = Daemon(self.setting.binary, self.folder, example, here | settings)

    def peer(self, name, command, ready):
        """Starts somebody else's server on the machine next door."""
        self.services.append(Service(name, command, self.folder, peer=True, ready=lambda service: service.said(ready)))

    def machine_with(self, firmware):
        self.setting.lab.forget_neighbours()
        self.machine = Machine(firmware, MAC, self.folder)

    def arm(self):
        self.remote.arm()
        self.daemon.reconcile()

    def install(self, times=1, at_start=lambda: None):
        """Power on; the installer writes the disk, reports and reboots, and that reboot is refused already.

        `times` counts the installs of this machine, this one included.
        """
        boots = self.machine.count(BOOTED_DISK)
        self.machine.power_on()
        self.machine.wait(STARTED, times)
        at_start()
        installed = self.machine.wait(REPORTED, times)
        written = self.machine.count("installer: wrote the disk") == times
        expect(written, f"the disk was not written:\n{self.machine.console()}")
        booted = self.machine.wait(BOOTED_DISK, boots + 1)
        self.notes.append(
            f"installed {installed:.0f} s after power-on, disk {booted - installed:.0f} s after the report"
        )

    def reboot(self, times):
        """Power cycles; each has to end in the disk's boot code."""
        slowest = 0
        for _ in range(times):
            before = self.machine.count(BOOTED_DISK)
            self.machine.power_cycle()
            slowest = max(slowest, self.machine.wait(BOOTED_DISK, before + 1))
        self.notes.append(f"{times} more reboot{'s' * (times > 1)}, at most {slowest:.0f} s to the disk")

    def finished(self, disk_boots, installs=1):
        """The whole of it: so many installs, so many boots of the disk, one commit for the last arming."""
        kernels, reports, disks = (self.machine.count(pattern) for pattern in (STARTED, REPORTED, BOOTED_DISK))
        self.machine.power_off()
        counted = f"{kernels} installer starts, {reports} reports"
        expect(kernels == reports == installs, f"{counted}, not {installs}:\n{self.machine.console(60)}")
        expect(disks == disk_boots, f"the disk booted {disks} times, not {disk_boots}")
        self.remote.only_one_commit()
        self.daemon.stop()

    def close(self):
        """Ends what still runs; says nothing about how."""
        if hasattr(self, "machine"):
            self.machine.power_off()
        if hasattr(self, "remote"):
            self.services.append(self.remote.service)
        if hasattr(self, "daemon") and hasattr(self.daemon, "service"):
            self.services.append(self.daemon.service)
        for service in filter(None, self.services):
            service.process.kill()
            service.process.wait()
        if hasattr(self, "cable"):
            self.cable.close()

    def evidence(self):
        """For a failure: the last words of everyone."""
        parts = [f"{log.name}:\n{last(log)}" for log in sorted(self.folder.glob("*.log")) if log.stat().st_size]
        return "\n".join(parts)


def last(log, lines=15):
    return "\n".join(Path(log).read_text(errors="replace").splitlines()[-lines:])
