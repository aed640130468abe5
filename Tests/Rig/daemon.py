"""`bootlatch serve`, with a configuration from examples/ and what differs here as flags."""

import json
import subprocess
from pathlib import Path

from rig import Failed, Service, expect

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


class Daemon:
    """`settings` by their names in the configuration, dots between the levels."""

    def __init__(self, binary, folder, example, settings):
        self.binary, self.folder = binary, Path(folder)
        self.state = self.folder / "state"
        self.state.mkdir(exist_ok=True)
        control = {"control.socket": self.state / "control.sock", "control.http": "127.0.0.1:0"}
        settings = {"state": self.state} | control | settings
        self.options = ["--config", str(example)]
        for key, value in settings.items():
            self.options += ["--set", f"{key}={value}"]

    def start(self, wrapper=(), deadline=30):
        """Until every listener is open."""
        command = [*wrapper, self.binary, "serve", *self.options]
        self.service = Service("bootlatch", command, self.folder, ready=self.listens, deadline=deadline)

    def listens(self, service):
        file = self.state / "endpoints.json"
        endpoints = json.loads(file.read_text()) if file.exists() else {}
        mine = endpoints.get("pid") == service.process.pid
        return mine and endpoints["boot"] and {"socket", "http"} <= endpoints["control"].keys()

    def reconcile(self, deadline=60):
        """Asks for a pass and returns what changed."""
        return self.command("reconcile", "-o", "json", deadline=deadline)

    def command(self, name, *arguments, deadline=60):
        command = [str(self.binary), name, *self.options, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=deadline)
        # 1 says that something changed, 2 that the command failed.
        if done.returncode not in (0, 1):
            raise Failed(f"{' '.join(command)}: exit {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def stop(self):
        expect(self.service.stop() == 0, f"bootlatch serve did not end with 0 on SIGTERM:\n{self.service.tail()}")
