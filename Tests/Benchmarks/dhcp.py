"""DISCOVER to ACK: Bootlatch beside Kea, both with 10,000 reservations, the load generator on the same CPUs."""

import json
import os
import re
import subprocess

from inventory import address, mac
from loop import Loop
from rig import PEER, Service, expect, sh

HOSTS = 10_000
SECONDS = 5
START, LIMIT = 2_000, 60_000


def probe(rate):
    """(exchanges completed a second, whether less than 1% were lost and the load was really offered)."""
    command = ["ip", "netns", "exec", PEER, "perfdhcp", "-4", "-l", "10.88.0.2", "-R", HOSTS, "-r", rate, "-p", SECONDS]
    # Not perfdhcp's own rate, which divides by the wrong time; its exit status only says that something was lost.
    done = subprocess.run(
        [*map(str, command), "-W", "500000", "-g", "single", "10.88.0.1"], capture_output=True, text=True
    )
    sent = list(map(int, re.findall(r"^sent packets: (\d+)", done.stdout, re.MULTILINE)))
    received = list(map(int, re.findall(r"^received packets: (\d+)", done.stdout, re.MULTILINE)))
    expect(len(sent) == len(received) == 2, f"perfdhcp said:\n{done.stdout}{done.stderr}")
    lost = 1 - sum(received) / max(1, sum(sent))
    return received[1] / SECONDS, lost < 0.01 and sent[0] / SECONDS >= 0.95 * rate


def highest_rate():
    """Doubles until a probe fails, then halves the distance until it is within 8%."""
    good, bad, best, rate = 0, LIMIT, 0, START
    probe(START)  # leases and caches warm
    while bad - good > bad / 12 and rate < LIMIT:
        completed, passed = probe(rate)
        if passed:
            good, best = rate, completed
        else:
            bad = rate
        rate = rate * 2 if bad == LIMIT else (good + bad) // 2
    return best


def processor_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kea(folder, threads):
    reservations = [
        {"hw-address": mac(number), "ip-address": address(number), "boot-file-name": "undionly.kpxe"}
        for number in range(HOSTS)
    ]
    subnet = {"subnet": "10.0.0.0/8", "next-server": "10.88.0.1", "reservations": reservations}
    database = {"type": "memfile", "persist": True, "name": str(folder / "leases.csv"), "lfc-interval": 0}
    settings = {
        "interfaces-config": {"interfaces": ["lab0"], "dhcp-socket-type": "raw"},
        "lease-database": database,
        "valid-lifetime": 3600,
        "multi-threading": {
            "enable-multi-threading": threads > 1,
            "thread-pool-size": threads,
            "packet-queue-size": 64,
        },
        "subnet4": [subnet],
        "loggers": [{"name": "kea-dhcp4", "severity": "ERROR", "output_options": [{"output": "stdout"}]}],
    }
    file = folder / "kea.json"
    file.write_text(json.dumps({"Dhcp4": settings}))
    (folder / "leases.csv").unlink(missing_ok=True)
    environment = os.environ | {"KEA_LOCKFILE_DIR": str(folder), "KEA_PIDFILE_DIR": str(folder)}
    return Service(
        "kea", ["kea-dhcp4", "-c", file], folder, ready=lambda _: sh("ss", "-Huln", "sport = :67"), env=environment
    )


def measure(binary, folder, row):
    loop = Loop(binary, folder / "dhcp", HOSTS, mode="server")
    loop.start()
    row("DORA", f"Bootlatch, {HOSTS:,} reservations", f"{highest_rate():,.0f} /s under 1% loss")
    row("DORA", "Bootlatch, resident memory", f"{loop.memory('VmRSS'):.0f} MiB")
    loop.stop()
    for threads in (1, 2):
        server = kea(loop.folder, threads)
        label = f"Kea, {HOSTS:,} reservations, {threads} thread{'s' * (threads > 1)}"
        row("DORA", label, f"{highest_rate():,.0f} /s under 1% loss")
        server.stop()
