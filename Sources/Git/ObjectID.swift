import CLibgit2

/// The name of a git object: 20 bytes of SHA-1, held inline.
package struct ObjectID: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let middle: UInt64
    private let low: UInt32

    /// Forty hex digits, in either case; anything else is nil.
    package init?(hex: some StringProtocol) {
        var words: [UInt64] = [0, 0, 0]
        var count = 0
        for digit in hex.utf8 {
            guard count < 40, let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            words[count / 16] = words[count / 16] << 4 | UInt64(value)
            count += 1
        }
        guard count == 40 else { return nil }
        (high, middle, low) = (words[0], words[1], UInt32(words[2]))
    }

    init(_ oid: git_oid) {
        (high, middle, low) = withUnsafeBytes(of: oid.id) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
            )
        }
    }

    /// Reads the id that libgit2 points at, which is nil only for objects that do not exist.
    init?(_ pointer: UnsafePointer<git_oid>?) {
        guard let pointer else { return nil }
        self.init(pointer.pointee)
    }

    var oid: git_oid {
        var oid = git_oid()
        withUnsafeMutableBytes(of: &oid.id) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: middle.bigEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 16, as: UInt32.self)
        }
        return oid
    }

    /// The first eight digits, for messages.
    package var short: String { String(description.prefix(8)) }

    package var description: String { hex(high, 16) + hex(middle, 16) + hex(UInt64(low), 8) }

    package static func < (a: ObjectID, b: ObjectID) -> Bool { (a.high, a.middle, a.low) < (b.high, b.middle, b.low) }
}

private func hex(_ word: UInt64, _ digits: Int) -> String {
    let text = String(word, radix: 16)
    return String(repeating: "0", count: digits - text.count) + text
}
