"""The network of the test: a bridge with Bootlatch's address, cables to machines and to other people's servers."""

import socket
import struct
import threading

from rig import PEER, Service, sh

ADDRESS = "10.10.20.2"  # Bootlatch, as in examples/isc-dhcp
PEER_ADDRESS = "10.10.20.1"  # the other DHCP server
BRIDGE = "br0"


# OVMF asks for HTTP boot over IPv6 before the disk, for 64 seconds where nobody answers. An URL that nobody serves
# ends it in four.
FAIL_IPV6 = ["dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--port=0", "--log-facility=-", "--bind-interfaces"]
FAIL_IPV6 += [f"--interface={BRIDGE}", "--dhcp-range=fd77::10,fd77::99,64,1h", "--dhcp-leasefile=/run/leases6"]
FAIL_IPV6 += ["--dhcp-option=option6:bootfile-url,http://[fd77::1]:9/none"]
FAIL_IPV6 += ["--dhcp-option=option6:16,00:00:01:57:00:0a:48:54:54:50:43:6c:69:65:6e:74"]  # vendor class HTTPClient


class Lab:
    """Set up once for all cases; lives in the namespaces that `run` made, so nothing here is ever taken down."""

    def __init__(self, folder):
        # `ip netns` and the servers write below /run; this one ends with the test.
        sh("mount", "-t", "tmpfs", "tmpfs", "/run")
        sh("ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", BRIDGE, "type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0")
        sh("ip", "address", "add", f"{ADDRESS}/24", "dev", BRIDGE)
        sh("ip", "address", "add", "fd77::1/64", "dev", BRIDGE, "nodad")
        sh("ip", "link", "set", BRIDGE, "up")
        sh("ip", "tuntap", "add", "tap0", "mode", "tap")
        sh("ip", "link", "set", "tap0", "master", BRIDGE, "up")
        # The other DHCP server is a machine of its own: both want port 67.
        sh("ip", "netns", "add", PEER)
        sh("ip", "link", "add", "peer0", "type", "veth", "peer", "name", "eth0", "netns", PEER)
        sh("ip", "link", "set", "peer0", "master", BRIDGE, "up")
        sh("ip", "-n", PEER, "link", "set", "lo", "up")
        sh("ip", "-n", PEER, "address", "add", f"{PEER_ADDRESS}/24", "dev", "eth0")
        sh("ip", "-n", PEER, "link", "set", "eth0", "up")
        threading.Thread(target=advertise_router, daemon=True).start()
        Service("dhcpv6", FAIL_IPV6, folder, ready=lambda service: service.said("DHCPv6, IP range"))

    def forget_neighbours(self):
        sh("ip", "neighbour", "flush", "dev", BRIDGE)


def advertise_router():
    """Answers router solicitations (RFC 4861, section 4.2): iPXE waits 13 seconds for a router where nobody does."""
    raw = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, BRIDGE.encode())
    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    group = socket.inet_pton(socket.AF_INET6, "ff02::2") + struct.pack("@I", socket.if_nametoindex(BRIDGE))
    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
    # Router lifetime 0: a router that nobody should route through. The kernel fills in the checksum.
    advertisement = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 0, 0, 0)
    while True:
        message, _ = raw.recvfrom(1500)
        if message[:1] == b"\x85":
            raw.sendto(advertisement, ("ff02::1", 0, 0, socket.if_nametoindex(BRIDGE)))
