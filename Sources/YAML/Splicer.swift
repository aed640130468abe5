struct Splice {
    var range: Range<Int>
    var text: String
}

/// Turns a patch into splices, by how the nodes on its way are written.
struct Splicer {
    let tree: Tree
    private(set) var splices: [Splice] = []
    /// An anchor on the way to an edited value that aliases refer to: the edit reaches them too.
    private var shared: Node?

    init(tree: Tree) { self.tree = tree }

    var result: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tree.source.count + 96)
        var offset = 0
        for splice in splices.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            bytes += tree.source[offset..<splice.range.lowerBound]
            bytes += splice.text.utf8
            offset = splice.range.upperBound
        }
        return bytes + tree.source[offset...]
    }

    func mismatch(at node: Node) -> Edit.Refusal {
        guard let shared, let anchor = shared.anchor else {
            return Edit.Refusal(
                "the edit would change more than the planned values: edit this by hand", at: node.position)
        }
        return Edit.Refusal(
            "&\(shown(anchor)) is used elsewhere by *\(shown(anchor)): an edit here would change those too. Write the values out there",
            at: shared.position)
    }

    mutating func apply(_ patch: Patch, to node: Node) throws(Edit.Refusal) {
        if node.anchor != nil, node.isAliased { shared = node }
        switch patch {
        case .bool(let value) where node.bool != value: try replace(node, with: value)
        case .text(let value) where node.string != value: try replace(node, with: value)
        case .bool, .text, .absent: break
        case .item(let index, let patch):
            guard node.kind != .alias else { throw unreachable(node) }
            guard node.kind == .sequence, index < node.items.count else {
                throw Edit.Refusal("\(node.path): no list with an item \(index) here any more", at: node.position)
            }
            try apply(patch, to: node.items[index])
        case .keys(let patches): try apply(patches, to: node)
        }
    }

    private mutating func apply(_ patches: [(key: String, patch: Patch)], to node: Node) throws(Edit.Refusal) {
        switch node.kind {
        case .alias where node.resolved.kind == .mapping:
            if isDone(.keys(patches), node) { return }
            splices.append(Splice(range: node.span, text: try overlay(patches, on: node)))
        case .mapping:
            var missing: [(key: String, patch: Patch)] = []
            for (key, patch) in patches {
                if case .absent = patch {
                    if let entry = node.ownEntry(key) { splices.append(try removal(of: entry, from: node)) }
                } else if let entry = node.ownEntry(key) {
                    try apply(patch, to: entry.value)
                } else if node.mergedValue(key).map({ isDone(patch, $0) }) != true {
                    missing.append((key, patch))
                }
            }
            if !missing.isEmpty { splices.append(try insertion(of: missing, into: node)) }
        case .scalar where node.isNull, .alias where node.isNull:
            fill(node, with: try flow(.keys(patches), over: nil))
        default:
            throw Edit.Refusal("\(node.path): expected a mapping here", at: node.position)
        }
    }

    private mutating func replace(_ node: Node, with value: Bool) throws(Edit.Refusal) {
        if node.isNull { return fill(node, with: "\(value)") }
        guard node.bool != nil else {
            throw Edit.Refusal("\(node.path): expected true or false, found \(node.found)", at: node.position)
        }
        splices.append(
            node.kind == .alias
                ? Splice(range: node.span, text: "\(value)")
                : Splice(range: node.textSpan, text: opposite(of: node.text)))
    }

    private mutating func replace(_ node: Node, with value: String) throws(Edit.Refusal) {
        if node.isNull { return fill(node, with: quoted(value)) }
        guard node.kind != .mapping, node.kind != .sequence else {
            throw Edit.Refusal("\(node.path): expected a text, found \(node.found)", at: node.position)
        }
        let text: String
        switch node.style {
        case .single where value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "'") }):
            text = "'\(value)'"
        case .plain where node.kind == .scalar && isWord(value): text = value
        default: text = quoted(value)
        }
        splices.append(Splice(range: node.span, text: text))
    }

    /// Gives a value to a key that has none: `key:`, `key: ~` or `key: null`.
    private mutating func fill(_ node: Node, with text: String) {
        // Behind a colon or an anchor the text needs a space.
        let start = node.span.lowerBound
        let isGlued = node.span.isEmpty && start > 0 && tree.source[start - 1] > UInt8(ascii: " ")
        splices.append(Splice(range: node.span, text: isGlued ? " \(text)" : text))
    }

    func isDone(_ patch: Patch, _ node: Node) -> Bool { Value(node).applying(patch) == Value(node) }

    func unreachable(_ node: Node) -> Edit.Refusal {
        Edit.Refusal(
            "\(node.path) is reached through an alias: write it out at this place, so that it can be edited without its other users",
            at: node.position)
    }
}

/// Whether a text needs no quotes, whatever stands around it, and reads as a text without them.
func isWord(_ text: String) -> Bool {
    guard let first = text.utf8.first, isLetter(first) else { return false }
    let isPlain = text.utf8.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    return isPlain && Node.Scalar(plain: text) == .text(text)
}

private func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
