"""`bootlatch serve`, with a configuration from examples/."""

import json
import re
import subprocess
from pathlib import Path

from rig import Failed, Service, expect

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def configuration(example, **settings):
    """An example's configuration, but for the values that differ here; a key that it lacks is a failure."""
    text = example.read_text()
    for key, value in settings.items():
        old = rf"\b{key}: *(\[[^\]]*\]|\{{[^}}]*\}}|[^\s,}}]+)"
        text, found = re.subn(old, lambda _: f"{key}: {value}", text, count=1)
        expect(found, f"{example} has no '{key}:'")
    return text


class Daemon:
    def __init__(self, binary, folder, example, **settings):
        self.binary, self.folder = binary, Path(folder)
        self.state = self.folder / "state"
        self.file = self.folder / "bootlatch.yaml"
        self.state.mkdir(exist_ok=True)
        settings = {"state": self.state, "socket": self.state / "control.sock"} | settings
        self.file.write_text(configuration(example, **settings))

    def start(self, wrapper=(), deadline=30):
        endpoints = self.state / "endpoints.json"
        endpoints.unlink(missing_ok=True)
        command = [*wrapper, self.binary, "serve", "--config", self.file]
        self.service = Service("bootlatch", command, self.folder, ready=lambda _: endpoints.exists(), deadline=deadline)
        return json.loads(endpoints.read_text())

    def reconcile(self, deadline=60):
        """Asks for a pass and returns what changed."""
        return self.command("reconcile", "-o", "json", deadline=deadline)

    def command(self, *arguments, deadline=60):
        command = [str(self.binary), *arguments, "--config", str(self.file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=deadline)
        # 1 says that something changed, 2 that the command failed.
        if done.returncode not in (0, 1):
            raise Failed(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def stop(self):
        expect(self.service.stop() == 0, f"bootlatch serve did not end with 0 on SIGTERM:\n{self.service.tail()}")
