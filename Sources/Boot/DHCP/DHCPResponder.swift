import Inventory
import Logging
import NIOCore

/// Bytes in, bytes out: decodes a request, asks the gate, encodes the reply. Never waits.
package struct DHCPResponder: Sendable {
    package var mode: DHCPMode
    package var urls: BootURLs
    package var plane: BootPlane
    /// The interface's own address, which names the network that its clients ask from.
    package var link: IPv4Address

    package init(mode: DHCPMode, urls: BootURLs, plane: BootPlane, link: IPv4Address? = nil) {
        self.mode = mode
        self.urls = urls
        self.plane = plane
        self.link = link ?? urls.address
    }

    package func respond(
        to bytes: ByteBuffer, from sender: Endpoint, port: DHCPQuestion.Port, allocator: ByteBufferAllocator
    ) -> (bytes: ByteBuffer, to: Endpoint)? {
        let packet: DHCPPacket
        do throws(DHCPError) {
            packet = try DHCPPacket(decoding: bytes)
        } catch {
            plane.log.debug("unreadable DHCP packet", metadata: ["from": "\(sender)", "error": "\(error)"])
            return nil
        }
        guard let question = DHCPQuestion(packet, from: sender, port: port),
            var sighting = Sighting(packet, question.client)
        else { return nil }
        let standing = plane.gate.current
        if standing.isWaiting { sighting.link = RelayAgent(packet.options)?.link ?? sighting.relay ?? link }
        var interface = standing.inventory[question.mac]
        let decision = plane.decide(sighting, on: port == .pxe ? .pxe : .dhcp, in: standing)
        if case .introduce(let introduction) = decision { interface = standing.inventory[introduction.key] }
        let isOurs = interface?.arming != nil || plane.addresses.hasVisited(question.mac)
        let context = DHCPContext(mode: mode, urls: urls, interface: interface, decision: decision, isOurs: isOurs)
        note(question, isKnown: interface != nil)
        guard let (answer, destination) = reply(to: question, in: context) else { return nil }
        if answer.messageType == .acknowledge { plane.addresses.learn(answer.yourAddress, is: question.mac) }
        plane.log.debug(
            "DHCP reply",
            metadata: [
                "mac": "\(question.mac)", "type": "\(answer.messageType, default: "-")", "file": "\(answer.file)",
                "decision": "\(decision.reason)", "to": "\(destination)",
            ])
        return (answer.encoded(by: allocator), destination)
    }

    /// What a request says about addresses, ours or another server's.
    private func note(_ question: DHCPQuestion, isKnown: Bool) {
        let packet = question.packet
        switch packet.messageType {
        case .request where mode == .proxy:
            let address = packet.options.address(.requestedAddress) ?? packet.clientAddress
            plane.addresses.learn(address, is: question.mac)
        case .decline where isKnown && mode == .server:
            let address = packet.options.address(.requestedAddress) ?? .any
            plane.log.warning(
                "a machine declined its reserved address: another one uses it",
                metadata: ["mac": "\(question.mac)", "address": "\(address)"])
        default: break
        }
    }
}
