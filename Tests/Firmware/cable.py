"""A bad cable between machines and the network: it drops, repeats and delays frames, and lets a case look at them."""

import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time
from collections import Counter
from itertools import count
from typing import NamedTuple

from lab import BRIDGE
from packets import datagram, tftp_request
from rig import sh

FAR = "br1"  # the bridge of the machines behind the cable
TAP, NO_INFORMATION, SET_INTERFACE = 2, 0x1000, 0x400454CA


class Rates(NamedTuple):
    """Parts of all frames. A repeated or a delayed frame comes 2 to 30 ms late: what follows overtakes it."""

    drop: float
    repeat: float
    delay: float


class Cable:
    """From `tap0` and every `client` to Bootlatch, frame by frame in this process.

    `rates` are for UDP. Other frames, which are TCP's nearly all, suffer a twentieth of that: what TCP makes of a
    loss is not ours, and 16 MB of it would only take long. `watch(frame, datagram, to_machine)` may return another
    frame, or None to drop it. Each address, protocol and direction has a generator of its own, so the fate of its
    nth frame is always the same.
    """

    def __init__(self, rates, watch=lambda frame, *_: frame, seed=1):
        self.rates, self.watch, self.seed = {True: rates, False: Rates(*(rate / 20 for rate in rates))}, watch, seed
        self.generators = {}
        self.clients = []  # network namespaces
        self.counts = {}  # (protocol, the machine's address) to a Counter
        self.requests = []  # TFTP's read requests, as (address, file, options)
        self.late = []  # (when, number, where to, frame)
        self.numbers = count()
        sh("ip", "link", "add", FAR, "type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0")
        # Else the kernel would answer ARP here, too, and what the machine sends there would pass the cable by.
        sh("ip", "link", "set", FAR, "up", "arp", "off", "addrgenmode", "none")
        self.ends = [tap("near0", BRIDGE), tap("far0", FAR)]
        self.attach("tap0")
        self.stopper = os.eventfd(0)
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def attach(self, interface):
        sh("ip", "link", "set", interface, "master", FAR, "up")

    def client(self, name, address):
        """Another machine behind the cable: a network namespace of that name, which goes with the cable."""
        sh("ip", "netns", "add", name)
        self.clients.append(name)
        sh("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        sh("ip", "-n", name, "link", "set", "lo", "up")
        sh("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
        sh("ip", "-n", name, "link", "set", "eth0", "up")
        self.attach(name)

    def close(self):
        os.eventfd_write(self.stopper, 1)
        self.thread.join()
        for end in [*self.ends, self.stopper]:
            os.close(end)
        for name in self.clients:
            # The kernel would take the cable away with the namespace, but not at once.
            sh("ip", "link", "delete", name)
            sh("ip", "netns", "delete", name)
        sh("ip", "link", "set", "tap0", "master", BRIDGE)
        sh("ip", "link", "delete", FAR)

    def carry(self):
        near, far = self.ends
        while True:
            pause = max(0, self.late[0][0] - time.monotonic()) if self.late else None
            ready, _, _ = select.select([near, far, self.stopper], [], [], pause)
            if self.stopper in ready:
                return
            while self.late and self.late[0][0] <= time.monotonic():
                _, _, end, frame = heapq.heappop(self.late)
                os.write(end, frame)
            for end in ready:
                self.meet(os.read(end, 2048), end == near)

    def meet(self, frame, to_machine):
        """One frame and its fate."""
        packet = datagram(frame)
        frame = self.watch(frame, packet, to_machine)
        kind, address = "other", ""
        if packet:
            kind, address = packet.kind, (packet.destination if to_machine else packet.source)[0]
            request = tftp_request(packet.payload) if packet.destination[1] == 69 else None
            if request:
                self.requests.append((address, *request))
        counter = self.counts.setdefault((kind, address), Counter())
        generator = self.generators.setdefault(
            (kind, address, to_machine), random.Random(f"{self.seed} {kind} {address} {to_machine}")
        )
        rates, lot, lateness = self.rates[packet is not None], generator.random(), generator.uniform(0.002, 0.03)
        end = self.ends[1 if to_machine else 0]
        counter["passed"] += 1
        if frame is None or lot < rates.drop:
            counter["dropped"] += 1
            return
        lot -= rates.drop
        if lot < rates.repeat + rates.delay:
            counter["repeated" if lot < rates.repeat else "delayed"] += 1
            heapq.heappush(self.late, (time.monotonic() + lateness, next(self.numbers), end, frame))
        if not rates.repeat <= lot < rates.repeat + rates.delay:
            os.write(end, frame)

    def suffered(self, kind, address=None):
        """What became of a protocol's frames, of one address or of all, as a Counter."""
        chosen = (found for key, found in self.counts.items() if key[0] == kind and address in (None, key[1]))
        return sum(chosen, Counter())


def tap(name, bridge):
    """A tap that this process is the other end of; gone when it is closed."""
    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, SET_INTERFACE, struct.pack("16sH22x", name.encode(), TAP | NO_INFORMATION))
    sh("ip", "link", "set", name, "master", bridge, "up")
    return end


def told(counter):
    """For the summary."""
    hurt = ", ".join(f"{counter[fate]} {fate}" for fate in ("dropped", "repeated", "delayed"))
    return f"{counter['passed']} frames: {hurt}"
