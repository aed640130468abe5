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
    private let lines: Lines

    init(source: [UInt8], lines: Lines, builder: consuming TreeBuilder) {
        self.source = source
        self.lines = lines
        records = builder.records
        decoded = builder.decoded
        names = builder.names
        roots = builder.roots
    }

    /// The root node of each document. A document without content has an empty scalar as its root.
    package var documents: [Node] { roots.map { Node(tree: self, index: Int($0)) } }

    package func position(at offset: Int) -> Position { lines.position(of: offset) }

    /// The first NEL, U+2028 or U+2029: a line break in YAML 1.1 and a character like any other in YAML 1.2.
    package var firstUnicodeLineBreak: Position? {
        lines.isASCII ? nil : unicodeLineBreak(in: source).map(position)
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
struct Record: Hashable, Sendable {
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

extension Node {
    /// Whether two nodes consist of the same nodes over the same bytes, wherever these stand.
    func isWritten(like other: Node) -> Bool {
        let (mine, theirs) = (record, other.record)
        let count = Int(mine.next) - index
        guard count == Int(theirs.next) - other.index, tree.hasSame(outerSpan, other.outerSpan, of: other.tree) else {
            return false
        }
        let shift = Int(mine.outer) - Int(theirs.outer)
        return (0..<count).allSatisfy { number in
            let (one, two) = (tree.records[index + number], other.tree.records[other.index + number])
            guard one.kind == two.kind, one.style == two.style, Int(one.start) - shift == Int(two.start),
                Int(one.end) - shift == Int(two.end), Int(one.next) - index == Int(two.next) - other.index
            else { return false }
            if one.kind == .alias { return Int(one.text) - index == Int(two.text) - other.index }
            // The texts of anchors and tags stand in the same bytes; what a tag is short for does not.
            return one.tag < 0
                ? two.tag < 0 : two.tag >= 0 && tree.names[Int(one.tag)] == other.tree.names[Int(two.tag)]
        }
    }
}

extension Tree {
    /// Whether two pieces of two files are the same bytes.
    fileprivate func hasSame(_ range: Range<Int>, _ otherRange: Range<Int>, of other: Tree) -> Bool {
        source.withUnsafeBufferPointer { mine in
            other.source.withUnsafeBufferPointer { theirs in
                isSame(
                    UnsafeBufferPointer(rebasing: mine[range]), UnsafeBufferPointer(rebasing: theirs[otherRange]))
            }
        }
    }
}

let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
