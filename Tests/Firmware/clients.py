"""The TFTP clients that people run by hand, each on a machine of its own behind the same bad cable, all at once."""

import hashlib
import random
import subprocess
import time
from typing import NamedTuple

from cable import Cable, Rates, told
from lab import ADDRESS
from lossy import hurt
from manifests import HEAD
from rig import Failed, eventually, expect
from story import Story

FILE = "many.bin"
HPA = ["tftp", "-m", "binary", ADDRESS, "-c", "get", FILE]
CURL = ["curl", "--silent", "--show-error", f"tftp://{ADDRESS}/{FILE}", "--output"]


class Client(NamedTuple):
    """A command, to which the local file's name is added, and the options that its request must carry."""

    name: str
    command: list
    options: dict


def atftp(name, **options):
    flags = [part for key, value in options.items() for part in ("--option", f"{key} {value}")]
    command = ["atftp", *flags, "--get", "--remote-file", FILE, ADDRESS, "69", "--local-file"]
    return Client(name, command, {key: str(value) for key, value in options.items()})


SOME = [
    atftp("atftp"),
    atftp("atftp, window 8", blksize=1428, windowsize=8),
    Client("tftp-hpa", HPA, {}),
    Client("curl", [*CURL[:-1], "--tftp-blksize", "1468", CURL[-1]], {"blksize": "1468"}),
    Client("curl, no options", [*CURL[:-1], "--tftp-no-options", CURL[-1]], {}),
]
# 65535 blocks of 512 bytes are not the whole file: the block number rolls over to 0.
PLAIN = [SOME[0], SOME[2], SOME[4]]


class DropsAtRollover:
    """Drops, once for each client, the blocks around the rollover and the acknowledgement of block 0."""

    FIRST = {(True, b"\0\3\xff\xff"), (True, b"\0\3\0\0"), (False, b"\0\4\0\0")}

    def __init__(self):
        self.dropped = set()

    def __call__(self, frame, packet, to_machine):
        if not packet or (to_machine, packet.payload[:4]) not in self.FIRST:
            return frame
        mine = ((packet.destination if to_machine else packet.source)[0], packet.payload[:4])
        if mine in self.dropped:
            return frame
        self.dropped.add(mine)
        return None


def fetched(story: Story, clients, size, rates, watch=lambda frame, *_: frame, deadline=150):
    """Each of the clients gets the same file, bit by bit."""
    loaders = story.folder / "loaders"
    loaders.mkdir()
    content = random.Random(size).randbytes(size)
    (loaders / FILE).write_bytes(content)
    wanted = hashlib.sha256(content).hexdigest()
    story.repository(HEAD)
    story.configure("off", settings={"boot.loaders": loaders})
    story.daemon.start()
    story.cable = Cable(rates, watch)
    running, seconds = {}, {}
    start = time.monotonic()

    def through():
        for address, (_, process) in running.items():
            if address not in seconds and process.poll() is not None:
                seconds[address] = time.monotonic() - start
        return len(seconds) == len(running)

    try:
        for number, client in enumerate(clients):
            address, machine = f"10.10.20.{60 + number}", f"client{number}"
            story.cable.client(machine, address)
            running[address] = client, begin(story, machine, client)
        try:
            eventually("every client is through", through, deadline)
        except Failed as late:
            missing = [client.name for address, (client, _) in running.items() if address not in seconds]
            raise Failed(f"{late}, but {'; '.join(missing)} not") from None
        for number, (address, (client, process)) in enumerate(running.items()):
            holds(story, client, address, process.returncode, story.folder / f"client{number}.bin", wanted)
            story.notes.append(f"{client.name} {seconds[address]:.0f} s")
    finally:
        for _, process in running.values():
            process.kill()
            process.wait()
    story.notes.append(hurt(story.cable.suffered("TFTP"), f"{size} bytes each, TFTP"))
    story.daemon.stop()


def begin(story, machine, client):
    log = (story.folder / f"{machine}.log").open("w")
    command = ["ip", "netns", "exec", machine, *client.command, story.folder / f"{machine}.bin"]
    return subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=story.folder
    )


def holds(story, client, address, status, file, wanted):
    suffered = told(story.cable.suffered("TFTP", address))
    expect(status == 0, f"{client.name} ended with {status}: {suffered}")
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    expect(found == wanted, f"{client.name} has {file.stat().st_size} bytes that are not the file's: {suffered}")
    asked = [options for sender, _, options in story.cable.requests if sender == address]
    right = asked and (client.options.items() <= asked[0].items() if client.options else not asked[0])
    expect(right, f"{client.name} asked with {asked}, not with {client.options}")


def some(story: Story):
    fetched(story, SOME, (2 << 20) + 77, Rates(0.002, 0.01, 0.03))


def rollover(story: Story):
    drops = DropsAtRollover()
    fetched(story, PLAIN, 512 * 66000 + 77, Rates(0.0001, 0.0005, 0.001), drops)
    expect(len(drops.dropped) == 3 * len(PLAIN), f"dropped at the rollover: {sorted(drops.dropped)}")
