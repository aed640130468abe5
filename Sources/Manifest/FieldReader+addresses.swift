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

    private mutating func address(_ node: Node) -> IPv4Address? {
        let text = node.string
        if text?.isEmpty == true { return nil }
        if let address = text.flatMap({ IPv4Address($0) }) { return address }
        if text?.contains(":") == true {
            warning(at: location(of: node), "\(node.path): only IPv4 is served; this address is left out")
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
}
