"""What the cable reads in the frames that pass through it: UDP in IPv4 in Ethernet, DHCP and TFTP."""

import socket
from typing import NamedTuple

DHCP_PORTS = {67, 68, 4011}
COOKIE = b"\x63\x82\x53\x63"
PAD, USER_CLASS, BOOT_FILE, VENDOR_CLASS, IPXE, END = 0, 77, 67, 60, 175, 255


class Datagram(NamedTuple):
    """A whole UDP datagram; `start` is where the payload begins in the frame."""

    source: tuple
    destination: tuple
    start: int
    payload: bytes

    @property
    def kind(self):
        """TFTP answers from ports of their own, so it is what is not DHCP: nothing else here speaks UDP."""
        return "DHCP" if {self.source[1], self.destination[1]} & DHCP_PORTS else "TFTP"


def datagram(frame):
    """None for anything else: ARP, TCP, IPv6."""
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_UDP:
        return None
    head = 14 + (frame[14] & 15) * 4
    ports = [int.from_bytes(frame[head + at : head + at + 2]) for at in (0, 2, 4)]
    addresses = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
    payload = frame[head + 8 : head + ports[2]]
    return Datagram((addresses[0], ports[0]), (addresses[1], ports[1]), head + 8, payload)


def dhcp_options(payload):
    """(code, position, value) of each option in the options field (RFC 2132, section 2); `position` is its code's."""
    at = 240
    if payload[236:at] != COOKIE:
        return
    while at < len(payload) and payload[at] != END:
        if payload[at] == PAD:
            at += 1
            continue
        size = payload[at + 1]
        yield payload[at], at, payload[at + 2 : at + 2 + size]
        at += 2 + size


def boot_file(payload):
    """What a DHCP reply names, in option 67 or in the field for it."""
    options = {code: value for code, _, value in dhcp_options(payload)}
    return options.get(BOOT_FILE, payload[108:236]).split(b"\0")[0].decode("latin1")


def tftp_request(payload):
    """The file and the options of a read request (RFC 1350, section 5; RFC 2347), or None."""
    if payload[:2] != b"\0\1":
        return None
    name, _mode, *rest = payload[2:].decode("latin1").split("\0")
    return name, {key.lower(): value for key, value in zip(rest[::2], rest[1::2], strict=False)}
