import NIOHTTP1

/// What a `Range` header asks for (RFC 9110 §14).
enum ByteRange: Equatable {
    /// No range, or one that may be passed over: several ranges, another unit, another version of the file.
    case whole
    case part(Range<Int>)
    case unsatisfiable

    init(_ headers: HTTPHeaders, size: Int, version: String) {
        guard let header = headers.first(name: "range"), header.hasPrefix("bytes="), !header.contains(","),
            headers.first(name: "if-range").map({ $0 == version }) ?? true
        else {
            self = .whole
            return
        }
        let ends = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            self = .whole
            return
        }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (let first?, let last) where ends[1].isEmpty || (last ?? -1) >= first:
            self = first < size ? .part(first..<min(last ?? size - 1, size - 1) + 1) : .unsatisfiable
        case (nil, let suffix?) where ends[0].isEmpty:
            self = suffix > 0 && size > 0 ? .part(max(0, size - suffix)..<size) : .unsatisfiable
        default: self = .whole
        }
    }

    /// Digits only: `Int` would take a sign.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
