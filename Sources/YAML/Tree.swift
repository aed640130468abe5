/// One file as YAML: its bytes, and the nodes of all its documents in one array, in the order they are written.
package final class Tree: Sendable {
    /// The file, byte for byte.
    package let source: [UInt8]
    let records: [Record]
    /// The text of scalars that do not stand in the source as they are: escapes, folded and multi-line text.
    let decoded: [UInt8]
    /// Anchors and tags.
    let names: [String]
    private let roots: [UInt32]
    private let isASCII: Bool
    private let lineStarts: [UInt32]

    init(source: [UInt8], isASCII: Bool, lineStarts: [UInt32], builder: consuming TreeBuilder) {
        self.source = source
        self.isASCII = isASCII
        self.lineStarts = lineStarts
        records = builder.records
        decoded = builder.decoded
        names = builder.names
        roots = builder.roots
    }

    /// The root node of each document. A document without content has an empty scalar as its root.
    package var documents: [Node] { roots.map { Node(tree: self, index: Int($0)) } }

    package func position(at offset: Int) -> Position {
        Position(of: offset, in: source, lineStarts: lineStarts)
    }

    /// The first NEL, U+2028 or U+2029: a line break in YAML 1.1 and a character like any other in YAML 1.2.
    package var firstUnicodeLineBreak: Position? {
        isASCII ? nil : unicodeLineBreak(in: source).map(position)
    }
}

func unicodeLineBreak(in source: [UInt8]) -> Int? {
    source.indices.dropLast().first { offset in
        switch (source[offset], source[offset + 1]) {
        case (0xC2, 0x85): true
        case (0xE2, 0x80): offset + 2 < source.count && source[offset + 2] & 0xFE == 0xA8
        default: false
        }
    }
}

/// A node as it is stored. Children follow their parent; `next` leads past the last of them.
struct Record: Sendable {
    var kind: Node.Kind
    var style: Node.Style
    var isDecoded = false
    /// A mapping with a `<<`.
    var hasMerge = false
    /// Where the node starts with its anchor and tag, where its content starts, and where that ends: byte offsets.
    var outer: UInt32
    var start: UInt32
    var end: UInt32
    /// A scalar's text in `source` (or `decoded`); an alias's target in `text`.
    var text: UInt32 = 0
    var textEnd: UInt32 = 0
    var next: UInt32
    /// Indices into `names`, or -1.
    var anchor: Int32 = -1
    var tag: Int32 = -1
}

extension Position {
    init(of offset: Int, in source: [UInt8], lineStarts: [UInt32]) {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(lineStarts[middle]) <= offset { low = middle } else { high = middle }
        }
        let start = Int(lineStarts[low])
        let characters = source[start..<max(start, min(offset, source.count))].count { $0 & 0xC0 != 0x80 }
        let mark = low == 0 && offset >= 3 && source.starts(with: byteOrderMark) ? 1 : 0
        self.init(line: low + 1, column: characters - mark + 1)
    }
}

let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
