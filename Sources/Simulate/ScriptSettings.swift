import Inventory

/// iPXE's settings, and their expansion in script lines: `${net0/mac:hexhyp}`.
struct ScriptSettings: Sendable {
    /// What a setting holds; its type decides how it prints without a format.
    enum Value: Hashable, Sendable {
        case text(String)
        case mac(MACAddress)
        case address(IPv4Address)
        case uuid(SystemUUID)

        var bytes: [UInt8] {
            switch self {
            case .text(let text): Array(text.utf8)
            case .mac(let mac): mac.octets
            case .address(let address): address.octets
            case .uuid(let uuid): uuid.bytes
            }
        }

        var text: String {
            switch self {
            case .text(let text): text
            case .mac(let mac): mac.description
            case .address(let address): address.description
            case .uuid(let uuid): uuid.description
            }
        }
    }

    struct UnknownFormat: Error, Equatable {
        var name: String
    }

    private var values: [String: Value] = [:]

    init(_ values: [String: Value] = [:]) { self.values = values }

    /// A value by its name. The machine has one network card, so `net0/ip`, `netX/ip` and `ip` are the same; of `net1` nothing is known.
    subscript(name: String) -> Value? {
        get { Self.key(name).flatMap { values[$0] } }
        set { if let key = Self.key(name) { values[key] = newValue } }
    }

    private static func key(_ name: String) -> String? {
        let parts = name.split(separator: "/")
        guard let last = parts.last else { return nil }
        if parts.count > 1 {
            let card = parts[0].prefix { $0 != "." }
            guard ["net0", "netX", "smbios"].contains(card) else { return nil }
        }
        return last == "hwaddr" ? "mac" : String(last)
    }

    /// Replaces every `${name[:format]}`, innermost first. An unknown name becomes nothing, as in iPXE.
    func expand(_ line: String) throws(UnknownFormat) -> String {
        var line = line[...]
        while let (open, close) = Self.innermost(line) {
            let inside = line[line.index(open, offsetBy: 2)..<close]
            let parts = inside.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts.first ?? "")
            let value = self[name].map { ($0, parts.count > 1 ? String(parts[1]) : "") }
            let text =
                try value.map { (value, format) throws(UnknownFormat) in try Self.print(value, as: format) } ?? ""
            line = (line[..<open] + text + line[line.index(after: close)...])[...]
        }
        return String(line)
    }

    /// The last `${` before the first `}` that has one.
    private static func innermost(_ line: Substring) -> (Substring.Index, Substring.Index)? {
        var open: Substring.Index?
        var index = line.startIndex
        while index < line.endIndex {
            if line[index...].hasPrefix("${") { open = index }
            if line[index] == "}", let open { return (open, index) }
            index = line.index(after: index)
        }
        return nil
    }

    private static func print(_ value: Value, as format: String) throws(UnknownFormat) -> String {
        switch format {
        case "", "string", "ipv4", "uuid": value.text
        case "hex": value.bytes.hexadecimal(separator: ":")
        case "hexhyp": value.bytes.hexadecimal(separator: "-")
        case "hexraw": value.bytes.hexadecimal()
        case "uristring": percentEncoded(value.text)
        default: throw UnknownFormat(name: format)
        }
    }

    /// All but RFC 3986's unreserved characters as `%XX`.
    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 128, character.isLetter || character.isNumber || "-._~".contains(character) {
                encoded.append(character)
            } else {
                encoded += "%" + [byte].hexadecimal().uppercased()
            }
        }
        return encoded
    }
}
