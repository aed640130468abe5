import Glibc

/// Ends the run; libFuzzer keeps the input. A failed `precondition` says nothing in an optimised build.
func fail(_ message: String) -> Never {
    let text = "property does not hold: \(message)\n"
    write(STDERR_FILENO, text, text.utf8.count)
    abort()
}

func check(_ holds: Bool, _ message: @autoclosure () -> String) {
    if !holds { fail(message()) }
}

func parsed(_ bytes: [UInt8]) -> Result<Tree, YAMLError> {
    Result { () throws(YAMLError) in try Parser.parse(bytes) }
}

/// A place that an editor can show.
func check(_ position: Position, in bytes: [UInt8], lines: Int? = nil) {
    let lines = lines ?? lineCount(bytes)
    check((1...lines).contains(position.line), "line \(position.line) of \(lines)")
    check((1...bytes.count + 1).contains(position.column), "column \(position.column) of \(bytes.count) bytes")
}

func lineCount(_ bytes: [UInt8]) -> Int {
    bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1
}

/// What a document means, told from its nodes without `Value`.
indirect enum Meaning: Equatable {
    case scalar(Node.Scalar)
    case list([Meaning])
    case mapping([String: Meaning])

    init(_ node: Node) {
        let node = node.resolved
        switch node.kind {
        case .mapping:
            var names = Set(node.entries.filter { !$0.key.isMergeKey }.map(\.key.text))
            for merge in node.entries where merge.key.isMergeKey { names.formUnion(Self.names(behind: merge.value)) }
            self = .mapping(
                Dictionary(
                    uniqueKeysWithValues: names.map { name in (name, node[name].map(Meaning.init) ?? .list([])) }))
        case .sequence: self = .list(node.items.map(Meaning.init))
        case .scalar, .alias: self = .scalar(node.scalar ?? .null)
        }
    }

    private static func names(behind merge: Node) -> Set<String> {
        let sources = merge.resolved.kind == .sequence ? merge.items : [merge]
        var names: Set<String> = []
        for entry in sources.flatMap(\.entries) {
            if entry.key.isMergeKey {
                names.formUnion(Self.names(behind: entry.value))
            } else {
                names.insert(entry.key.text)
            }
        }
        return names
    }
}
