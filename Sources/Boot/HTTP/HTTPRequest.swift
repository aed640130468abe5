import Inventory
import NIOCore
import NIOHTTP1

/// A request with its target taken apart.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    /// Percent-decoded, one by one: a `%2f` stays inside its segment.
    package var path: [String]
    package var query: [String: String]
    package var headers: HTTPHeaders
    package var body: ByteBuffer
    package var source: IPv4Address?

    /// Nil for a target that is no path, or is not UTF-8 when decoded.
    package init?(
        _ method: HTTPMethod, _ target: String, headers: HTTPHeaders = HTTPHeaders(), body: ByteBuffer = ByteBuffer(),
        source: IPv4Address? = nil
    ) {
        var target = Substring(target)
        if let scheme = target.range(of: "://"), target.startIndex < scheme.lowerBound, !target.hasPrefix("/") {
            target = target[scheme.upperBound...].drop { $0 != "/" }
        }
        guard target.hasPrefix("/") else { return nil }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path: [String] = []
        for segment in parts[0].split(separator: "/", omittingEmptySubsequences: true) {
            guard let decoded = segment.percentDecoded else { return nil }
            path.append(decoded)
        }
        self.method = method
        self.path = path
        query = parts.count > 1 ? Self.query(of: parts[1]) : [:]
        self.headers = headers
        self.body = body
        self.source = source
    }

    private static func query(of text: Substring) -> [String: String] {
        var query: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let name = sides[0].percentDecoded, let value = sides[1].percentDecoded else {
                continue
            }
            // A placeholder that iPXE did not fill in says nothing.
            if !value.isEmpty, !value.hasPrefix("${") { query[name] = value }
        }
        return query
    }
}

extension Substring {
    /// Nil for broken escapes, NUL, and bytes that are not UTF-8.
    fileprivate var percentDecoded: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? { Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init) }

    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
