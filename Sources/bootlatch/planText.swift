import Reconcile

func planTable(_ reply: PlanReply) -> String {
    guard let summary = reply.summary else {
        return (["nothing changes about netbooting"] + reply.notes).joined(separator: "\n")
    }
    var lines: [String] = []
    if !reply.changes.isEmpty {
        var table = Table("CHANGE", "HOST", "MAC", "COMMIT", "BY", "AT", "WHAT")
        for change in reply.changes {
            table.add(
                change.change, change.host, change.mac, change.commit.map { String($0.prefix(8)) } ?? "-",
                change.author ?? "-", "\(change.file):\(change.line):\(change.column)", change.detail)
        }
        lines.append(table.text)
    }
    lines += reply.diagnostics.map(\.description)
    return (lines + [summary] + reply.notes).joined(separator: "\n")
}

/// For a comment on a pull request: GitHub takes 65,536 characters. What does not fit is counted, and is in the log; what arms and holds
/// comes first then.
///
/// - Parameter limit: bytes.
func planMarkdown(_ reply: PlanReply, limit: Int = 60_000) -> String {
    let end = reply.notes.flatMap { [$0, ""] }
    let changes: [(change: String, text: String)] = reply.changes.map { ($0.change, row($0)) }
    let diagnostics = reply.diagnostics.map {
        "- **\($0.severity)** \(escaped("\($0.file):\($0.line):\($0.column)")): \(escaped($0.message))"
    }
    // A third for diagnostics, or what the changes leave of it.
    let size = changes.reduce(0) { $0 + $1.text.utf8.count + 1 }
    var space = limit - end.reduce(500) { $0 + $1.utf8.count + 1 }
    let rows = fitting(
        changes, into: max(space * 2 / 3, space - diagnostics.reduce(0) { $0 + $1.utf8.count + 1 }), of: size)
    space -= rows.reduce(0) { $0 + $1.utf8.count + 1 }

    var lines = ["### Bootlatch: \(reply.summary ?? "nothing changes about netbooting")", ""]
    if !rows.isEmpty { lines += ["| | host | MAC | what | where |", "|---|---|---|---|---|"] + rows + [""] }
    lines += rest(changes.count - rows.count, "changes")
    let told = diagnostics.prefix { line in
        space -= line.utf8.count + 1
        return space >= 0
    }
    lines += told
    if !told.isEmpty { lines.append("") }
    lines += rest(diagnostics.count - told.count, "diagnostics")
    return (lines + end).dropLast().joined(separator: "\n")
}

private func rest(_ count: Int, _ what: String) -> [String] {
    count == 0 ? [] : ["... and \(count) more \(what): see the job's log", ""]
}

/// All rows in their order, or those that fit, the most important kinds first.
private func fitting(_ rows: [(change: String, text: String)], into space: Int, of size: Int) -> [String] {
    guard size > space else { return rows.map(\.text) }
    var left = space
    var taken: [String] = []
    for kind in Preview.Change.Kind.allCases {
        for row in rows where row.change == kind.rawValue {
            left -= row.text.utf8.count + 1
            if left < 0 { return taken }
            taken.append(row.text)
        }
    }
    return taken
}

private func row(_ change: PlanReply.Change) -> String {
    let place = "\(change.file):\(change.line):\(change.column)"
    let cells = [
        "**\(change.change)**", escaped(change.host), "`\(change.mac)`", escaped(change.detail),
        "\(escaped(place)), \(escaped(change.origin))",
    ]
    return "| \(cells.joined(separator: " | ")) |"
}

/// Text that Markdown shows as it is: it comes from a pull request, and must neither break the table nor call anybody.
private func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
        if character.isNewline {
            result += " "
        } else if character == "@" || character == "#" {
            result += "\(character)&#8203;"
        } else if "\\`*_[]<>|~&$".contains(character) {
            result += "\\\(character)"
        } else {
            result.append(character)
        }
    }
    return result
}
