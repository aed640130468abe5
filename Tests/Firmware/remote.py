"""The team's git remote, and Ada who pushes to it."""

import os
from pathlib import Path

from rig import Service, eventually, expect, sh


class Remote:
    """A bare repository, behind `git daemon` or by its path, that holds one host's manifest with netboot off."""

    def __init__(self, folder, manifest, served=True):
        self.folder = Path(folder)
        self.bare, self.work = self.folder / "inventory.git", self.folder / "ada"
        self.served = served
        self.service = None
        sh("git", "init", "-q", "--bare", "-b", "main", self.bare)
        sh("git", "clone", "-q", self.bare, self.work)
        self.file = Path("inventory") / "node-01.yaml"
        (self.work / "inventory").mkdir()
        (self.work / self.file).write_text(manifest)
        self.push("Add node-01")
        self.start()

    @property
    def url(self):
        return "git://127.0.0.1/inventory.git" if self.served else str(self.bare)

    def start(self):
        if self.served:
            # Not `git daemon`, which would leave its child behind.
            command = [f"{sh('git', '--exec-path')}/git-daemon", "--reuseaddr", "--listen=127.0.0.1", "--verbose"]
            command += [f"--base-path={self.folder}", "--export-all", "--enable=receive-pack", self.bare]
            ready = lambda service: service.said("Ready to rumble")
            self.service = Service("git-daemon", command, self.folder, ready=ready)

    def stop(self):
        if self.service:
            self.service.stop()
            self.service = None

    def git(self, *arguments):
        environment = os.environ | {
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@lab.example",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@lab.example",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        }  # fmt: skip
        return sh("git", "-C", self.work, *arguments, env=environment)

    def push(self, message):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        self.git("push", "-q", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def pull(self):
        """Ada fetches what Bootlatch committed."""
        self.git("pull", "-q", "--ff-only", "origin", "main")

    def arm(self):
        """Ada turns netboot on: the edit that people make, by hand, and a push."""
        path = self.work / self.file
        text = path.read_text()
        armed = text.replace("allowPXE: false", "allowPXE: true").replace("allowWorkflow: false", "allowWorkflow: true")
        expect(armed != text, f"{self.file} has nothing to turn on")
        path.write_text(armed)
        self.arming = self.push("Reinstall node-01")
        return self.arming

    def tip(self):
        return sh("git", "-C", self.bare, "rev-parse", "main")

    def commits(self):
        """The commits since the arming, newest first."""
        return sh("git", "-C", self.bare, "rev-list", f"{self.arming}..main").split()

    def disarmed(self, mac, deadline):
        """Waits for Bootlatch's commit and holds it against what the audit and a reviewer rely on."""
        eventually("the disarm commit is in the remote", self.commits, deadline)
        show = lambda form: sh("git", "-C", self.bare, "show", "-s", f"--format={form}", "main")
        trailer = lambda key: show(f"%(trailers:key=Bootlatch-{key},valueonly)")
        subject = show("%s")
        expect(
            subject.startswith("Disable PXE for ") and subject.endswith("node-01: provisioned"), f"subject: {subject}"
        )
        expect(trailer("Host").endswith("node-01"), f"Bootlatch-Host: {trailer('Host')}")
        expect(trailer("MAC") == mac, f"Bootlatch-MAC: {trailer('MAC')}")
        expect(f"armed by {self.arming[:8]} (Ada)" in trailer("Arming"), f"Bootlatch-Arming: {trailer('Arming')}")
        expect(trailer("Reason") == "provisioned", f"Bootlatch-Reason: {trailer('Reason')}")
        expect(trailer("Evidence").startswith("webhook "), f"Bootlatch-Evidence: {trailer('Evidence')}")
        difference = sh("git", "-C", self.bare, "diff", "-U0", self.arming, "main")
        lines = [line for line in difference.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
        removed = [line[1:] for line in lines if line[0] == "-"]
        added = [line[1:] for line in lines if line[0] == "+"]
        edits = [key for key in ("allowPXE", "allowWorkflow") if any(f" {key}: true" in line for line in removed)]
        wanted = [line.replace(": true", ": false") for line in removed]
        right = len(edits) == len(removed) == 2 and added == wanted
        expect(right, f"the commit changes more, or less, than netboot:\n{difference}")
        self.only_one_commit()

    def only_one_commit(self):
        expect(len(self.commits()) == 1, f"{len(self.commits())} commits after the arming, not 1")
