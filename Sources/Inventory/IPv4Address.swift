/// An IPv4 address as an integer in host order.
package struct IPv4Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var bits: UInt32

    package init(bits: UInt32) { self.bits = bits }

    /// Reads four decimal octets, `10.0.0.1`; anything else is nil.
    package init?(_ text: some StringProtocol) {
        var bits: UInt32 = 0
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        for part in parts {
            guard (1...3).contains(part.utf8.count), let octet = UInt8(part) else { return nil }
            bits = bits << 8 | UInt32(octet)
        }
        self.bits = bits
    }

    package static let any = IPv4Address(bits: 0)
    package static let broadcast = IPv4Address(bits: .max)

    package var octets: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) } }
    package var description: String { octets.map { String($0) }.joined(separator: ".") }
    package static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}
