import Inventory
import YAML

extension FieldReader {
    /// An IPv4 address; an empty text is none. Other machines' IPv6 addresses are not ours to serve, and pass with a warning.
    mutating func address(_ key: String, of parent: Node?) -> IPv4Address? {
        field(key, of: parent).flatMap { address($0) }
    }

    mutating func addresses(_ key: String, of parent: Node?) -> [IPv4Address] {
        var result: [IPv4Address] = []
        for item in items(key, of: parent) {
            if let value = address(item) { result.append(value) }
        }
        return result
    }

    /// Where a dialect allows names of servers too: DHCP's options hold addresses, so a name passes with a warning.
    mutating func addressesOrNames(_ key: String, of parent: Node?) -> [IPv4Address] {
        var result: [IPv4Address] = []
        for item in items(key, of: parent) {
            let text = item.string
            guard let name = text, IPv4Address(name) == nil, name.utf8.contains(where: isLetter), !name.contains(":")
            else {
                if let value = address(item) { result.append(value) }
                continue
            }
            warning(item, "DHCP serves addresses only; the name \(shown(name)) is left out")
        }
        return result
    }

    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// The MAC of one network card.
    mutating func mac(_ node: Node) -> MACAddress? {
        if let mac = node.string.flatMap({ MACAddress($0) }) {
            guard let why = mac.whyNoCard else { return mac }
            error(node, "\(mac) is no network card's: \(why); copy it from the machine")
            return nil
        }
        expected(
            "a MAC address such as 52:54:00:12:34:01\(node.string == nil ? " (put it in quotes)" : "")", at: node)
        return nil
    }

    private mutating func address(_ node: Node) -> IPv4Address? {
        let text = node.string
        if text?.isEmpty == true { return nil }
        if let address = text.flatMap({ IPv4Address($0) }) { return address }
        if text?.contains(":") == true {
            warning(node, "only IPv4 is served; this address is left out")
        } else {
            expected("an IPv4 address such as 10.0.0.1", at: node)
        }
        return nil
    }

    /// A netmask: ones, then zeros.
    mutating func netmask(_ key: String, of parent: Node?) -> IPv4Address? {
        guard let node = field(key, of: parent), let mask = address(node) else { return nil }
        let host = ~mask.bits
        if host & (host &+ 1) == 0 { return mask }
        expected("a netmask such as 255.255.255.0", at: node)
        return nil
    }

    /// A prefix length, written as a text: `"24"`.
    mutating func prefix(_ key: String, of parent: Node?) -> IPv4Address? {
        guard let node = field(key, of: parent), let text = text(node), !text.isEmpty else { return nil }
        if let length = Int(text), (0...32).contains(length) {
            return IPv4Address(bits: length == 0 ? 0 : ~0 << UInt32(32 - length))
        }
        expected("a prefix length from \"0\" to \"32\"", at: node)
        return nil
    }

    /// A classless static route (RFC 3442), with its destination under this key.
    mutating func route(_ node: Node, destination key: String) -> DHCPSpec.Route? {
        guard let gateway = address("router", of: node) else {
            if field("router", of: node) == nil { error(node, "a route needs a router") }
            return nil
        }
        guard let destination = field(key, of: node) else {
            error(node, "a route needs a \(key) such as 10.1.0.0/16")
            return nil
        }
        let parts = (destination.string ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = IPv4Address(parts[0]), let length = Int(parts[1]),
            (0...32).contains(length)
        else {
            expected("a network such as 10.1.0.0/16", at: destination)
            return nil
        }
        return DHCPSpec.Route(destination: network, prefixLength: length, gateway: gateway)
    }
}
