import Inventory
import YAML

/// Reads the fields of a manifest. What is not as expected becomes a diagnostic, and the value is nil;
/// so is a field that is left out or null, without a diagnostic.
package struct FieldReader {
    let path: String
    package private(set) var diagnostics: [Diagnostic] = []
    /// Whether any finding is an error, told or not.
    private(set) var hasErrors = false

    /// A file of half a million wrong values has as many findings, and each of them looks for its place.
    private static let limit = 100

    package init(path: String) { self.path = path }

    package func location(of node: Node) -> SourceLocation {
        let position = node.position
        return SourceLocation(path: path, line: position.line, column: position.column)
    }

    package mutating func error(at location: SourceLocation, _ message: String) {
        hasErrors = true
        note(Diagnostic(.error, at: location, message))
    }

    package mutating func warning(at location: SourceLocation, _ message: String) {
        note(Diagnostic(.warning, at: location, message))
    }

    package mutating func error(_ node: Node, _ message: String) {
        hasErrors = true
        if !isFull { error(at: location(of: node), told(message, of: node)) } else { noteRest() }
    }

    package mutating func warning(_ node: Node, _ message: String) {
        if !isFull { warning(at: location(of: node), told(message, of: node)) } else { noteRest() }
    }

    package mutating func expected(_ what: String, at node: Node) {
        error(node, "expected \(what), found \(node.found)\(recognition(of: node))")
    }

    /// Whether further findings are left out, so that nobody need look for their words.
    var isFull: Bool { diagnostics.count >= Self.limit }

    private mutating func note(_ diagnostic: Diagnostic) {
        if !isFull { diagnostics.append(diagnostic) } else { noteRest() }
    }

    /// Says once that there is more.
    private mutating func noteRest() {
        guard diagnostics.count == Self.limit else { return }
        diagnostics.append(
            Diagnostic(
                hasErrors ? .error : .warning, at: SourceLocation(path: path),
                "more than \(Self.limit) findings; repair these to see the others"))
    }

    private func told(_ message: String, of node: Node) -> String {
        let path = node.path
        return path.isEmpty ? message : "\(path): \(message)"
    }

    /// What a wrong value is, by its look.
    private func recognition(of node: Node) -> String {
        guard let text = node.string else { return "" }
        if isEncrypted(text) { return ": \(encryptedAdvice)" }
        return isTemplate(text) ? ": \(templateAdvice)" : ""
    }

    /// The field's node, whatever its type.
    package func field(_ key: String, of parent: Node?) -> Node? {
        guard let node = parent?[key], !node.isNull else { return nil }
        return node
    }

    package mutating func mapping(_ key: String, of parent: Node?) -> Node? {
        guard let node = field(key, of: parent) else { return nil }
        if node.resolved.kind == .mapping { return node }
        expected("a mapping", at: node)
        return nil
    }

    package mutating func items(_ key: String, of parent: Node?) -> [Node] {
        guard let node = field(key, of: parent) else { return [] }
        if node.resolved.kind == .sequence { return node.items }
        expected("a list", at: node)
        return []
    }

    package mutating func bool(_ key: String, of parent: Node?) -> Bool? {
        guard let node = field(key, of: parent) else { return nil }
        if let value = node.bool { return value }
        expected("true or false, without quotes", at: node)
        return nil
    }

    package mutating func integer(_ key: String, of parent: Node?, in range: ClosedRange<Int>) -> Int? {
        guard let node = field(key, of: parent) else { return nil }
        if let value = node.integer, range.contains(value) { return value }
        expected(
            range.upperBound == .max
                ? "a whole number, \(range.lowerBound) or more"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)",
            at: node)
        return nil
    }

    package mutating func text(_ key: String, of parent: Node?) -> String? {
        field(key, of: parent).flatMap { text($0) }
    }

    package mutating func text(_ node: Node) -> String? {
        if let value = node.string, !isEncrypted(value) { return value }
        expected(node.scalar == nil || node.string != nil ? "a text" : "a text (put it in quotes)", at: node)
        return nil
    }

    package mutating func texts(_ key: String, of parent: Node?) -> [String] {
        var result: [String] = []
        for item in items(key, of: parent) {
            if let value = text(item) { result.append(value) }
        }
        return result
    }

    /// One text, or a list of them.
    package mutating func oneOrMoreTexts(_ key: String, of parent: Node?) -> [String] {
        guard let node = field(key, of: parent) else { return [] }
        return node.resolved.kind == .sequence ? texts(key, of: parent) : text(node).map { [$0] } ?? []
    }

    package mutating func textMapping(_ key: String, of parent: Node?) -> [String: String] {
        guard let node = mapping(key, of: parent) else { return [:] }
        var result: [String: String] = [:]
        for (name, value) in node.fields {
            if let value = text(value) { result[name] = value }
        }
        return result
    }

    package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, of parent: Node?, _: Choice.Type = Choice.self
    ) -> Choice? {
        guard let node = field(key, of: parent) else { return nil }
        // A number counts as its digits here: `http: 404`.
        if let value = Choice(rawValue: node.text), node.string != nil || node.integer != nil { return value }
        expected(Choice.allCases.map(\.rawValue).joined(separator: ", "), at: node)
        return nil
    }

    /// Seconds, written as `24h`, `30m`, `90s`, `1h30m` or `7d`.
    package mutating func duration(_ key: String, of parent: Node?, atLeast minimum: Int64) -> Int64? {
        guard let node = field(key, of: parent) else { return nil }
        guard let text = node.string, let seconds = seconds(in: text) else {
            expected("a duration such as 24h, 30m, 90s or 7d", at: node)
            return nil
        }
        if seconds >= minimum { return seconds }
        expected("a duration of \(minimum)s or more", at: node)
        return nil
    }

    /// For our own kinds: a field that does not exist is an error, for it would be believed to work.
    package mutating func checkFields(of node: Node?, known: [String]) {
        guard let node else { return }
        for entry in node.entries where !entry.key.isMergeKey && !known.contains(entry.key.text) {
            error(entry.key, isFull ? "" : "no such field\(suggestion(for: entry.key.text, among: known))")
        }
    }
}

extension Node {
    /// A mapping's fields with merges resolved, in the order they are written.
    var fields: [(String, Node)] { mergedEntries.map { ($0.key.text, $0.value) } }

    /// The same with the nodes of their keys.
    var mergedEntries: [Entry] {
        var result: [Entry] = []
        var seen: Set<String> = []
        for entry in entries {
            guard entry.key.isMergeKey else {
                if seen.insert(entry.key.text).inserted { result.append(entry) }
                continue
            }
            let sources = entry.value.resolved.kind == .sequence ? entry.value.items : [entry.value]
            for merged in sources.flatMap(\.mergedEntries) where seen.insert(merged.key.text).inserted {
                if let value = self[merged.key.text] { result.append(Entry(key: merged.key, value: value)) }
            }
        }
        return result
    }
}

/// Seconds in `24h`, `1h30m`, `7d`; nil for anything else.
package func seconds(in text: String) -> Int64? {
    var total: Int64 = 0
    var number: Int64?
    for character in text {
        if let digit = character.wholeNumberValue, character.isASCII {
            let (shifted, overflow) = (number ?? 0).multipliedReportingOverflow(by: 10)
            guard !overflow, shifted < 1 << 40 else { return nil }
            number = shifted + Int64(digit)
            continue
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        guard let count = number, let unit = units[character] else { return nil }
        total += count * unit
        // A sum of many would overflow, and is no time that anybody means.
        guard total < 1 << 40 else { return nil }
        number = nil
    }
    return number == nil && !text.isEmpty ? total : nil
}
