/// A 48-bit MAC address (IEEE 802), compared by value whatever its spelling.
///
/// Held as an integer: hashing it costs two thirds of hashing six bytes, and every packet hashes one.
package struct MACAddress: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The address in the low 48 bits, first octet highest; above them only for a key that stands for a MAC nobody knows yet.
    package var bits: UInt64

    package init(bits: UInt64) { self.bits = bits & 0xFFFF_FFFF_FFFF }

    /// Reads six octets in hexadecimal: `52:54:00:12:34:01`, `52-54-00-12-34-01`, `5254.0012.3401` or `525400123401`, in any case.
    /// Anything else is nil.
    package init?(_ text: some StringProtocol) {
        var bits: UInt64 = 0
        var digits = 0
        var sinceSeparator = 0
        for character in text.utf8 {
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = bits << 4 | UInt64(character - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): bits = bits << 4 | UInt64(character - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): bits = bits << 4 | UInt64(character - UInt8(ascii: "A") + 10)
            case UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."):
                guard sinceSeparator == 2 || sinceSeparator == 4, digits < 12 else { return nil }
                sinceSeparator = 0
                continue
            default: return nil
            }
            digits += 1
            sinceSeparator += 1
            guard digits <= 12 else { return nil }
        }
        guard digits == 12, sinceSeparator != 0 else { return nil }
        self.bits = bits
    }

    /// The first six octets of a hardware address field (`chaddr` of RFC 2131 with `hlen` 6).
    package init?(octets: some Collection<UInt8>) {
        guard octets.count >= 6 else { return nil }
        bits = octets.prefix(6).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Why no network card sends from this address; nil for one that may (IEEE 802, the I/G bit: the lowest of the first octet).
    package var whyNoCard: String? {
        switch bits {
        case 0: "it is all zeros"
        case 0xFFFF_FFFF_FFFF: "it is everybody's, the broadcast address"
        case _ where !isUnseen && bits >> 40 & 1 == 1:
            "its first octet is odd, which marks the address of a group (IEEE 802's group bit)"
        default: nil
        }
    }

    /// The six octets, first one first.
    package var octets: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> (40 - 8 * $0)) } }

    /// Lower case with colons, as Linux prints it; `-` for a key that stands for a MAC nobody knows yet.
    package var description: String { isUnseen ? "-" : spelled(separator: ":") }

    /// Lower case with hyphens, as iPXE's `:hexhyp` prints it; safe in a path.
    package var hyphenated: String { spelled(separator: "-") }

    package static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }

    private func spelled(separator: Character) -> String {
        var text = ""
        text.reserveCapacity(17)
        for (index, octet) in octets.enumerated() {
            if index > 0 { text.append(separator) }
            if octet < 16 { text.append("0") }
            text += String(octet, radix: 16)
        }
        return text
    }
}
