"""What a daemon holds after thousands of polls, each with a commit to fetch: memory, packs, disk."""

import time
from pathlib import Path

from inventory import manifest, path
from loop import Loop
from rig import Service, expect, sh

HOSTS = 100
STEP = 200


def size(folder):
    return sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1024


def measure(binary, folder, polls, row):
    """Over `git daemon`, as a server is reached: memory that its transport kept would show."""
    loop = Loop(binary, folder, HOSTS, url="git://127.0.0.1/inventory.git")
    server = Service(
        "git-daemon",
        ["git", "daemon", "--verbose", "--export-all", "--listen=127.0.0.1", f"--base-path={folder}", folder],
        folder,
        ready=lambda service: service.said("Ready to rumble"),
    )
    loop.start()
    mirror = loop.daemon.state / "mirror.git"
    label, start, busy = f"{polls:,} polls", time.monotonic(), 0.0
    for number in range(polls + 1):
        if number % STEP == 0:
            packs = len(list(mirror.glob("objects/pack/*.pack")))
            loose = len(list(mirror.glob("objects/??/*")))
            journal = sum(file.stat().st_size for file in loop.daemon.state.glob("journal*")) / 1024
            row(
                label,
                f"after {number:,}",
                f"{loop.memory('VmRSS'):.0f} MiB resident, mirror {size(mirror):,.0f} KiB in {packs} packs and {loose} "
                f"loose objects, journal {journal:,.0f} KiB",
            )
        host = number % HOSTS
        loop.repository.commit(f"Note {number}", [(path(host), f"# note {number}\n" + manifest(host))])
        before = time.monotonic()
        loop.reconcile()
        busy += time.monotonic() - before
    row(label, "a pass with a commit, mean", f"{busy / (polls + 1) * 1000:.1f} ms")
    tip = sh("git", "-C", mirror, "rev-parse", "refs/remotes/origin/main")
    expect(tip == loop.repository.tip(), "the mirror is not at the remote's tip")
    loop.stop()
    server.stop()
