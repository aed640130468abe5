"""The installer's artifacts: Debian's kernel, an initramfs of busybox and `installer/`, and the disk image."""

import gzip
import re
import sys
from pathlib import Path

import disk
from rig import Failed, sh

SOURCE = Path(__file__).parent / "installer"
MODULES = ["failover", "net_failover", "virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev"]
MODULES += ["virtio_pci", "virtio_net", "virtio_blk"]


def build(cache: Path, artifacts: Path):
    """Fills `artifacts` with vmlinuz, initrd and disk.img; downloads of the kernel are kept in `cache`."""
    artifacts.mkdir(parents=True, exist_ok=True)
    tree = kernel(cache)
    image = next((tree / "boot").glob("vmlinuz-*"))
    (artifacts / "vmlinuz").write_bytes(image.read_bytes())
    (artifacts / "initrd").write_bytes(gzip.compress(initramfs(tree), 1))
    (artifacts / "disk.img").write_bytes(disk.build(SOURCE, cache))


def kernel(cache: Path):
    """Debian's kernel for virtual machines, unpacked and not installed: this machine's own boot is left alone."""
    depends = sh("apt-cache", "depends", "linux-image-cloud-amd64")
    match = re.search(r"Depends: (linux-image-\S+)", depends)
    if not match:
        raise Failed(f"linux-image-cloud-amd64 names no kernel: {depends}")
    tree = cache / match[1]
    if not tree.exists():
        cache.mkdir(parents=True, exist_ok=True)
        for old in cache.glob("*.deb"):
            old.unlink()
        sh("apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", match[1], cwd=cache)
        partial = cache / "partial"
        sh("dpkg-deb", "-x", next(cache.glob("*.deb")), partial)
        partial.rename(tree)
    return tree


def initramfs(tree: Path):
    files = {"bin/busybox": Path("/bin/busybox").read_bytes()}
    for script in ("init", "udhcpc.sh"):
        files[script] = (SOURCE / script).read_bytes()
    present = []
    for name in MODULES:  # in the order of loading; what is missing is built into this kernel
        found = list(tree.glob(f"lib/modules/*/kernel/**/{name}.ko"))
        if found:
            files[f"lib/{name}.ko"] = found[0].read_bytes()
            present.append(name)
    files["lib/modules.list"] = "".join(f"{name}\n" for name in present).encode()
    folders = ["bin", "lib", "proc", "sys", "dev"]
    records = [cpio(name, b"", 0o040755) for name in folders]
    records += [cpio(name, data, 0o100755) for name, data in files.items()]
    return b"".join(records) + cpio("TRAILER!!!", b"", 0)


def cpio(name, data, mode):
    """One record of the format newc (Linux's buffer-format.rst)."""
    path = name.encode() + b"\0"
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0]
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + path
    return pad(head) + pad(data)


def pad(data):
    return data + bytes(-len(data) % 4)


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(sys.argv[1]) / "artifacts")
