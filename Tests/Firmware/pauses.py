"""How long Bootlatch's TFTP server waits before it repeats a block: what was agreed on, every time."""

import socket
import time

from lab import ADDRESS
from manifests import HEAD
from rig import expect
from story import Story

FILE = "52-54-00-99-99-99/file"  # a MAC that no manifest names, so that two requests are no loader's own
LOST = (10, 12, 14)
OPTIONS, DATA = b"\0\6", b"\0\3"


def as_agreed(story: Story):
    """A second lost block must not wait for the longer pause that followed the first."""
    loaders = story.folder / "loaders"
    loaders.mkdir()
    (loaders / "file").write_bytes(bytes(20 * 512))
    story.repository(HEAD)
    story.configure("off", settings={"boot.loaders": loaders})
    story.daemon.start()
    for options, agreed in ((b"", 1), (b"timeout\x003\0", 3)):
        waited = pauses(options)
        right = all(agreed - 0.1 < pause < agreed + 0.7 for pause in waited)
        expect(right, f"lost blocks were repeated after {waited} s, not after {agreed}")
    story.notes.append("lost blocks repeated after 1 s, and after the 3 s that a client asked for")
    story.daemon.stop()


def pauses(options):
    """Fetches the file; the first of each LOST block is taken for lost."""
    first, waited = {}, []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.sendto(b"\0\1" + FILE.encode() + b"\0octet\0" + options, (ADDRESS, 69))
        while True:
            packet, server = client.recvfrom(2048)
            expect(packet[:2] in (OPTIONS, DATA), f"not a block: {packet}")
            block = 0 if packet[:2] == OPTIONS else int.from_bytes(packet[2:4])
            if block in LOST and block not in first:
                first[block] = time.monotonic()
                continue
            if block in LOST:
                waited.append(round(time.monotonic() - first[block], 2))
            client.sendto(b"\0\4" + block.to_bytes(2), server)
            if packet[:2] == DATA and len(packet) < 516:
                return waited
