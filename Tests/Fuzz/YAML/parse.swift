/// Any bytes: refused with a place in the file, or a tree whose spans lie in the file and in each other, twice the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func parseAnything(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    switch (parsed(bytes), parsed(bytes)) {
    case (.failure(let one), .failure(let other)):
        check(one == other, "refused once as \(one), once as \(other)")
        check(!one.message.isEmpty, "refused without a reason")
        check(one.position, in: bytes)
    case (.success(let one), .success(let other)):
        check(
            one.records == other.records && one.decoded == other.decoded && one.names == other.names,
            "two parses of the same bytes differ")
        checkRecords(of: one)
        for document in one.documents { checkNodes(of: document) }
    default: fail("refused once, and once not")
    }
    return 0
}

private func checkRecords(of tree: Tree) {
    var root = 0
    while root < tree.records.count {
        checkChildren(of: root, root: root, in: tree)
        root = Int(tree.records[root].next)
    }
    check(root == tree.records.count, "the last document leads past the end")
}

private func checkChildren(of parent: Int, root: Int, in tree: Tree) {
    let record = tree.records[parent]
    check(record.outer <= record.start && record.start <= record.end, "the span of node \(parent) runs backwards")
    check(record.end <= tree.source.count, "node \(parent) ends behind the file")
    check(record.next > parent && record.next <= tree.records.count, "node \(parent) has no successor")
    switch record.kind {
    case .alias: check(record.text >= root && record.text < parent, "an alias that leads forward or out")
    case .scalar:
        let length = record.isDecoded ? tree.decoded.count : tree.source.count
        check(record.text <= record.textEnd && record.textEnd <= length, "the text of node \(parent) is nowhere")
    case .sequence, .mapping: break
    }
    var (child, end, count) = (parent + 1, record.start, 0)
    while child < Int(record.next) {
        checkChildren(of: child, root: root, in: tree)
        check(tree.records[child].outer >= end, "node \(child) overlaps what stands in front of it")
        check(tree.records[child].end <= record.end, "node \(child) ends behind its parent")
        end = tree.records[child].end
        child = Int(tree.records[child].next)
        count += 1
    }
    check(child == Int(record.next), "the children of node \(parent) lead past it")
    check(record.kind != .mapping || count % 2 == 0, "a key without a value")
    check(count == 0 || record.kind == .mapping || record.kind == .sequence, "a scalar with children")
}

/// Reads what a reader of manifests may read; a path takes a look at all siblings, so not every node of a large file tells its own.
private func checkNodes(of document: Node) {
    let lines = lineCount(document.tree.source)
    for index in document.index..<Int(document.record.next) {
        let node = Node(tree: document.tree, index: index)
        check(node.position, in: node.tree.source, lines: lines)
        _ = (node.found, node.scalar, node.tag, node.anchor, node.string, node.isNull)
        if index - document.index < 500 { _ = node.path }
    }
}
