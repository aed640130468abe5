"""Waiting, running and expecting, for the tests that need a network of their own."""

import re
import select
import subprocess
import time
from pathlib import Path

PEER = "peer"  # the network namespace of the machine next door


class Failed(Exception):
    """An expectation that does not hold; its text is what a reader needs to go on."""


class Skipped(Exception):
    """A case that this machine cannot run; its text says why."""


def expect(condition, message):
    if not condition:
        raise Failed(message)


def sh(*command, **options):
    """Runs a command to its end and returns its output; a failure shows what it said."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}: {(done.stderr + done.stdout).strip()}")
    return done.stdout.strip()


def eventually(what, condition, deadline):
    """Waits until `condition()` is true and returns its value; `deadline` in seconds."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"not within {deadline} s: {what}")
        select.select([], [], [], 0.05)


class Service:
    """A server that runs until `stop`; its output is a file, shown when the case fails."""

    def __init__(self, name, command, folder, peer=False, ready=None, deadline=30, **options):
        self.name = name
        self.log = Path(folder) / f"{name}.log"
        if peer:
            command = ["ip", "netns", "exec", PEER, *command]
        self.process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("a"),
            stderr=subprocess.STDOUT,
            **options,
        )
        if ready:
            eventually(f"{name} is ready", lambda: self.alive() and ready(self), deadline)

    def alive(self):
        if self.process.poll() is not None:
            raise Failed(f"{self.name} ended by itself with exit {self.process.returncode}:\n{self.tail()}")
        return True

    def tail(self, lines=15):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def said(self, pattern):
        return re.search(pattern, self.log.read_text(errors="replace"))

    def stop(self, deadline=15):
        """SIGTERM, and the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f"{self.name} did not end within {deadline} s of SIGTERM") from None
