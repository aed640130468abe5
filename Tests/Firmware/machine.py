"""A machine: QEMU with real firmware, one network card, one disk, and its console as lines of text."""

import re
import shutil
import subprocess
import threading
import time
from pathlib import Path

from rig import Failed

OVMF = Path("/usr/share/OVMF")
BOOTED_DISK = r"booted from the disk"
REPORTED = r"installer: reported"
ESCAPES = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1bc|[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Machine:
    """`firmware` is bios (SeaBIOS, iPXE in the card's ROM), uefi (OVMF's own PXE) or uefi-http (OVMF's HTTP boot)."""

    def __init__(self, firmware, mac, folder):
        self.firmware, self.mac, self.folder = firmware, mac, Path(folder)
        self.disk = self.folder / "disk.raw"
        self.lines = []  # (seconds since power-on, text), over all power-ons
        self.process = None
        self.news = threading.Condition()
        with self.disk.open("wb") as file:
            file.truncate(16 << 20)

    def power_on(self):
        assert self.process is None
        self.process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "qemu.log").open("a"),
        )
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout, time.monotonic()), daemon=True)
        self.reader.start()

    def power_off(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process = None

    def power_cycle(self):
        self.power_off()
        self.power_on()

    def command(self):
        command = ["qemu-system-x86_64", "-machine", "q35,graphics=off", "-accel", "tcg", "-cpu", "max", "-m", "512"]
        command += ["-nodefaults", "-display", "none", "-vga", "none", "-monitor", "none", "-serial", "stdio"]
        command += ["-device", "virtio-rng-pci"]
        command += ["-uuid", f"11223344-5566-7788-99aa-{self.mac.replace(':', '')}"]
        # vnet_hdr=off: the kernel then fills in checksums, which firmware checks.
        command += ["-netdev", "tap,id=card,ifname=tap0,script=no,downscript=no,vnet_hdr=off"]
        card = f"virtio-net-pci,netdev=card,mac={self.mac},bootindex=1"
        if self.firmware != "bios":
            variables = self.folder / "variables.fd"
            if not variables.exists():
                shutil.copy(OVMF / "OVMF_VARS_4M.fd", variables)
            command += ["-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={OVMF}/OVMF_CODE_4M.fd"]
            command += ["-drive", f"if=pflash,unit=1,format=raw,file={variables}"]
            command += ["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"]
            if self.firmware == "uefi-http":
                command += ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"]
            card += ",romfile="
        command += ["-device", card]
        command += ["-drive", f"if=none,id=disk,format=raw,file={self.disk}"]
        command += ["-device", "virtio-blk-pci,drive=disk,bootindex=2"]
        return command

    def read(self, console, start):
        text = b""
        log = (self.folder / "console.log").open("a", buffering=1)
        print("--- power on", file=log)
        while chunk := console.read1(4096):
            *lines, text = re.split(rb"[\r\n]+", text + chunk)
            with self.news:
                for line in lines:
                    if plain := ESCAPES.sub("", line.decode("latin1")).rstrip():
                        self.lines.append((time.monotonic() - start, plain))
                        print(f"{self.lines[-1][0]:8.2f} {plain}", file=log)
                self.news.notify_all()

    def count(self, pattern):
        with self.news:
            return sum(1 for _, line in self.lines if re.search(pattern, line))

    def wait(self, pattern, times=1, deadline=120):
        """Waits until the console has shown `pattern` so often over all power-ons; returns seconds since power-on."""
        end = time.monotonic() + deadline
        with self.news:
            while True:
                found = [seconds for seconds, line in self.lines if re.search(pattern, line)]
                if len(found) >= times:
                    return found[times - 1]
                left = end - time.monotonic()
                if left <= 0 or self.process.poll() is not None:
                    shown = f"'{pattern}' {len(found)} times, not {times}, within {deadline} s"
                    raise Failed(f"the console showed {shown}:\n{self.console()}")
                self.news.wait(min(left, 1))

    def console(self, lines=25):
        return "\n".join(f"{seconds:8.2f} {line}" for seconds, line in self.lines[-lines:])
