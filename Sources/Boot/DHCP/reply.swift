import Inventory
import NIOCore

/// How we speak DHCP.
package enum DHCPMode: String, Sendable, CaseIterable {
    /// Another server leases addresses; we add the boot file.
    case proxy
    /// We lease the inventory's addresses.
    case server
    /// Not at all.
    case off
}

/// A DHCP request with what is known of its sender.
package struct DHCPQuestion: Sendable {
    /// The port that it came to.
    package enum Port: Sendable { case server, pxe }

    package var packet: DHCPPacket
    package var client: PXEClient
    package var mac: MACAddress
    package var port: Port
    /// Where it came from.
    package var sender: Endpoint

    package init?(_ packet: DHCPPacket, from sender: Endpoint, port: Port = .server) {
        guard packet.operation == DHCPPacket.Operation.request, let mac = packet.mac else { return nil }
        self.packet = packet
        client = PXEClient(packet)
        self.mac = mac
        self.port = port
        self.sender = sender
    }
}

/// An address and a UDP port.
package struct Endpoint: Sendable, Hashable, CustomStringConvertible {
    package var address: IPv4Address
    package var port: Int

    package init(_ address: IPv4Address, _ port: Int) {
        self.address = address
        self.port = port
    }

    package var description: String { "\(address):\(port)" }
}

/// What a reply is made from, besides the request.
package struct DHCPContext: Sendable {
    package var mode: DHCPMode
    package var urls: BootURLs
    /// The host's interface, or that of the host which waits to be seen; nil for a MAC that the inventory doesn't name.
    package var interface: Interface?
    package var decision: Decision
    /// It was armed once, or asked our TFTP or HTTP: a refusal may speak up beside another team's boot server.
    package var isOurs: Bool

    package init(mode: DHCPMode, urls: BootURLs, interface: Interface?, decision: Decision, isOurs: Bool) {
        self.mode = mode
        self.urls = urls
        self.interface = interface
        self.decision = decision
        self.isOurs = isOurs
    }
}

/// The answer to a DHCP request and where it goes (RFC 2131 §4.3); nil for silence.
package func reply(to question: DHCPQuestion, in context: DHCPContext) -> (packet: DHCPPacket, to: Endpoint)? {
    // Machines that we don't know are not ours to touch.
    guard let interface = context.interface else { return nil }
    var context = context
    if case .introduce(let introduction) = context.decision {
        guard question.client.kind != .installedOS else { return nil }
        // Only a UUID says whose lease this would be; beside it, another server leases.
        if case .network = introduction, context.mode == .server { context.mode = .proxy }
    }
    let answer: DHCPPacket? =
        switch context.mode {
        case .off: nil
        case .proxy: proxyReply(to: question, interface, in: context)
        case .server: serverReply(to: question, interface, in: context)
        }
    guard var answer else { return nil }
    let destination = destination(of: &answer, asked: question)
    return (answer, destination)
}

/// Where a reply goes (RFC 2131 §4.1, RFC 8357 §4, PXE 2.1 for port 4011).
///
/// The standard would send a reply to a client without an address by unicast to a MAC that has no ARP entry. That takes raw
/// sockets; a broadcast with its flag set reaches the same client.
func destination(of answer: inout DHCPPacket, asked question: DHCPQuestion) -> Endpoint {
    let packet = question.packet
    if question.port == .pxe {
        // OVMF asks from port 4011 and waits there, iPXE from 68.
        return question.sender.address == .any ? broadcast(&answer) : question.sender
    }
    if packet.relayAddress != .any {
        let hasPort = RelayAgent(packet.options)?.hasSourcePort == true
        if answer.messageType == .negative { answer.flags |= DHCPPacket.broadcastFlag }
        return Endpoint(packet.relayAddress, hasPort ? question.sender.port : 67)
    }
    if answer.messageType != .negative, packet.clientAddress != .any { return Endpoint(packet.clientAddress, 68) }
    return broadcast(&answer)
}

private func broadcast(_ answer: inout DHCPPacket) -> Endpoint {
    answer.flags |= DHCPPacket.broadcastFlag
    return Endpoint(.broadcast, 68)
}

/// The fields that every reply takes over from its request (RFC 2131 §4.3.1, table 3).
func answer(_ type: DHCPPacket.MessageType, to packet: DHCPPacket, by server: IPv4Address) -> DHCPPacket {
    var answer = DHCPPacket()
    answer.operation = DHCPPacket.Operation.reply
    answer.hardwareType = packet.hardwareType
    answer.hardwareLength = packet.hardwareLength
    answer.transaction = packet.transaction
    answer.flags = packet.flags
    answer.relayAddress = packet.relayAddress
    answer.hardwareAddress = packet.hardwareAddress
    answer.options = DHCPOptions(capacity: 256)
    answer.options.append(.messageType, type.rawValue)
    answer.options.append(.serverIdentifier, server)
    return answer
}

/// What a relay added goes back last and as it came (RFC 3046 §2.2).
func echoRelayAgent(of packet: DHCPPacket, in answer: inout DHCPPacket) {
    if let relayAgent = packet.options[.relayAgent] { answer.options.append(.relayAgent, relayAgent) }
}
