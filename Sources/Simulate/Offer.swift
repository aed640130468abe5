import Inventory

/// An OFFER or ACK, read as firmware reads it (PXE 2.1 §2.2, RFC 4578).
struct Offer: Hashable, Sendable {
    var message: DHCPMessage
    var server: IPv4Address

    /// Nil for a reply that names no server (option 54): no client could answer it.
    init?(_ message: DHCPMessage) {
        guard message.isReply, let server = message.address(54) else { return nil }
        self.message = message
        self.server = server
    }

    /// The leased address; nil in a proxy's answer.
    var address: IPv4Address? { message.yours == .any ? nil : message.yours }
    var nextServer: IPv4Address? { message.nextServer == .any ? nil : message.nextServer }

    /// Option 67, or the `file` field; nil when both are empty.
    var file: String? {
        let bytes = (message[67].map { Array($0.prefix { $0 != 0 }) }).flatMap { $0.isEmpty ? nil : $0 } ?? message.file
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    func isFor(_ vendorClass: String) -> Bool { message[60]?.starts(with: vendorClass.utf8) ?? false }

    /// Bit 3 of option 43.6: take the file of this very offer, ask no port 4011.
    var skipsDiscovery: Bool { (vendorOption(6)?.first ?? 0) & 8 != 0 }

    /// Boot server types of the boot menu (option 43.9).
    var menu: [UInt16] {
        var rest = (vendorOption(9) ?? [])[...]
        var types: [UInt16] = []
        while rest.count >= 3 {
            let bytes = Array(rest.prefix(3))
            types.append(UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
            rest = rest.dropFirst(3 + Int(bytes[2]))
        }
        return types
    }

    /// The first server that option 43.8 lists for a type.
    func menuServer(_ type: UInt16) -> IPv4Address? {
        var rest = (vendorOption(8) ?? [])[...]
        while rest.count >= 3 {
            let bytes = Array(rest)
            let addresses = bytes.dropFirst(3).prefix(4 * Int(bytes[2]))
            if UInt16(bytes[0]) << 8 | UInt16(bytes[1]) == type, addresses.count >= 4 {
                return IPv4Address(bits: addresses.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
            }
            rest = rest.dropFirst(3 + addresses.count)
        }
        return nil
    }

    /// Option 175.176: iPXE need not wait for a proxy.
    var skipsProxy: Bool { Self.suboption(176, in: message[175])?.first ?? 0 != 0 }

    /// iPXE takes a proxy's answer only with a server and a file, or with a boot menu.
    var suitsIPXE: Bool { (nextServer != nil && file != nil) || !menu.isEmpty }

    private func vendorOption(_ code: UInt8) -> [UInt8]? { Self.suboption(code, in: message[43]) }

    private static func suboption(_ code: UInt8, in bytes: [UInt8]?) -> [UInt8]? {
        var rest = (bytes ?? [])[...]
        while let next = rest.popFirst(), next != 255 {
            if next == 0 { continue }
            guard let length = rest.popFirst(), rest.count >= length else { return nil }
            if next == code { return Array(rest.prefix(Int(length))) }
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }
}

extension DHCPMessage {
    func address(_ code: UInt8) -> IPv4Address? {
        guard let bytes = self[code], bytes.count == 4 else { return nil }
        return IPv4Address(bits: bytes.reduce(0) { $0 << 8 | UInt32($1) })
    }
}

/// Where the boot file comes from, as firmware decides once it has a lease.
enum BootPath: Hashable, Sendable {
    case load(String, from: IPv4Address)
    /// Ask this server's port 4011 first; with an item when the server offers a boot menu.
    case ask(IPv4Address, menuItem: UInt16?)
    /// Nothing to load: the firmware goes on to its next boot device, with the message that it shows.
    case nothing(String)
}

extension Stack {
    /// What this stack does with a lease and the other offers it collected; measured on OVMF and iPXE.
    func path(lease: Offer, others: [Offer]) -> BootPath {
        switch kind {
        case .ipxe: ipxePath(lease, others)
        case .biosPXE, .uefiPXE: pxePath(lease, others)
        case .uefiHTTP: httpPath(lease, others)
        case .system: .nothing("the installed system has an address")
        }
    }

    /// The proxy whose word iPXE would take, if any.
    func proxy(lease: Offer, others: [Offer]) -> Offer? {
        lease.skipsProxy ? nil : others.first { $0.address == nil && $0.isFor("PXEClient") }
    }

    private func ipxePath(_ lease: Offer, _ others: [Offer]) -> BootPath {
        let proxy = proxy(lease: lease, others: others)
        // A boot menu goes before everything, even before a file of the lease.
        for offer in [proxy, lease].compactMap({ $0 }) where offer.isFor("PXEClient") {
            if let item = offer.menu.first { return .ask(offer.menuServer(item) ?? offer.server, menuItem: item) }
        }
        if let proxy, !proxy.suitsIPXE { return .ask(proxy.server, menuItem: nil) }
        return ipxePath(lease, answer: proxy)
    }

    /// What iPXE loads when no more questions are open: a file of the lease goes before the proxy's.
    func ipxePath(_ lease: Offer, answer: Offer?) -> BootPath {
        for offer in [lease, answer].compactMap({ $0 }) {
            guard let file = offer.file else { continue }
            if let server = offer.nextServer ?? URI(file).map({ _ in offer.server }) {
                return .load(file, from: server)
            }
        }
        return .nothing("Nothing to boot: No such file or directory (2d03e13b)")
    }

    private func pxePath(_ lease: Offer, _ others: [Offer]) -> BootPath {
        // A lease that calls itself a PXE server's goes first, even where it leads nowhere.
        let candidates = [lease] + others.filter { $0.address == nil }
        if let offer = candidates.first(where: { $0.isFor("PXEClient") }) {
            guard offer.skipsDiscovery else { return .ask(offer.server, menuItem: nil) }
            guard let file = offer.file else { return .nothing("PXE-E21: Remote boot cancelled.") }
            return .load(file, from: offer.nextServer ?? offer.server)
        }
        if let file = lease.file { return .load(file, from: lease.nextServer ?? lease.server) }
        return .nothing("PXE-E16: No valid offer received.")
    }

    private func httpPath(_ lease: Offer, _ others: [Offer]) -> BootPath {
        for offer in [lease] + others where offer.isFor("HTTPClient") {
            if let file = offer.file, URI(file) != nil { return .load(file, from: offer.nextServer ?? offer.server) }
        }
        return .nothing("Server response timeout: no offer for HTTPClient with a URL.")
    }
}
