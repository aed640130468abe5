"""What Bootlatch exists for: an ISC dhcpd that always hands out a boot file, configured as in examples/isc-dhcp."""

from daemon import EXAMPLES
from machine import BOOTED_DISK
from rig import expect
from story import MAC, Story

EXAMPLE = EXAMPLES / "isc-dhcp"
REBOOTS = 5


def start(story: Story, firmware, configuration):
    story.repository((EXAMPLE / "inventory/node-01.yaml").read_text())
    leases = story.folder / "dhcpd.leases"
    leases.touch()
    # In the foreground, and logging there: -d.
    command = ["dhcpd", "-4", "-d", "--no-pid", "-cf", EXAMPLE / configuration, "-lf", leases, "eth0"]
    story.peer("dhcpd", command, ready="Server starting service")
    story.bootlatch("off", EXAMPLE / "bootlatch.yaml")
    story.machine_with(firmware)


def always_named(story: Story, firmware, configuration, remote_down=False):
    """Five reboots in a row, the installer's own among them: installed once, disk booted five times, one commit."""
    start(story, firmware, configuration)
    story.arm()
    story.install(at_start=story.remote.stop if remote_down else lambda: None)
    if remote_down:
        story.reboot(REBOOTS - 1)
        expect(story.remote.tip() == story.remote.arming, "a commit came while the remote was down")
        story.remote.start()
        story.remote.disarmed(MAC, deadline=90)
        story.notes.append("commit after the remote came back")
    else:
        story.remote.disarmed(MAC, deadline=30)
        story.reboot(REBOOTS - 1)
    expect(not story.remote.commits()[1:], "more than one commit")
    story.finished(disk_boots=REBOOTS)


def never_armed(story: Story, firmware):
    """A machine that nobody armed, its disk installed long ago, behind the same dhcpd."""
    start(story, firmware, "one-file-name.conf")
    story.machine.disk.write_bytes((story.setting.artifacts / "disk.img").read_bytes())
    story.machine.power_on()
    seconds = story.machine.wait(BOOTED_DISK)
    story.machine.power_off()
    story.daemon.stop()
    story.notes.append(f"disk after {seconds:.0f} s")
