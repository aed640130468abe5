"""The figures that the project reports about itself. BOOTLATCH names a release build."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import dhcp
import inventory
import loop
import polls
from rig import PEER, Failed, sh


def network():
    """Two machines and a cable: the servers here, the load next door."""
    sh("mount", "-t", "tmpfs", "tmpfs", "/run")
    sh("ip", "link", "set", "lo", "up")
    sh("ip", "netns", "add", PEER)
    sh("ip", "link", "add", "lab0", "type", "veth", "peer", "name", "eth0", "netns", PEER)
    sh("ip", "address", "add", "10.88.0.1/8", "dev", "lab0")
    sh("ip", "link", "set", "lab0", "up")
    sh("ip", "-n", PEER, "link", "set", "lo", "up")
    sh("ip", "-n", PEER, "address", "add", "10.88.0.2/8", "dev", "eth0")
    sh("ip", "-n", PEER, "link", "set", "eth0", "up")


def row(subject, metric, value):
    print(f"{subject:14} {metric:44} {value}", flush=True)


def parsing(program, folder):
    """The sample inventory's size in files, read by turns with libyaml alone."""
    names = []
    for number in range(2000):
        names.append(folder / f"{number}.yaml")
        names[-1].write_text(inventory.manifest(number))
    for line in sh(program, *names).splitlines():
        row("parsing", *line.split(": ", 1)) if ": " in line else row("parsing", "corpus", line)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--hosts", default="1000,10000,100000", help="sizes of inventories, with commas")
    arguments.add_argument("--skip-dhcp", action="store_true")
    arguments.add_argument("--polls", type=int, default=2000, help="passes with a commit each; 0 for none")
    options = arguments.parse_args()
    binary = Path(os.environ["BOOTLATCH"]).resolve()
    network()
    folder = Path(tempfile.mkdtemp(prefix="bootlatch-bench-"))
    try:
        (folder / "manifests").mkdir()
        parsing(binary.with_name("parse-benchmark"), folder / "manifests")
        for hosts in filter(None, options.hosts.split(",")):
            loop.measure(binary, folder / hosts, int(hosts), row)
        if options.polls:
            polls.measure(binary, folder / "polls", options.polls, row)
        if not options.skip_dhcp:
            dhcp.measure(binary, folder, row)
    except Failed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        for log in sorted(folder.glob("*/*.log")):
            print(f"{log.name}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:]), file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    return 0


sys.exit(main())
