import Inventory

extension Token {
    /// 128 bits from the system's random source.
    static func random() -> Token {
        var generator = SystemRandomNumberGenerator()
        let halves = [generator.next(), generator.next()]
        return Token(
            halves.map { half in
                String(repeating: "0", count: half.leadingZeroBitCount / 4) + (half == 0 ? "" : String(half, radix: 16))
            }.joined())
    }
}

extension Arming.ID {
    /// A ULID: 48 bits of milliseconds, 80 random bits, in Crockford's base 32.
    static func make(at now: Instant) -> Arming.ID {
        var generator = SystemRandomNumberGenerator()
        let milliseconds = UInt64(clamping: now.seconds) * 1000
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        let time = (0..<10).map { alphabet[Int(milliseconds >> (45 - 5 * UInt64($0)) & 31)] }
        let random = (0..<16).map { _ in alphabet[Int.random(in: 0..<32, using: &generator)] }
        return Arming.ID(String(time + random))
    }
}
