"""The loop's own times: first load, one-file reconcile beside `git fetch`, from a report to refusal and commit."""

import http.client
import re
import socket
import statistics
import subprocess
import time
import urllib.request

from daemon import EXAMPLES, Daemon
from inventory import Repository, mac
from rig import expect, sh

ROUNDS = 11
REPORTS = 5
CHANGES = (100, 10_000)
PLANNED = 500


def timed(action):
    start = time.monotonic()
    action()
    return time.monotonic() - start


def milliseconds(samples):
    low, middle, high = (value * 1000 for value in (min(samples), statistics.median(samples), max(samples)))
    return f"{middle:.1f} ms (of {len(samples)}: {low:.1f} to {high:.1f})"


class Loop:
    def __init__(self, binary, folder, hosts, mode="off", url=None):
        self.folder, self.hosts = folder, hosts
        folder.mkdir(parents=True)
        artifacts = folder / "artifacts"
        artifacts.mkdir()
        for name in ("vmlinuz", "initrd"):
            (artifacts / name).write_bytes(bytes(4096))
        self.repository = Repository(folder, hosts)
        # By its path else: between git-daemon and git, delayed acknowledgements would cost more than what is measured.
        self.url = url or str(self.repository.bare)
        settings = {
            "inventory.url": self.url,
            "inventory.interval": "1h",
            "boot.interfaces": "[lab0]",
            "boot.address": "10.88.0.1",
            "boot.dhcp.mode": mode,
            "boot.http.artifacts": artifacts,
        }
        self.daemon = Daemon(binary, folder, EXAMPLES / "systemd/bootlatch.yaml", settings)

    def start(self):
        """Until the first pass is through: clone, load, journal, gate."""
        start = time.monotonic()
        self.daemon.start(deadline=1800)
        self.daemon.reconcile(deadline=1800)
        return time.monotonic() - start

    def stop(self):
        self.daemon.stop()

    def reconcile(self):
        """A pass by the control socket: the command's own start would cost more than a small pass."""
        self.ask("POST", "/v1/reconcile", '{"accept": []}')

    def scrape(self):
        """The metrics, as Prometheus asks for them."""
        return self.ask("GET", "/metrics")

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(self.daemon.state / "control.sock"))
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        expect(response.status == 200, f"{path}: {response.status} {answer!r}")
        connection.close()
        return answer

    def memory(self, field):
        status = open(f"/proc/{self.daemon.service.process.pid}/status").read()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024

    def reconciles(self):
        """One file a push: the daemon's pass, and git's fetch of the same commit; who goes first alternates."""
        ruler = self.folder / "ruler.git"
        sh("git", "init", "-q", "--bare", ruler)
        fetch = lambda: sh(
            "git", "-C", ruler, "fetch", "-q", "--no-auto-maintenance", self.url, "+refs/heads/main:refs/heads/main"
        )
        clone = timed(fetch)
        passes, fetches = [], []
        for number in range(ROUNDS):
            self.repository.arm(number)
            if number % 2:
                fetches.append(timed(fetch))
                passes.append(timed(self.reconcile))
            else:
                passes.append(timed(self.reconcile))
                fetches.append(timed(fetch))
        idle = [timed(self.reconcile) for _ in range(ROUNDS)]
        return clone, passes, fetches, idle

    def changes(self, count):
        """A push that changes many files; the median of three."""
        samples = []
        for lease in (3600, 7200, 43200):
            self.repository.lengthen(count, lease)
            samples.append(timed(self.reconcile))
        return samples

    def plan(self, binary):
        """What a pull request that arms the hosts of many files would do, from the bare repo."""
        base = self.repository.tip()
        step = 40 if self.repository.by_rack else 1
        numbers = range(0, PLANNED * step, step)
        self.repository.commit("Reinstall many", self.repository.files(numbers, on=True))
        tip = self.repository.tip()
        sh("git", "-C", self.repository.bare, "update-ref", "refs/heads/main", base)
        command = [binary, "plan", f"{base}..{tip}", "--repo", self.repository.bare, "-o", "json"]
        samples = []
        for _ in range(3):
            start = time.monotonic()
            done = subprocess.run(command, capture_output=True, text=True)
            samples.append(time.monotonic() - start)
            expect(done.returncode == 1, f"plan: {done.returncode} {done.stderr}")
        return samples

    def script(self, number):
        name = mac(number).replace(":", "-")
        with urllib.request.urlopen(
            f"http://10.88.0.1:8080/boot/{name}/script.ipxe?platform=pcbios", timeout=10
        ) as response:
            return response.read().decode()

    def report(self, number):
        """From the webhook's first byte to the first refused script, and to the new tip in the remote; seconds."""
        self.repository.arm(number)
        self.reconcile()
        tip = self.repository.tip()
        hook = re.search(r"hook=(\S+)", self.script(number))
        expect(hook, f"no script for an armed machine:\n{self.script(number)}")
        reference = self.repository.bare / "refs/heads/main"
        start = time.monotonic()
        urllib.request.urlopen(urllib.request.Request(hook[1], data=b"", method="POST"), timeout=10).read()
        expect("hook=" not in self.script(number), "let in after its report")
        refused = time.monotonic() - start
        while reference.read_text().strip() == tip:
            expect(time.monotonic() - start < 60, "no commit within a minute")
            time.sleep(0.001)
        return refused, time.monotonic() - start


def measure(binary, folder, hosts, row):
    loop = Loop(binary, folder, hosts)
    label = f"{hosts:,} hosts"
    row(label, "first load, clone included", f"{loop.start():.2f} s")
    memory = f"{loop.memory('VmRSS'):.0f} MiB, {loop.memory('VmHWM'):.0f} MiB"
    row(label, "resident memory after it, and at its peak", memory)
    first = timed(loop.scrape)
    row(label, "first scrape of the metrics", f"{first * 1000:.1f} ms")
    row(label, "scrape of the metrics, median", milliseconds([timed(loop.scrape) for _ in range(ROUNDS)]))
    clone, passes, fetches, idle = loop.reconciles()
    row(label, "git fetch of everything, for comparison", f"{clone:.2f} s")
    row(label, "one-file reconcile, median", milliseconds(passes))
    row(label, "reconcile without a change", milliseconds(idle))
    row(label, "git fetch of the same commit, median", milliseconds(fetches))
    row(label, "reconcile / git fetch", f"{statistics.median(passes) / statistics.median(fetches):.2f}")
    for count in CHANGES:
        if count * (40 if loop.repository.by_rack else 1) <= hosts:
            row(label, f"reconcile of {count:,} changed files", milliseconds(loop.changes(count)))
    if hosts >= PLANNED * (40 if loop.repository.by_rack else 1):
        row(label, f"plan of a pull request of {PLANNED} files", milliseconds(loop.plan(binary)))
    refused, committed = zip(*(loop.report(number) for number in range(ROUNDS, ROUNDS + REPORTS)))
    row(label, "webhook to refused", milliseconds(refused))
    row(label, "webhook to commit on the remote (window 1 s)", milliseconds(committed))
    row(label, "resident memory at the end", f"{loop.memory('VmRSS'):.0f} MiB")
    loop.stop()
