import Inventory

/// The server under test, as an unprivileged process on loopback reaches it.
package struct Endpoints: Hashable, Sendable {
    package var address: IPv4Address
    package var dhcpPort: Int
    package var pxePort: Int
    package var tftpPort: Int
    /// Where an http URL without a port leads when it names this address.
    package var httpPort: Int

    package init(
        address: IPv4Address, dhcpPort: Int = 67, pxePort: Int = 4011, tftpPort: Int = 69, httpPort: Int = 80
    ) {
        self.address = address
        self.dhcpPort = dhcpPort
        self.pxePort = pxePort
        self.tftpPort = tftpPort
        self.httpPort = httpPort
    }
}

/// The network between machine and server, and what may go wrong on it.
package struct Network: Hashable, Sendable {
    package enum Lease: Hashable, Sendable {
        /// The server under test leases addresses.
        case fromServer
        /// The server is a proxy. Another DHCP server leases this address: it is played by the machine, without packets.
        case elsewhere(IPv4Address)
        /// The server is a proxy, and broadcasts reach this DHCP server too.
        case from(IPv4Address, port: Int)
    }

    /// The machine's own relay (RFC 8357): its address, from which everything is sent.
    ///
    /// A lease inside 127.0.0.0/8 is used as the source of TFTP and HTTP, so that a server can tell machines apart by address.
    package var relay = IPv4Address(bits: 0x7F00_0001)
    /// 0 takes any port; servers that don't know RFC 8357 answer to port 67.
    package var relayPort = 0
    package var lease = Lease.fromServer
    package var faults = Faults.none
    package var timing = Timing.quick
    /// For the whole boot.
    package var patience = Duration.seconds(60)
    /// How long a second of a script's `sleep` lasts.
    package var scriptSecond = Duration.seconds(1)
    /// The machine dies when so many bytes of the kernel have arrived.
    package var diesAfterKernelBytes: Int?

    package init() {}

    /// How long a stack waits for answers before it asks again.
    package struct Timing: Hashable, Sendable {
        /// The waits after each try of a DHCP packet; after the last one the stack gives up.
        package var tries: [Duration]
        /// How long offers are gathered after a lease came, when more than one server may answer.
        package var gathering: Duration
        package var tftp: Duration
        package var tftpTries: Int

        package init(tries: [Duration], gathering: Duration, tftp: Duration, tftpTries: Int) {
            self.tries = tries
            self.gathering = gathering
            self.tftp = tftp
            self.tftpTries = tftpTries
        }

        /// As real firmware waits: a minute for a server that stays silent.
        package static let firmware = Timing(
            tries: [.seconds(4), .seconds(8), .seconds(16), .seconds(32)], gathering: .milliseconds(3700),
            tftp: .seconds(4), tftpTries: 6)
        /// For servers on the same machine.
        package static let quick = Timing(
            tries: [.milliseconds(200), .milliseconds(300), .milliseconds(500), .seconds(1)],
            gathering: .milliseconds(150), tftp: .milliseconds(250), tftpTries: 12)
    }
}
