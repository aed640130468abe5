extension Splicer {
    /// New entries for a mapping, in its own style.
    func insertion(of patches: [(key: String, patch: Patch)], into mapping: Node) throws(Edit.Refusal) -> Splice {
        let entries = mapping.entries
        guard mapping.style == .block, let first = entries.first else {
            return try flowInsertion(of: patches, into: mapping, after: entries.last)
        }
        let lineStart = self.lineStart(before: first.key.outerSpan.lowerBound)
        let indent = String(repeating: " ", count: first.key.outerSpan.lowerBound - lineStart)
        var lines: [String] = []
        for (key, patch) in patches {
            lines += try block(key, patch, over: mapping.mergedValue(key)).map { indent + $0 }
        }
        // Behind the last entry of one line if there is one, else behind a nested last entry; but the end of a block
        // scalar cannot be told from its text, so a line behind it goes to the front.
        if let entry = entries.last(where: isOneLine) ?? entries.last(where: { !$0.value.endsInBlockScalar }) {
            let end = lineEnd(behind: max(entry.value.span.upperBound, entry.key.span.upperBound))
            return Splice(range: end..<end, text: lines.map { lineBreak + $0 }.joined())
        }
        let start = first.key.outerSpan.lowerBound
        return Splice(
            range: start..<start, text: String(lines.map { $0 + lineBreak }.joined().dropFirst(indent.count)) + indent)
    }

    private func flowInsertion(
        of patches: [(key: String, patch: Patch)], into mapping: Node, after last: Node.Entry?
    ) throws(Edit.Refusal) -> Splice {
        var texts: [String] = []
        for (key, patch) in patches {
            texts.append("\(written(key)): \(try flow(patch, over: mapping.mergedValue(key)))")
        }
        let text = texts.joined(separator: ", ")
        guard let last else { return Splice(range: mapping.span, text: "{\(text)}") }
        let end = max(last.value.span.upperBound, last.key.span.upperBound)
        return Splice(range: end..<end, text: ", \(text)")
    }

    /// `{<<: *x, key: value}`: an alias's mapping with some values of its own.
    func overlay(_ patches: [(key: String, patch: Patch)], on alias: Node) throws(Edit.Refusal) -> String {
        var texts = ["<<: \(String(decoding: tree.source[alias.span], as: UTF8.self))"]
        for (key, patch) in patches {
            let base = alias[key]
            if let base, isDone(patch, base) { continue }
            texts.append("\(written(key)): \(try flow(patch, over: base))")
        }
        return "{\(texts.joined(separator: ", "))}"
    }

    /// A patch as one value in flow style, for a place whose value is `base` so far (through a merge or an alias).
    func flow(_ patch: Patch, over base: Node?) throws(Edit.Refusal) -> String {
        switch patch {
        case .bool(let value):
            if let base, base.bool == nil, !base.isNull {
                throw Edit.Refusal("\(base.path): expected true or false, found \(base.found)", at: base.position)
            }
            return "\(value)"
        case .text(let value): return quoted(value)
        case .absent: return "null"
        case .item:
            guard let base else { throw Edit.Refusal("the list to edit is gone", at: Position(line: 1, column: 1)) }
            throw unreachable(base)
        case .keys(let patches):
            guard let base, base.resolved.kind == .mapping else {
                if let base, !base.isNull {
                    throw Edit.Refusal("\(base.path): expected a mapping, found \(base.found)", at: base.position)
                }
                var texts: [String] = []
                for (key, patch) in patches { texts.append("\(written(key)): \(try flow(patch, over: nil))") }
                return "{\(texts.joined(separator: ", "))}"
            }
            if base.kind == .alias { return try overlay(patches, on: base) }
            guard let anchor = base.anchor else { throw unreachable(base) }
            var texts = ["<<: *\(anchor)"]
            for (key, patch) in patches { texts.append("\(written(key)): \(try flow(patch, over: base[key]))") }
            return "{\(texts.joined(separator: ", "))}"
        }
    }

    /// A patch as lines in block style, without the mapping's own indentation.
    private func block(_ key: String, _ patch: Patch, over base: Node?) throws(Edit.Refusal) -> [String] {
        guard base == nil, case .keys(let patches) = patch else {
            return ["\(written(key)): \(try flow(patch, over: base))"]
        }
        var lines = ["\(written(key)):"]
        for (key, patch) in patches { lines += try block(key, patch, over: nil).map { "  " + $0 } }
        return lines
    }

    private func isOneLine(_ entry: Node.Entry) -> Bool {
        !entry.value.endsInBlockScalar
            && lineStart(before: entry.key.span.lowerBound) == lineStart(before: entry.value.span.upperBound)
    }

    func lineStart(before offset: Int) -> Int {
        let start = tree.source[..<offset].lastIndex(where: isLineBreak).map { $0 + 1 } ?? 0
        return start == 0 && tree.source.starts(with: byteOrderMark) ? byteOrderMark.count : start
    }

    func lineEnd(behind offset: Int) -> Int {
        tree.source[offset...].firstIndex(where: isLineBreak) ?? tree.source.count
    }

    /// The file's own line break, taken from its first line.
    private var lineBreak: String {
        guard let index = tree.source.firstIndex(where: isLineBreak) else { return "\n" }
        if tree.source[index] == UInt8(ascii: "\n") { return "\n" }
        return index + 1 < tree.source.count && tree.source[index + 1] == UInt8(ascii: "\n") ? "\r\n" : "\r"
    }
}

private func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

/// A key as a text: one that would read as a number or a boolean gets quotes.
private func written(_ key: String) -> String { Node.Scalar(plain: key) == .text(key) ? key : quoted(key) }

/// A text in double quotes, with YAML's escapes.
package func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\u{20}"..."\u{7E}", "\u{A0}"..."\u{2027}", "\u{202A}"..."\u{D7FF}": result.unicodeScalars.append(scalar)
        default:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
    return result + "\""
}

/// The other boolean in the same style: `True` gives `False`, `yes` gives `no`.
func opposite(of text: String) -> String {
    let pairs = [("true", "false"), ("yes", "no"), ("on", "off")]
    for (on, off) in pairs {
        let other: String
        switch text.lowercased() {
        case on: other = off
        case off: other = on
        default: continue
        }
        if text == text.uppercased() { return other.uppercased() }
        return text.first?.isUppercase == true ? other.prefix(1).uppercased() + other.dropFirst() : other
    }
    return text
}

extension Node {
    /// The bytes of a scalar between its quotes, or all of them.
    var textSpan: Range<Int> { style == .single || style == .double ? span.lowerBound + 1..<span.upperBound - 1 : span }

    /// Whether an alias of the document stands for this node.
    var isAliased: Bool { tree.records[index...].contains { $0.kind == .alias && Int($0.text) == index } }

    var endsInBlockScalar: Bool {
        guard kind == .mapping || kind == .sequence, style == .block else {
            return style == .literal || style == .folded
        }
        return Array(children).last?.endsInBlockScalar ?? false
    }

    /// What stands here, for messages: `the text "true"`, `a list`.
    package var found: String {
        switch scalar {
        case .null: "nothing"
        case .bool: text
        case .integer, .number: "the number \(shown(text))"
        case .text: "the text \"\(shown(text))\""
        case .tagged(let tag, _): "\(shown(text)) with the tag \(shown(tag))"
        case nil: resolved.kind == .mapping ? "a mapping" : "a list"
        }
    }
}
