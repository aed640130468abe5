import Inventory
import NIOCore

/// Where a stack's boot stands after DHCP.
struct Configuration: Sendable {
    var lease: Offer
    var address: IPv4Address
    var path: BootPath
}

/// The DHCP side of one stack's boot: DISCOVER to ACK, and port 4011 where the stack asks it.
struct DHCPExchange {
    let stack: Stack
    let endpoints: Endpoints
    let network: Network
    let transcript: Transcript
    let deadline: ContinuousClock.Instant
    private let transaction = UInt32.random(in: 1 ... .max)
    private let started = ContinuousClock.now

    init(
        stack: Stack, endpoints: Endpoints, network: Network, transcript: Transcript, deadline: ContinuousClock.Instant
    ) {
        self.stack = stack
        self.endpoints = endpoints
        self.network = network
        self.transcript = transcript
        self.deadline = deadline
    }

    func run() async throws -> Configuration {
        try await Datagrams.with(
            boundTo: network.relay, port: network.relayPort, faults: network.faults.of("dhcp \(stack.kind)")
        ) { socket in
            let offers = try await discover(socket)
            guard let offered = offers.first(where: { $0.address != nil }), let address = offered.address else {
                let silent =
                    !stack.kind.isFirmware
                    ? "No configuration methods succeeded (040ee119)" : "PXE-E18: Server response timeout."
                throw BootEnded(.localDisk(offers.isEmpty ? "no offer: \(silent)" : "no lease: \(silent)"))
            }
            let others = offers.filter { $0 != offered }
            // Firmware sends no REQUEST for a lease that leads nowhere; iPXE does.
            if stack.kind.isFirmware, case .nothing(let why) = stack.path(lease: offered, others: others) {
                throw BootEnded(.localDisk(why))
            }
            let lease = try await request(address, of: offered, socket)
            let path = try await settle(stack.path(lease: lease, others: others), lease, others, address)
            return Configuration(lease: lease, address: address, path: path)
        }
    }

    private func discover(_ socket: Datagrams) async throws -> [Offer] {
        var offers: [Offer] = []
        var servers = 1
        if case .from = network.lease { servers = 2 }
        for wait in network.timing.tries {
            let message = stack.discover(transaction: transaction, seconds: seconds)
            try broadcast(message, socket)
            var end = ContinuousClock.now + wait
            while let reply = try await receive(socket, transaction, .offer, until: end) {
                guard let offer = Offer(reply), !offers.contains(where: { $0.server == offer.server }) else { continue }
                offers.append(offer)
                if offers.count == servers { break }
                end = min(end, .now + network.timing.gathering)
            }
            if case .elsewhere(let address) = network.lease, !offers.isEmpty || wait == network.timing.tries.last {
                return offers + [playedOffer(address)].compactMap { $0 }
            }
            if offers.contains(where: { $0.address != nil }) { return offers }
        }
        return offers
    }

    /// The offer of the other DHCP server that this machine plays to itself.
    private func playedOffer(_ address: IPv4Address) -> Offer? {
        var message = DHCPMessage(hardware: stack.machine.mac)
        message.isReply = true
        message.transaction = transaction
        message.yours = address
        message.options = [DHCPMessage.Option(53, [2]), DHCPMessage.Option(54, network.relay.octets)]
        transcript.add(.did, .dhcp, "lease \(address) from another server (played)")
        return Offer(message)
    }

    private func request(_ address: IPv4Address, of offer: Offer, _ socket: Datagrams) async throws -> Offer {
        for wait in network.timing.tries {
            let message = stack.request(address, from: offer.server, transaction: transaction, seconds: seconds)
            try broadcast(message, socket)
            if case .elsewhere = network.lease { return offer }
            let end = ContinuousClock.now + wait
            while let reply = try await receive(socket, transaction, nil, until: end) {
                guard let answer = Offer(reply), answer.server == offer.server else { continue }
                switch reply.kind {
                case .ack: return answer
                case .nak: throw BootEnded(.localDisk("the DHCP server refused the lease (NAK)"))
                default: continue
                }
            }
        }
        throw BootEnded(.localDisk("no ACK: the DHCP server offered \(address) and then fell silent"))
    }

    /// Asks port 4011 as long as the path leads there; for iPXE an answer it can't use is like none.
    private func settle(_ path: BootPath, _ lease: Offer, _ others: [Offer], _ address: IPv4Address) async throws
        -> BootPath
    {
        guard case .ask(let server, let menuItem) = path else { return path }
        let answer = try await ask(server, menuItem: menuItem, address)
        if stack.kind == .ipxe {
            return menuItem == nil ? stack.ipxePath(lease, answer: answer) : stack.menuPath(answer)
        }
        guard let answer else { return .nothing("PXE-E16: No valid offer received: port 4011 of \(server) is silent.") }
        guard let file = answer.file else { return .nothing("PXE-E21: Remote boot cancelled.") }
        return .load(file, from: answer.nextServer ?? answer.server)
    }

    private func ask(_ server: IPv4Address, menuItem: UInt16?, _ address: IPv4Address) async throws -> Offer? {
        let own = network.source(for: address)
        // OVMF starts a new transaction, iPXE goes on with its own; after a boot menu it sends 0.
        let fresh = stack.kind == .ipxe ? transaction : UInt32.random(in: 1 ... .max)
        let transaction = stack.bootServerRequest(
            address, to: server, menuItem: menuItem, transaction: fresh, seconds: 0
        ).transaction
        let target = try SocketAddress(ipAddress: "\(server)", port: endpoints.pxePort)
        return try await Datagrams.with(boundTo: own, faults: network.faults.of("pxe \(stack.kind)")) { socket in
            for wait in network.timing.tries {
                let message = stack.bootServerRequest(
                    address, to: server, menuItem: menuItem, transaction: transaction, seconds: seconds)
                send(message, socket, to: target)
                let end = ContinuousClock.now + wait
                while let reply = try await receive(socket, transaction, .ack, until: end) {
                    guard let answer = Offer(reply), stack.kind != .ipxe || answer.suitsIPXE || menuItem != nil else {
                        continue
                    }
                    return answer
                }
            }
            return nil
        }
    }

    private var seconds: UInt16 { UInt16(clamping: 4 + (ContinuousClock.now - started).components.seconds * 4) }

    /// Sends what the machine broadcasts as its relay does: to each server, with the answer due at this very port.
    private func broadcast(_ message: DHCPMessage, _ socket: Datagrams) throws {
        var relayed = message
        relayed.hops += 1
        relayed.relay = network.relay
        // Option 82 with the empty suboption 19 (RFC 8357 §5).
        relayed.options.append(DHCPMessage.Option(82, [19, 0]))
        send(relayed, socket, to: try SocketAddress(ipAddress: "\(endpoints.address)", port: endpoints.dhcpPort))
        if case .from(let address, let port) = network.lease {
            send(relayed, socket, to: try SocketAddress(ipAddress: "\(address)", port: port))
        }
    }

    private func send(_ message: DHCPMessage, _ socket: Datagrams, to address: SocketAddress) {
        var bytes = ByteBuffer()
        bytes.writeDHCPMessage(message)
        socket.send(bytes, to: address)
        transcript.add(.sent, .dhcp, message.summary + " to port \(address.port ?? 0)", bytes: bytes.readableBytes)
    }

    /// The next reply to this machine's transaction, of this kind where one is given.
    private func receive(
        _ socket: Datagrams, _ transaction: UInt32, _ kind: DHCPMessage.Kind?, until end: ContinuousClock.Instant
    ) async throws -> DHCPMessage? {
        while let envelope = await socket.receive(until: min(end, deadline)) {
            var bytes = envelope.data
            guard let message = try? bytes.readDHCPMessage() else {
                transcript.add(.received, .dhcp, "a datagram that is not DHCP", bytes: envelope.data.readableBytes)
                continue
            }
            guard message.isReply, message.transaction == transaction, message.hardware == stack.machine.mac else {
                continue
            }
            transcript.add(.received, .dhcp, message.summary, bytes: envelope.data.readableBytes)
            if kind == nil || message.kind == kind { return message }
        }
        try Task.checkCancellation()
        if ContinuousClock.now >= deadline { throw BootEnded(.failed(step: "DHCP", why: "the boot took too long")) }
        return nil
    }
}

extension Network {
    /// The address that a machine with this lease sends from.
    func source(for address: IPv4Address) -> IPv4Address { address.bits >> 24 == 127 ? address : relay }
}

extension Stack {
    /// What iPXE loads when it has picked an item of a boot menu.
    func menuPath(_ answer: Offer?) -> BootPath {
        guard let answer, let file = answer.file else { return .nothing("the boot server of the menu has no file") }
        return .load(file, from: answer.nextServer ?? answer.server)
    }
}

extension DHCPMessage {
    /// One line for the transcript.
    var summary: String {
        var text = kind.map { "\($0)".uppercased() } ?? "message without a type"
        if yours != .any { text += " yiaddr=\(yours)" }
        if nextServer != .any { text += " siaddr=\(nextServer)" }
        if let offer = Offer(self), let file = offer.file { text += " file=\(file)" }
        if let vendorClass = self[60] { text += " class=\(String(decoding: vendorClass, as: UTF8.self))" }
        if let user = self[77] { text += " user=\(String(decoding: user, as: UTF8.self))" }
        if isReply, let vendor = self[43] { text += " 43=\(vendor.hexadecimal())" }
        return text
    }
}
