import Inventory
import NIOCore

/// Leases the inventory's reservations (RFC 2131 §4.3). A refusal takes nothing from the lease.
func serverReply(to question: DHCPQuestion, _ interface: Interface, in context: DHCPContext) -> DHCPPacket? {
    let packet = question.packet
    guard question.port == .server, !interface.spec.disableDHCP, let reserved = interface.spec.dhcp.address else {
        return nil
    }
    let type: DHCPPacket.MessageType
    switch packet.messageType {
    case .discover: type = .offer
    case .request:
        switch Claim(packet, to: reserved, server: context.urls.address) {
        case .right: type = .acknowledge
        case .wrong: return negative(to: packet, by: context.urls.address)
        case .notOurs: return nil
        }
    case .inform: type = .acknowledge
    // A declined reservation stays the only address that we may give; the operator sees it in the log.
    case .decline, .release, .offer, .acknowledge, .negative, nil: return nil
    }
    var answer = answer(type, to: packet, by: context.urls.address)
    if packet.messageType == .inform {
        answer.clientAddress = packet.clientAddress
    } else {
        answer.clientAddress = type == .acknowledge ? packet.clientAddress : .any
        answer.yourAddress = reserved
        answer.options.appendTimes(of: interface.spec.dhcp)
    }
    answer.options.append(interface.spec.dhcp, asked: packet.options[.parameterRequest])
    let offer = BootOffer(question, interface, in: context)
    offer.write(to: &answer, for: question, in: context)
    if question.client.kind == .ipxe, case .file = offer { answer.options.appendNoProxy() }
    answer.trim(to: packet.options)
    echoRelayAgent(of: packet, in: &answer)
    return answer
}

/// Whether the address that a REQUEST names is the one that its MAC has here (RFC 2131 §4.3.2).
private enum Claim {
    case right, wrong, notOurs

    init(_ packet: DHCPPacket, to reserved: IPv4Address, server: IPv4Address) {
        let requested = packet.options.address(.requestedAddress)
        if let chosen = packet.options.address(.serverIdentifier) {
            guard chosen == server else {
                self = .notOurs
                return
            }
            self = (requested ?? packet.clientAddress) == reserved ? .right : .wrong
        } else if let requested, packet.clientAddress == .any {
            // INIT-REBOOT: a machine that moved here, or whose reservation changed.
            self = requested == reserved ? .right : .wrong
        } else {
            // RENEWING and REBINDING: another server may have given this address, so a wrong one is left to its lease.
            self = packet.clientAddress == reserved ? .right : .notOurs
        }
    }
}

private func negative(to packet: DHCPPacket, by server: IPv4Address) -> DHCPPacket {
    var answer = answer(.negative, to: packet, by: server)
    answer.options.append(.message, "this address is not the one in the inventory")
    echoRelayAgent(of: packet, in: &answer)
    return answer
}

extension DHCPOptions {
    /// Where a manifest does not say: a day.
    private static let defaultLease: Int64 = 86_400

    fileprivate mutating func appendTimes(of spec: DHCPSpec) {
        let lease = spec.leaseTime.flatMap { $0 > 0 ? $0 : nil } ?? Self.defaultLease
        let seconds = UInt32(clamping: lease)
        append(.leaseTime, seconds)
        guard seconds != .max else { return }
        append(.renewalTime, seconds / 2)
        append(.rebindingTime, UInt32(clamping: Int64(seconds) * 7 / 8))
    }

    /// In the order of their use: what does not fit into the client's message is left out from the end.
    fileprivate mutating func append(_ spec: DHCPSpec, asked: ByteBuffer?) {
        if let netmask = spec.netmask { append(.subnetMask, netmask) }
        if let gateway = spec.gateway { append(.routers, gateway) }
        append(.nameServers, spec.nameServers)
        if let hostname = spec.hostname, !hostname.isEmpty { append(.hostName, hostname) }
        if let domain = spec.domainName, !domain.isEmpty { append(.domainName, domain) }
        if !spec.classlessStaticRoutes.isEmpty { append(.classlessRoutes, Self.routes(of: spec)) }
        append(.timeServers, spec.timeServers)
        let wantsVLAN = asked?.readableBytesView.contains(Code.vlan.rawValue) == true
        if wantsVLAN, let vlan = spec.vlanID, !vlan.isEmpty { append(.vlan, vlan) }
    }

    /// RFC 3442. A client that reads option 121 passes over option 3, so the gateway is repeated here.
    private static func routes(of spec: DHCPSpec) -> ByteBuffer {
        var routes = spec.classlessStaticRoutes
        if let gateway = spec.gateway, !routes.contains(where: { $0.prefixLength == 0 }) {
            routes.append(DHCPSpec.Route(destination: .any, prefixLength: 0, gateway: gateway))
        }
        var bytes = ByteBuffer()
        for route in routes {
            let length = Swift.min(Swift.max(route.prefixLength, 0), 32)
            bytes.writeInteger(UInt8(length))
            bytes.writeBytes(route.destination.octets.prefix((length + 7) / 8))
            bytes.writeInteger(route.gateway.bits)
        }
        return bytes
    }

    /// iPXE's `no-pxedhcp`: it need not wait three seconds for a proxy's offer.
    fileprivate mutating func appendNoProxy() {
        var inner = DHCPOptions()
        inner.append(Code(rawValue: 176), 1 as UInt8)
        append(.ipxe, inner.bytes)
    }
}

extension DHCPPacket {
    /// Keeps the message within the client's limit (option 57, 576 bytes at least, of which IP and UDP take 28), for what is
    /// echoed of a relay too.
    fileprivate mutating func trim(to request: DHCPOptions) {
        let asked = request[.maximumMessageSize].flatMap { $0.getInteger(at: $0.readerIndex, as: UInt16.self) } ?? 576
        let relayed = request[.relayAgent].map { $0.readableBytes + 2 } ?? 0
        let room = Int(max(asked, 576)) - 28 - 241 - relayed
        guard options.bytes.readableBytes > room else { return }
        for code in [.timeServers, .classlessRoutes, .domainName, .hostName, .nameServers] as [DHCPOptions.Code]
        where options.bytes.readableBytes > room {
            options = options.removing(code)
        }
    }
}
