/// What a document means: aliases and merges written out, order of keys, comments and styles left aside.
indirect enum Value: Hashable, Sendable {
    case scalar(Node.Scalar)
    case sequence([Value])
    case mapping([String: Value])

    init(_ node: Node) {
        let node = node.resolved
        switch node.kind {
        case .sequence: self = .sequence(node.items.map(Value.init))
        case .mapping: self = .mapping(Value.entries(of: node))
        default: self = .scalar(node.scalar ?? .null)
        }
    }

    private static func entries(of node: Node) -> [String: Value] {
        var result: [String: Value] = [:]
        for source in node.mergeSources {
            result.merge(entries(of: source)) { first, _ in first }
        }
        for entry in node.entries where !entry.key.isMergeKey { result[entry.key.text] = Value(entry.value) }
        return result
    }

    /// The value that an edit is to lead to.
    func applying(_ patch: Patch) -> Value {
        switch patch {
        case .bool(let value): return .scalar(.bool(value))
        case .text(let value): return .scalar(.text(value))
        case .absent: return .scalar(.null)
        case .item(let index, let patch):
            // A missing item leads to a value that no edit reaches.
            guard case .sequence(var items) = self, items.indices.contains(index) else { return .sequence([]) }
            items[index] = items[index].applying(patch)
            return .sequence(items)
        case .keys(let patches):
            var entries: [String: Value] = [:]
            if case .mapping(let existing) = self { entries = existing }
            for (key, patch) in patches {
                if case .absent = patch {
                    entries[key] = nil
                } else {
                    entries[key] = (entries[key] ?? .scalar(.null)).applying(patch)
                }
            }
            return .mapping(entries)
        }
    }
}
