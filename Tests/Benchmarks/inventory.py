"""Inventories of any size, as people write them: a file for each host, 40 hosts to a rack, 1.2 KB each.

More than 200,000 hosts stand in a file for each rack."""

import subprocess
import time

from rig import expect, sh

FIRST_MAC = 0x000C01020304  # the first client of perfdhcp
RACK = 40


def mac(number):
    return ":".join(f"{FIRST_MAC + number:012x}"[digit : digit + 2] for digit in range(0, 12, 2))


def address(number):
    return f"10.{96 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def path(number):
    return f"{rack(number)}/host-{number:06}.yaml"


def rack(number):
    return f"inventory/site{number // (RACK * 25):03}/rack{number // RACK % 25:02}"


def manifest(number, on=False, lease=86400):
    host, switch = f"host-{number:06}", str(on).lower()
    return f"""\
# {host}; the storage team's, ask before you reinstall
apiVersion: tinkerbell.org/v1alpha1
kind: Hardware
metadata:
  name: {host}
  namespace: lab
  labels:
    site: site{number // (RACK * 25):03}
    rack: rack{number // RACK % 25:02}
    serial: SN{number * 7919 % 99999989:08}
spec:
  bmcRef:
    apiGroup: bmc.tinkerbell.org
    kind: Machine
    name: bmc-{host}
  disks:
    - device: /dev/nvme0n1
    - device: /dev/nvme1n1
  metadata:
    facility:
      facility_code: site{number // (RACK * 25):03}
      plan_slug: c3.medium.x86
    instance:
      id: {mac(number)}
      hostname: {host}
      operating_system:
        distro: ubuntu
        os_slug: ubuntu_24_04
        version: "24.04"
  interfaces:
    - dhcp:
        arch: x86_64
        hostname: {host}
        ip:
          address: {address(number)}
          gateway: 10.88.0.1
          netmask: 255.0.0.0
        lease_time: {lease}
        mac: {mac(number)}
        name_servers:
          - 10.88.0.53
        time_servers:
          - 10.88.0.123
        uefi: true
      netboot:
        allowPXE: {switch}       # Bootlatch turns it off
        allowWorkflow: {switch}
        osie:
          kernel: vmlinuz
          initrd: initrd
          kernelParams: ["hook={{{{hookURL}}}}"]
"""


class Repository:
    """A bare repository that takes commits without a work tree, which at 100,000 files would dwarf what is measured."""

    def __init__(self, folder, hosts):
        self.bare, self.hosts = folder / "inventory.git", hosts
        self.by_rack = hosts > 200_000
        sh("git", "init", "-q", "--bare", "-b", "main", self.bare)
        self.commit("Take stock", self.files(range(hosts)), first=True)
        # As a server does now and then; what is measured is not git's unpacking of one big pack.
        sh("git", "-C", self.bare, "gc", "-q")

    def files(self, numbers, **changes):
        """Each file that holds one of these hosts, which are changed so; a rack's other hosts are as they were."""
        if not self.by_rack:
            yield from ((path(number), manifest(number, **changes)) for number in numbers)
            return
        for first in sorted({number // RACK * RACK for number in numbers}):
            hosts = range(first, min(first + RACK, self.hosts))
            texts = (manifest(host, **changes) if host in numbers else manifest(host) for host in hosts)
            yield rack(first) + ".yaml", "---\n".join(texts)

    def commit(self, message, files, first=False):
        process = subprocess.Popen(["git", "-C", self.bare, "fast-import", "--quiet"], stdin=subprocess.PIPE)
        write = process.stdin.write
        committer = f"committer Ada <ada@lab.example> {int(time.time())} +0000"
        write(f"commit refs/heads/main\n{committer}\ndata {len(message)}\n{message}\n".encode())
        if not first:
            write(b"from refs/heads/main^0\n")
        for name, text in files:
            data = text.encode()
            write(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data))
        process.stdin.close()
        expect(process.wait() == 0, "git fast-import failed")

    def arm(self, number):
        self.commit(f"Reinstall host-{number:06}", self.files([number], on=True))

    def lengthen(self, count, lease):
        """Another lease time for the last hosts, one to a file."""
        step = RACK if self.by_rack else 1
        numbers = range(self.hosts - count * step, self.hosts, step)
        self.commit(f"Lease time of {count} hosts", self.files(numbers, lease=lease))

    def tip(self):
        return sh("git", "-C", self.bare, "rev-parse", "main")
