"""What `make install` leaves: a valid unit, and capabilities that are enough. systemd need not run for either."""

import os
import re
import shutil
import socket
import subprocess
from pathlib import Path

from daemon import EXAMPLES
from lab import ADDRESS
from manifests import HEAD
from rig import Skipped, expect, sh

UNIT = EXAMPLES / "systemd/bootlatch.service"
NOBODY = 65534


def unit_is_valid(story):
    """`make install` into an empty root: systemd accepts the unit, a second install leaves a changed configuration."""
    if not shutil.which("systemd-analyze"):
        raise Skipped("no systemd-analyze")
    root = story.folder / "root"
    install = ["make", "-s", "-C", EXAMPLES.parent, "install", f"DESTDIR={root}", f"RELEASE={story.setting.binary}"]
    sh(*install)
    configuration = root / "etc/bootlatch/bootlatch.yaml"
    expect(configuration.read_text() == (EXAMPLES / "systemd/bootlatch.yaml").read_text(), "another configuration")
    configuration.write_text("changed")
    sh(*install)
    expect(configuration.read_text() == "changed", "a second install overwrote the configuration")

    # systemd looks whether the program is there; it is, below the root.
    unit = root / "usr/local/lib/systemd/system" / UNIT.name
    program = re.search(r"^ExecStart=(\S+)", unit.read_text(), re.MULTILINE)[1]
    unit.write_text(unit.read_text().replace(program, f"{root}{program}"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
    expect(done.returncode == 0 and not done.stderr.strip(), f"systemd-analyze verify: {done.stderr.strip()}")


def capabilities():
    """What the unit grants, in setpriv's words."""
    granted = re.search(r"^AmbientCapabilities=(.*)", UNIT.read_text(), re.MULTILINE)[1].split()
    bounded = re.search(r"^CapabilityBoundingSet=(.*)", UNIT.read_text(), re.MULTILINE)[1].split()
    expect(granted == bounded, f"the unit's ambient set {granted} and bounding set {bounded} differ")
    return ",".join(["-all", *(f"+{name.removeprefix('CAP_').lower()}" for name in granted)])


def runs_unprivileged(story):
    """A user without any other right serves on 67, 4011, 69 and 80, bound to its interface, and ends with 0."""
    if sh("cat", "/proc/self/uid_map").split()[2] == "1":
        raise Skipped("only real root can become another user")
    # Below a home directory another user would not even find the program.
    story.folder = Path("/run/unprivileged")
    story.folder.mkdir()
    program = shutil.copy(story.setting.binary, story.folder)
    story.repository(HEAD)
    story.configure("proxy", settings={"boot.http.port": 80})
    story.daemon.binary = program
    for path in [story.folder, story.daemon.state]:
        os.chown(path, NOBODY, NOBODY)
    sets = capabilities()
    wrapper = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    wrapper += [f"--inh-caps={sets}", f"--ambient-caps={sets}", f"--bounding-set={sets}"]
    story.daemon.start(wrapper)
    status = Path(f"/proc/{story.daemon.service.process.pid}/status").read_text()
    expect(re.search(rf"^Uid:\s+{NOBODY}\s", status, re.MULTILINE), "the daemon does not run as that user")
    listening = sh("ss", "-Huln") + sh("ss", "-Htln")
    for port in (67, 4011, 69, 80):
        expect(re.search(rf":{port}\b", listening), f"nothing listens on {port}:\n{listening}")
    with socket.create_connection((ADDRESS, 80), 5) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        expect(connection.recv(16).startswith(b"HTTP/1."), "port 80 does not speak HTTP")
    story.daemon.stop()
    story.notes.append(f"capabilities {sets}")
