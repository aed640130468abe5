"""Inventories of any size, as people write them: a file for each host, 40 hosts to a rack, 1.2 KB each."""

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
    return f"inventory/site{number // (RACK * 25):03}/rack{number // RACK % 25:02}/host-{number:06}.yaml"


def manifest(number, on=False):
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
        lease_time: 86400
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
        sh("git", "init", "-q", "--bare", "-b", "main", self.bare)
        self.commit("Take stock", ((path(number), manifest(number)) for number in range(hosts)), first=True)
        # As a server does now and then; what is measured is not git's unpacking of one big pack.
        sh("git", "-C", self.bare, "gc", "-q")

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
        self.commit(f"Reinstall host-{number:06}", [(path(number), manifest(number, on=True))])

    def tip(self):
        return sh("git", "-C", self.bare, "rev-parse", "main")
