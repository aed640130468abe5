/// libyaml's marks count characters and leave out a leading byte order mark; this turns them into byte offsets.
struct ByteOffsets {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let isASCII: Bool
    private var character = 0
    private var offset: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, isASCII: Bool) {
        self.bytes = bytes
        self.isASCII = isASCII
        offset = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    }

    // Marks come nearly in order, so walking on from the last one keeps this linear.
    subscript(index: Int) -> Int {
        mutating get {
            if isASCII { return min(index, bytes.count) }
            while character < index, offset < bytes.count {
                offset += 1
                while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
                character += 1
            }
            while character > index, offset > 0 {
                offset -= 1
                while offset > 0, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
                character -= 1
            }
            return offset
        }
    }
}
