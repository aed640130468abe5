/// Where a file's lines start, to turn byte offsets into positions.
struct Lines: Sendable {
    let starts: [UInt32]
    let isASCII: Bool
    /// The lines among them that start with `<`, `%` or `---`.
    let marks: [UInt32]
    private let source: [UInt8]
    /// UTF-8's continuation bytes in front of every block, so that a file of one long line costs no more than others; empty for ASCII.
    private let continuations: [UInt32]

    private static let block = 1024

    init(_ source: [UInt8]) {
        var union: UInt8 = 0
        var starts: [UInt32] = [0]
        starts.reserveCapacity(source.count / 24)
        var marks: [UInt32] = []
        source.withUnsafeBufferPointer { bytes in
            if bytes.isMark(at: 0) { marks.append(0) }
            for offset in bytes.indices {
                let byte = bytes[offset]
                union |= byte
                if byte > UInt8(ascii: "\r") { continue }
                let isBreak =
                    byte == UInt8(ascii: "\n")
                    || (byte == UInt8(ascii: "\r")
                        && (offset + 1 == bytes.count || bytes[offset + 1] != UInt8(ascii: "\n")))
                if isBreak {
                    starts.append(UInt32(offset + 1))
                    if bytes.isMark(at: offset + 1) { marks.append(UInt32(offset + 1)) }
                }
            }
        }
        self.starts = starts
        self.marks = marks
        self.source = source
        isASCII = union < 0x80
        var continuations: [UInt32] = []
        if !isASCII {
            var count: UInt32 = 0
            for start in stride(from: 0, to: source.count + 1, by: Self.block) {
                continuations.append(count)
                count += UInt32(source[start..<min(start + Self.block, source.count)].count { $0 & 0xC0 == 0x80 })
            }
        }
        self.continuations = continuations
    }

    func position(of offset: Int) -> Position {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= offset { low = middle } else { high = middle }
        }
        let start = Int(starts[low])
        let characters = self.characters(before: max(start, min(offset, source.count))) - self.characters(before: start)
        let mark = low == 0 && offset >= 3 && source.starts(with: byteOrderMark) ? 1 : 0
        return Position(line: low + 1, column: characters - mark + 1)
    }

    private func characters(before offset: Int) -> Int {
        if isASCII { return offset }
        let start = offset / Self.block * Self.block
        let rest = source[start..<offset].count { $0 & 0xC0 == 0x80 }
        return offset - Int(continuations[offset / Self.block]) - rest
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func isMark(at offset: Int) -> Bool {
        guard offset < count else { return false }
        switch self[offset] {
        case UInt8(ascii: "<"), UInt8(ascii: "%"): return true
        case UInt8(ascii: "-"):
            return offset + 2 < count && self[offset + 1] == self[offset] && self[offset + 2] == self[offset]
        default: return false
        }
    }
}
