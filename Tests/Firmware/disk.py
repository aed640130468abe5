"""The image that the installer writes: a FAT12 disk that only says that it has booted, on BIOS and on UEFI."""

import struct
from pathlib import Path

from rig import sh

SECTOR = 512
SECTORS_PER_CLUSTER = 4
FAT_SECTORS = 6
FATS = 2
ROOT_ENTRIES = 224
SECTORS = 4096
DATA = 1 + FATS * FAT_SECTORS + ROOT_ENTRIES * 32 // SECTOR


def assemble(source, folder):
    """Flat machine code of an assembly file."""
    object_file, flat = folder / "code.o", folder / "code.bin"
    sh("as", source, "-o", object_file)
    sh("objcopy", "-O", "binary", "-j", ".text", object_file, flat)
    return flat.read_bytes()


def efi_application(code):
    """A PE32+ file with one section, for the UEFI loader (PE format, sections 3 and 4)."""
    page, header = 0x1000, 0x200
    size = -(-len(code) // header) * header
    dos = b"MZ" + bytes(58) + struct.pack("<I", 64)
    coff = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x22)
    optional = struct.pack("<HBBIIIII", 0x20B, 0, 0, size, 0, 0, page, page)
    optional += struct.pack("<QIIHHHHHHIIIIHH", 0, page, header, 0, 0, 0, 0, 0, 0, 0, 2 * page, header, 0, 10, 0)
    optional += struct.pack("<QQQQII", 0, 0, 0, 0, 0, 16) + bytes(16 * 8)
    section = struct.pack("<8sIIIIIIHHI", b".text", len(code), page, size, header, 0, 0, 0, 0, 0x60000020)
    head = dos + b"PE\0\0" + coff + optional + section
    return head.ljust(header, b"\0") + code.ljust(size, b"\0")


def disk_image(bios_code, efi_file):
    image = bytearray(SECTORS * SECTOR)
    parameters = struct.pack(
        "<3s8sHBHBHHBHHHIIBBBI11s8s",
        b"\xeb\x3c\x90", b"INSTALLD", SECTOR, SECTORS_PER_CLUSTER, 1, FATS, ROOT_ENTRIES, SECTORS, 0xF8,
        FAT_SECTORS, 32, 64, 0, 0, 0x80, 0, 0x29, 1, b"INSTALLED  ", b"FAT12   ",
    )  # fmt: skip
    boot = parameters + bios_code
    assert len(boot) <= 510
    image[0 : len(boot)] = boot
    image[510:512] = b"\x55\xaa"
    table = [0xFF8, 0xFFF]

    def store(data):
        clusters = max(1, -(-len(data) // (SECTORS_PER_CLUSTER * SECTOR)))
        first = len(table)
        table.extend([*range(first + 1, first + clusters), 0xFFF])
        start = (DATA + (first - 2) * SECTORS_PER_CLUSTER) * SECTOR
        image[start : start + len(data)] = data
        return first

    def entry(name, cluster, size=0, folder=True):
        return struct.pack("<11sB10xHHHI", name, 0x10 if folder else 0x20, 0, 0x5A21, cluster, size)

    program = store(efi_file)
    boot_folder, efi_folder = len(table), len(table) + 1
    store(
        entry(b".".ljust(11), boot_folder)
        + entry(b"..".ljust(11), efi_folder)
        + entry(b"BOOTX64 EFI", program, len(efi_file), False)
    )
    store(entry(b".".ljust(11), efi_folder) + entry(b"..".ljust(11), 0) + entry(b"BOOT".ljust(11), boot_folder))
    root = (1 + FATS * FAT_SECTORS) * SECTOR
    image[root : root + 32] = entry(b"EFI".ljust(11), efi_folder)

    packed = bytearray(FAT_SECTORS * SECTOR)
    for index, value in enumerate(table):
        position = index * 3 // 2
        shifted = value << 4 if index & 1 else value
        packed[position] |= shifted & 0xFF
        packed[position + 1] |= shifted >> 8
    for copy in range(FATS):
        start = (1 + copy * FAT_SECTORS) * SECTOR
        image[start : start + len(packed)] = packed
    return bytes(image)


def build(source: Path, folder: Path):
    bios = assemble(source / "disk-bios.S", folder)
    uefi = efi_application(assemble(source / "disk-uefi.S", folder))
    return disk_image(bios, uefi)
