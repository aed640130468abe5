"""Bootlatch's own DHCP: as the network's server, and as a proxy beside one that leases."""

import clients
import lossy
from cable import Rates
from isc import always_named, never_armed
from manifests import HEAD, OSIE, SCRIPT
from pauses import as_agreed
from story import MAC, Story
from unit import runs_unprivileged, unit_is_valid


def tell(story: Story, firmware, mode, plan, served=True):
    """Push arms, firmware installs once, the commit is in the remote, and the disk boots on both next boots."""
    story.repository(HEAD + plan, served)
    story.bootlatch(mode)
    story.machine_with(firmware)
    story.arm()
    story.install()
    story.remote.disarmed(MAC, deadline=30)
    story.reboot(1)
    story.finished(disk_boots=2)


def armed_again(story: Story):
    """Installed and disarmed, a second arming by hand installs once more, and makes a commit of its own."""
    story.repository(HEAD + OSIE)
    story.bootlatch("server")
    story.machine_with("bios")
    story.arm()
    story.install()
    story.remote.disarmed(MAC, deadline=30)
    story.machine.power_off()
    story.remote.pull()
    story.arm()
    story.install(times=2)
    story.remote.disarmed(MAC, deadline=30)
    story.finished(disk_boots=2, installs=2)


def server(firmware, plan, served=True):
    return lambda story: tell(story, firmware, "server", plan, served)


def proxy(firmware, plan):
    def run(story):
        leases = story.folder / "leases"
        command = [
            "dnsmasq",
            "--no-daemon",
            "--conf-file=/dev/null",
            "--port=0",
            "--interface=eth0",
            "--bind-interfaces",
        ]
        command += [
            "--log-facility=-",
            "--no-ping",
            "--dhcp-range=10.10.20.50,10.10.20.99,1h",
            f"--dhcp-leasefile={leases}",
        ]
        story.peer("dnsmasq", command, ready="DHCP, IP range")
        tell(story, firmware, "proxy", plan)

    return run


CASES = {
    "bios, server, osie": server("bios", OSIE, served=False),
    "bios, server, armed again after its install": armed_again,
    "uefi, server, ipxe.contents": server("uefi", SCRIPT),
    "uefi http boot, server, osie": server("uefi-http", OSIE),
    "bios, proxy beside dnsmasq, ipxe.contents": proxy("bios", SCRIPT),
    "uefi, proxy beside dnsmasq, osie": proxy("uefi", OSIE),
    "bios, undionly chain": lambda story: lossy.undionly(story, Rates(0, 0, 0)),
    "bios, undionly chain, lossy": lambda story: lossy.undionly(story, Rates(0.06, 0.03, 0.06)),
    "uefi, server, lossy": lossy.uefi,
    "tftp clients, lossy": clients.some,
    "tftp clients, block numbers roll over, lossy": clients.rollover,
    "tftp server, pauses before repetitions": as_agreed,
    "isc, one file name, never armed, bios": lambda story: never_armed(story, "bios"),
    "isc, one file name, bios": lambda story: always_named(story, "bios", "one-file-name.conf"),
    "isc, one file name, uefi": lambda story: always_named(story, "uefi", "one-file-name.conf"),
    "isc, iPXE conditional, bios": lambda story: always_named(story, "bios", "ipxe-conditional.conf"),
    "isc, iPXE conditional, uefi": lambda story: always_named(story, "uefi", "ipxe-conditional.conf"),
    "isc, one file name, remote down, bios": lambda story: always_named(
        story, "bios", "one-file-name.conf", remote_down=True
    ),
    "isc, iPXE conditional, remote down, uefi": lambda story: always_named(
        story, "uefi", "ipxe-conditional.conf", remote_down=True
    ),
    "make install leaves a valid unit": unit_is_valid,
    "serves with the unit's capabilities only": runs_unprivileged,
}
