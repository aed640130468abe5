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
    lines += reply.diagnostics.map { "\($0.file):\($0.line):\($0.column): \($0.severity): \($0.message)" }
    return (lines + [summary] + reply.notes).joined(separator: "\n")
}

/// For a comment on a pull request.
func planMarkdown(_ reply: PlanReply) -> String {
    var lines = ["### Bootlatch: \(reply.summary ?? "nothing changes about netbooting")", ""]
    if !reply.changes.isEmpty {
        lines += ["| | host | MAC | what | where |", "|---|---|---|---|---|"]
        lines += reply.changes.map { change in
            let place = "\(change.file):\(change.line):\(change.column)"
            let cells = [
                "**\(change.change)**", escaped(change.host), "`\(change.mac)`", escaped(change.detail),
                "\(escaped(place)), \(escaped(change.origin))",
            ]
            return "| \(cells.joined(separator: " | ")) |"
        }
        lines.append("")
    }
    lines += reply.diagnostics.map {
        "- **\($0.severity)** \(escaped("\($0.file):\($0.line):\($0.column)")): \(escaped($0.message))"
    }
    if !reply.diagnostics.isEmpty { lines.append("") }
    return (lines + reply.notes.flatMap { [$0, ""] }).dropLast().joined(separator: "\n")
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
