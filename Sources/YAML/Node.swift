/// A node of a `Tree`. `kind`, `style`, `tag`, `anchor` and the spans tell how it is written;
/// everything that reads its value looks through aliases and merge keys.
package struct Node: Sendable {
    package let tree: Tree
    let index: Int

    package enum Kind: UInt8, Sendable { case scalar, sequence, mapping, alias }
    package enum Style: UInt8, Sendable { case plain, single, double, literal, folded, block, flow }

    package var kind: Kind { record.kind }
    package var style: Style { record.style }
    /// The bytes of the content, without anchor and tag. A block collection ends with its last child.
    package var span: Range<Int> { Int(record.start)..<Int(record.end) }
    /// The bytes of the node with its anchor and tag.
    package var outerSpan: Range<Int> { Int(record.outer)..<Int(record.end) }
    package var position: Position { tree.position(at: Int(record.start)) }
    package var anchor: String? { record.anchor < 0 ? nil : tree.names[Int(record.anchor)] }
    /// The tag in its long form: `tag:yaml.org,2002:bool` for `!!bool`.
    package var tag: String? { record.tag < 0 ? nil : tree.names[Int(record.tag)] }

    var record: Record { tree.records[index] }

    /// The node itself, or what the alias stands for. Aliases lead backwards only, so this ends.
    package var resolved: Node {
        var node = self
        while node.kind == .alias { node = Node(tree: tree, index: Int(node.record.text)) }
        return node
    }

    /// A sequence's items, as written; empty for other kinds.
    package var items: [Node] {
        let node = resolved
        return node.kind == .sequence ? Array(node.children) : []
    }

    /// A mapping's entries as written, merge keys among them; empty for other kinds.
    package var entries: [Entry] {
        let node = resolved
        guard node.kind == .mapping else { return [] }
        var result: [Entry] = []
        var children = node.children.makeIterator()
        while let key = children.next(), let value = children.next() { result.append(Entry(key: key, value: value)) }
        return result
    }

    package struct Entry: Sendable {
        package var key: Node
        package var value: Node

        package init(key: Node, value: Node) {
            self.key = key
            self.value = value
        }
    }

    var children: Children { Children(tree: tree, start: index + 1, end: Int(record.next)) }

    struct Children: Sequence, IteratorProtocol {
        let tree: Tree
        var start: Int
        let end: Int

        mutating func next() -> Node? {
            guard start < end else { return nil }
            let node = Node(tree: tree, index: start)
            start = Int(tree.records[start].next)
            return node
        }
    }
}

extension Node {
    /// A mapping's value for a key. Keys of the mapping itself go before merged ones, earlier merges before later ones.
    package subscript(key: String) -> Node? {
        let node = resolved
        guard node.kind == .mapping else { return nil }
        return node.ownEntry(key)?.value ?? node.mergedValue(key)
    }

    /// The entry that the mapping itself has for a key, merges left aside.
    func ownEntry(_ key: String) -> Entry? {
        // By index, without a node for each key: a manifest is asked for some thirty keys.
        var name = index + 1
        let end = Int(record.next)
        while name < end {
            let value = Int(tree.records[name].next)
            if tree.records[name].kind == .alias
                || Int(tree.records[name].textEnd - tree.records[name].text) == key.utf8.count
            {
                let node = Node(tree: tree, index: name)
                if node.resolved.bytes.elementsEqual(key.utf8), !node.isMergeKey {
                    return Entry(key: node, value: Node(tree: tree, index: value))
                }
            }
            name = Int(tree.records[value].next)
        }
        return nil
    }

    func mergedValue(_ key: String) -> Node? {
        guard record.hasMerge else { return nil }
        for source in mergeSources {
            if let value = source[key] { return value }
        }
        return nil
    }

    /// The mappings behind `<<: *x` or `<<: [*x, *y]`, in order of precedence.
    var mergeSources: [Node] {
        guard record.hasMerge else { return [] }
        var children = children.makeIterator()
        while let name = children.next(), let value = children.next() {
            guard name.isMergeKey else { continue }
            let source = value.resolved
            return source.kind == .sequence ? source.items.map(\.resolved) : [source]
        }
        return []
    }

    /// Whether this is the `<<` of a mapping.
    package var isMergeKey: Bool {
        kind == .scalar && style == .plain && record.tag < 0 && bytes.elementsEqual("<<".utf8)
    }

    /// A scalar's text as UTF-8; empty for collections.
    var bytes: ArraySlice<UInt8> {
        let record = record
        guard record.kind == .scalar else { return [] }
        let range = Int(record.text)..<Int(record.textEnd)
        return record.isDecoded ? tree.decoded[range] : tree.source[range]
    }

    /// A dotted path for messages: `spec.interfaces[0].netboot.allowPXE`; empty for a document's root.
    package var path: String {
        guard var node = tree.documents.last(where: { $0.index <= index }) else { return "" }
        var path = ""
        while node.index != index {
            guard let (step, child) = node.step(towards: index) else { break }
            path += path.isEmpty && step.hasPrefix(".") ? String(step.dropFirst()) : step
            node = child
        }
        return path
    }

    private func step(towards target: Int) -> (String, Node)? {
        var number = 0
        var key: Node?
        for child in children {
            if target < Int(child.record.next) {
                // A key counts as its field.
                return kind == .sequence ? ("[\(number)]", child) : (".\(shown((key ?? child).text))", child)
            }
            if kind == .mapping { key = key == nil ? child : nil }
            number += 1
        }
        return nil
    }
}
