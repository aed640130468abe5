import Glibc

/// Collects one file's nodes and checks what libyaml lets pass: depth, duplicate keys, undefined and runaway aliases.
struct TreeBuilder {
    var records: [Record] = []
    private(set) var decoded: [UInt8] = []
    private(set) var names: [String] = []
    private(set) var roots: [UInt32] = []

    let bytes: UnsafeBufferPointer<UInt8>
    private let limits: Parser.Limits
    private var open: [Container] = []
    private var anchors: [String: Anchor] = [:]
    private var expansion = Size()
    private var expansionOfFile = Size()

    struct Failure: Error {
        var message: String
        var offset: Int
    }

    /// What a node stands for, itself included, with every alias written out.
    private struct Size {
        var nodes = 0
        var bytes = 0

        static func += (one: inout Size, other: Size) {
            one.nodes += other.nodes
            one.bytes += other.bytes
        }
    }

    private struct Container {
        var record: Int
        var size = Size(nodes: 1)
        var children = 0
        /// Where the last child ends.
        var end: UInt32 = 0
    }

    private struct Anchor {
        var record: Int
        /// nil while the node is still open.
        var size: Size?
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: Parser.Limits) {
        self.bytes = bytes
        self.limits = limits
        records.reserveCapacity(bytes.count / 12)
    }

    mutating func beginDocument() {
        anchors.removeAll()
        expansion = Size()
        roots.append(UInt32(records.count))
    }

    mutating func scalar(
        _ value: UnsafeBufferPointer<UInt8>, _ style: Node.Style, _ span: Range<Int>,
        anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?
    ) throws(Failure) {
        try checkSize()
        let start =
            anchor == nil && tag == nil
            ? span.lowerBound : content(of: span, properties: anchor != nil && tag != nil ? 2 : 1)
        var record = Record(
            kind: .scalar, style: style, outer: UInt32(span.lowerBound), start: UInt32(start),
            end: UInt32(span.upperBound),
            next: UInt32(records.count + 1))
        let quote = style == .single || style == .double ? 1 : 0
        let text = start + quote..<max(start + quote, span.upperBound - quote)
        if text.count == value.count, isSame(UnsafeBufferPointer(rebasing: bytes[text]), value) {
            record.text = UInt32(text.lowerBound)
        } else {
            record.isDecoded = true
            record.text = UInt32(decoded.count)
            decoded.append(contentsOf: value)
        }
        record.textEnd = record.text + UInt32(value.count)
        record.tag = try name(tag, at: start)
        record.anchor = try name(anchor, at: start)
        let size = Size(nodes: 1, bytes: value.count)
        if record.anchor >= 0 { anchors[names[Int(record.anchor)]] = Anchor(record: records.count, size: size) }
        records.append(record)
        count(size, end: UInt32(span.upperBound))
    }

    mutating func alias(_ anchor: UnsafePointer<UInt8>, _ span: Range<Int>) throws(Failure) {
        try checkSize()
        let name = String(cString: anchor)
        guard let target = anchors[name] else {
            throw Failure(
                message:
                    "*\(shown(name)) has no anchor above it in this document: define &\(shown(name)) there, or write the value out",
                offset: span.lowerBound)
        }
        guard let size = target.size else {
            throw Failure(
                message: "*\(shown(name)) stands inside its own anchor: write the value out", offset: span.lowerBound)
        }
        expansion += size
        expansionOfFile += size
        guard expansionOfFile.bytes <= limits.bytes, expansionOfFile.nodes <= 10 * limits.expansion else {
            throw Failure(
                message: "the aliases of this file stand for too much: split it, or write some of them out",
                offset: span.lowerBound)
        }
        guard expansion.nodes <= limits.expansion else {
            throw Failure(
                message:
                    "the aliases of this document stand for more than \(limits.expansion) nodes: write some of them out",
                offset: span.lowerBound)
        }
        records.append(
            Record(
                kind: .alias, style: .plain, outer: UInt32(span.lowerBound), start: UInt32(span.lowerBound),
                end: UInt32(span.upperBound), text: UInt32(target.record), next: UInt32(records.count + 1)))
        count(size, end: UInt32(span.upperBound))
    }

    mutating func begin(
        _ kind: Node.Kind, _ style: Node.Style, at outer: Int, anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?
    ) throws(Failure) {
        try checkSize()
        let properties = (anchor == nil ? 0 : 1) + (tag == nil ? 0 : 1)
        let start = properties == 0 ? outer : content(of: outer..<bytes.count, properties: properties)
        guard open.count < limits.depth else {
            throw Failure(message: "nested deeper than \(limits.depth) levels: flatten it", offset: start)
        }
        if let key = openKey() { throw complexKey(at: start, flow: style == .flow, key: key) }
        let record = Record(
            kind: kind, style: style, outer: UInt32(outer), start: UInt32(start), end: UInt32(start),
            next: UInt32(records.count + 1), anchor: try name(anchor, at: start), tag: try name(tag, at: start))
        if record.anchor >= 0 { anchors[names[Int(record.anchor)]] = Anchor(record: records.count, size: nil) }
        open.append(Container(record: records.count))
        records.append(record)
    }

    mutating func end(at offset: Int) throws(Failure) {
        guard let container = open.popLast() else { return }
        // A block ends, for libyaml, where the next token starts: behind comments that do not belong to it.
        let end = records[container.record].style == .flow ? UInt32(offset) : container.end
        records[container.record].next = UInt32(records.count)
        records[container.record].end = max(end, records[container.record].start)
        if records[container.record].kind == .mapping { try checkMapping(container.record) }
        if records[container.record].anchor >= 0 {
            let name = names[Int(records[container.record].anchor)]
            if anchors[name]?.record == container.record { anchors[name]?.size = container.size }
        }
        count(container.size, end: records[container.record].end)
    }

    private mutating func count(_ size: Size, end: UInt32) {
        guard !open.isEmpty else { return }
        open[open.count - 1].end = end
        open[open.count - 1].size += size
        open[open.count - 1].children += 1
    }

    /// The open mapping that waits for a key, if one does.
    private func openKey() -> Int? {
        guard let container = open.last, records[container.record].kind == .mapping, container.children % 2 == 0 else {
            return nil
        }
        return container.record
    }

    func complexKey(at offset: Int, flow: Bool, key: Int) -> Failure {
        let isTemplate = flow && offset > 0 && bytes[offset - 1] == UInt8(ascii: "{") && records[key].style == .flow
        return Failure(
            message: isTemplate
                ? templateAdvice : "a key must be a single word or a quoted text, not a list or mapping",
            offset: offset)
    }

    /// Where the content starts behind the anchor and the tag of a node.
    private func content(of span: Range<Int>, properties: Int) -> Int {
        var offset = span.lowerBound
        var left = properties
        while offset < span.upperBound {
            if let length = lineBreak(at: offset) {
                offset += length
                continue
            }
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): offset += 1
            case UInt8(ascii: "#"): while offset < span.upperBound, lineBreak(at: offset) == nil { offset += 1 }
            case UInt8(ascii: "&") where left > 0, UInt8(ascii: "!") where left > 0:
                left -= 1
                if bytes[offset...].starts(with: "!<".utf8) {
                    while offset < span.upperBound, bytes[offset] != UInt8(ascii: ">") { offset += 1 }
                }
                while offset < span.upperBound, bytes[offset] > UInt8(ascii: " "), !endsProperty(offset),
                    lineBreak(at: offset) == nil
                { offset += 1 }
            default: return offset
            }
        }
        return span.upperBound
    }

    // In flow style a comma or bracket may follow an anchor directly.
    private func endsProperty(_ offset: Int) -> Bool {
        [UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "{")].contains(
            bytes[offset])
    }

    /// The bytes of a line break, by libyaml's reading, which counts NEL, U+2028 and U+2029.
    private func lineBreak(at offset: Int) -> Int? {
        switch bytes[offset] {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): 1
        case 0xC2: offset + 1 < bytes.count && bytes[offset + 1] == 0x85 ? 2 : nil
        case 0xE2:
            offset + 2 < bytes.count && bytes[offset + 1] == 0x80 && bytes[offset + 2] & 0xFE == 0xA8 ? 3 : nil
        default: nil
        }
    }

    private mutating func name(_ text: UnsafePointer<UInt8>?, at offset: Int) throws(Failure) -> Int32 {
        guard let text else { return -1 }
        // A %TAG line may stand for megabytes, at each of many thousand nodes.
        guard strnlen(UnsafePointer(OpaquePointer(text)), 1025) <= 1024 else {
            throw Failure(message: "a tag or anchor of more than 1024 bytes: shorten it", offset: offset)
        }
        names.append(String(cString: text))
        return Int32(names.count - 1)
    }

    private func checkSize() throws(Failure) {
        guard records.count < limits.nodes else {
            throw Failure(
                message: "the file has more than \(limits.nodes) keys and values: split it",
                offset: Int(records[records.count - 1].end))
        }
    }
}

func isSame(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard one.count == other.count, let left = one.baseAddress, let right = other.baseAddress else {
        return one.count == other.count
    }
    return memcmp(left, right, one.count) == 0
}
