"""Real firmware behind a bad cable, and the BIOS chain through undionly.kpxe."""

from pathlib import Path

from cable import Cable, Rates, told
from manifests import HEAD, OSIE
from packets import IPXE, PAD, USER_CLASS, VENDOR_CLASS, boot_file, dhcp_options
from rig import expect
from story import MAC, Story

LOADERS = Path("/usr/lib/ipxe")


def hurt(counter, what):
    """Frames were really dropped, repeated and delayed."""
    expect(all(counter[fate] for fate in ("dropped", "repeated", "delayed")), f"{what} came through: {told(counter)}")
    return f"{what} {told(counter)}"


def uefi(story: Story):
    """OVMF fetches its loader by TFTP in windows of four blocks, and installs once."""
    story.repository(HEAD + OSIE)
    story.bootlatch("server")
    story.cable = Cable(Rates(0.06, 0.03, 0.06))
    story.machine_with("uefi")
    story.arm()
    story.install()
    story.remote.disarmed(MAC, deadline=30)
    story.finished(disk_boots=1)
    windows = {options.get("windowsize") for _, name, options in story.cable.requests if name.endswith("snponly.efi")}
    expect("4" in windows, f"OVMF asked for windows of {windows}")
    story.notes.append(hurt(story.cable.suffered("TFTP"), "TFTP"))


class PlainROM:
    """Makes the requests of the card's iPXE look like those of a plain BIOS PXE ROM, which QEMU does not have.

    Such a ROM sends neither the user class `iPXE` (option 77) nor iPXE's own options (175); the rest of an iPXE
    request is what a ROM sends. undionly.kpxe, once it is sent, keeps them; the operating system's request says that
    the ROM will be next.
    """

    def __init__(self):
        self.in_rom = True
        self.named = []  # (by the ROM, boot file) of every DHCP reply
        self.port = None
        self.blocks = {}  # of undionly.kpxe, as they were sent

    def __call__(self, frame, packet, to_machine):
        if not packet:
            return frame
        if packet.kind == "DHCP":
            if not to_machine:
                return self.request(frame, packet)
            self.named.append((self.in_rom, boot_file(packet.payload)))
        elif packet.destination[1] == 69 and b"undionly.kpxe\0" in packet.payload:
            self.port = packet.source[1]
        elif to_machine and packet.destination[1] == self.port and packet.payload[:2] == b"\0\3":
            self.in_rom = False
            self.blocks[packet.payload[2:4]] = packet.payload[4:]
        return frame

    def request(self, frame, packet):
        options = list(dhcp_options(packet.payload))
        self.in_rom |= not any(code == VENDOR_CLASS and value.startswith(b"PXEClient") for code, _, value in options)
        if not self.in_rom:
            return frame
        changed = bytearray(frame)
        for code, position, value in options:
            if code in (USER_CLASS, IPXE):
                start = packet.start + position
                changed[start : start + 2 + len(value)] = bytes([PAD]) * (2 + len(value))
        # No checksum, as RFC 768 lets it.
        changed[packet.start - 2 : packet.start] = b"\0\0"
        return bytes(changed)


def undionly(story: Story, rates):
    """The whole BIOS chain: a plain PXE ROM, undionly.kpxe by TFTP, and its script on the second DHCP."""
    rom = PlainROM()
    story.repository(HEAD + OSIE)
    story.bootlatch("server")
    story.cable = Cable(rates, rom)
    story.machine_with("bios")
    story.arm()
    story.install()
    story.remote.disarmed(MAC, deadline=30)
    story.finished(disk_boots=1)
    file = (LOADERS / "undionly.kpxe").read_bytes()
    sent = b"".join(data for _, data in sorted(rom.blocks.items()))
    expect(sent == file, f"{len(sent)} bytes of undionly.kpxe went out by TFTP, not {len(file)}")
    first, second = ({name for by_rom, name in rom.named if by_rom is which} for which in (True, False))
    path = f"{MAC.replace(':', '-')}/undionly.kpxe"
    expect(path in first and not any("script.ipxe" in name for name in first), f"the ROM was told to boot {first}")
    expect(any("script.ipxe" in name for name in second), f"undionly.kpxe was told to boot {second}")
    story.notes.append("undionly.kpxe by TFTP, then the script")
    if any(rates):
        story.notes.append(hurt(story.cable.suffered("TFTP"), "TFTP"))
