"""What a daemon holds after thousands of polls, each with a commit to fetch, and some with one of its own.

Memory, packs, disk: fails where one of them grows that should not."""

import time
from pathlib import Path

from inventory import manifest, path
from loop import Loop
from rig import Service, expect, sh

HOSTS = 100
STEP = 200
# A machine is installed this often, and its commit pushed.
INSTALL = 50


def size(folder):
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1024


class Sample:
    def __init__(self, loop, mirror):
        self.memory = loop.memory("VmRSS")
        self.packs = len(list(mirror.glob("objects/pack/*.pack")))
        self.loose = len(list(mirror.glob("objects/??/*")))
        self.mirror = size(mirror)
        self.journal = sum(file.stat().st_size for file in loop.daemon.state.glob("journal*")) / 1024

    def __str__(self):
        return (
            f"{self.memory:.0f} MiB resident, mirror {self.mirror:,.0f} KiB in {self.packs} packs and {self.loose} "
            f"loose objects, journal {self.journal:,.0f} KiB"
        )

    def check(self, early, commits):
        """Against an early one: what commits and events themselves take may have come, and no more."""
        expect(self.memory < early.memory * 1.25 + 8, f"memory grew from {early.memory:.0f} to {self.memory:.0f} MiB")
        expect(self.packs <= 60 and self.loose <= 2500, f"{self.packs} packs and {self.loose} loose objects")
        expect(self.mirror - early.mirror < 6 * commits, f"the mirror grew to {self.mirror:,.0f} KiB")
        expect(self.journal - early.journal < 4 * commits + 4096, f"the journal grew to {self.journal:,.0f} KiB")


def measure(binary, folder, polls, row):
    """Over `git daemon`, as a server is reached: memory that its transport kept would show."""
    loop = Loop(binary, folder, HOSTS, url="git://127.0.0.1/inventory.git")
    server = Service(
        "git-daemon",
        ["git", "daemon", "--verbose", "--export-all", "--enable=receive-pack", "--listen=127.0.0.1"]
        + [f"--base-path={folder}", folder],
        folder,
        ready=lambda service: service.said("Ready to rumble"),
    )
    loop.start()
    mirror = loop.daemon.state / "mirror.git"
    label, busy, samples = f"{polls:,} polls", 0.0, []
    for number in range(polls + 1):
        if number % STEP == 0:
            samples.append(Sample(loop, mirror))
            row(label, f"after {number:,}", samples[-1])
        host = number % HOSTS
        loop.repository.commit(f"Note {number}", [(path(host), f"# note {number}\n" + manifest(host))])
        before = time.monotonic()
        loop.reconcile()
        busy += time.monotonic() - before
        if number % INSTALL == INSTALL - 1:
            loop.report(host)
    row(label, "a pass with a commit, mean", f"{busy / (polls + 1) * 1000:.1f} ms")
    tip = sh("git", "-C", mirror, "rev-parse", "refs/remotes/origin/main")
    expect(tip == loop.repository.tip(), "the mirror is not at the remote's tip")
    if len(samples) > 2:
        samples[-1].check(samples[1], polls - STEP)
    loop.stop()
    server.stop()
