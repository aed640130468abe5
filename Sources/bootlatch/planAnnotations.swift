/// GitHub Actions' workflow commands, one to a line: they show beside the lines of the pull request. GitHub shows ten of a level for each
/// step: where there are more, the tenth counts the others, which follow as plain lines of the log.
func githubCommands(_ reply: PlanReply) -> String {
    let changes = reply.changes.map { change in
        Annotation(
            level: ["armed", "released", "held"].contains(change.change) ? "warning" : "notice", file: change.file,
            line: change.line, column: change.column, title: "\(change.change): \(change.host)",
            message: "\(change.mac): \(change.detail) (\(change.origin))")
    }
    let diagnostics = reply.diagnostics.map {
        Annotation(
            level: $0.severity, file: $0.file, line: $0.line, column: $0.column, title: "bootlatch", message: $0.message
        )
    }
    var lines: [String] = []
    var rest: [String] = []
    let levels = Dictionary(grouping: changes + diagnostics, by: \.level)
    for level in ["warning", "notice", "error"] {
        let all = levels[level] ?? []
        let shown = all.count > 10 ? 9 : all.count
        lines += all.prefix(shown).map(\.command)
        guard var summary = all.dropFirst(shown).first else { continue }
        summary.title = "bootlatch: \(all.count - shown) more"
        summary.message = "... and \(all.count - shown) more like these (\(reply.summary ?? "")): see the job's log"
        lines.append(summary.command)
        rest += all.dropFirst(shown).map(\.text)
    }
    return (lines + rest).map { $0 + "\n" }.joined()
}

private struct Annotation {
    var level: String
    var file: String
    var line: Int
    var column: Int
    var title: String
    var message: String

    var command: String {
        "::\(level) file=\(githubProperty(file)),line=\(line),col=\(column),title=\(githubProperty(title))::\(githubData(message))"
    }

    /// For the log: no command, whatever stands in it.
    var text: String { githubData("\(level): \(file):\(line):\(column): \(title): \(message)") }
}

private func githubData(_ text: String) -> String {
    let data = text.replacing("%", with: "%25").replacing("\r\n", with: "%0D%0A").replacing("\r", with: "%0D")
        .replacing("\n", with: "%0A")
    // The log of a job is somebody's terminal.
    return data.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 32 } ? data : printable(data)
}

private func githubProperty(_ text: String) -> String {
    githubData(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
}

/// An entry of GitLab's Code Quality report.
struct CodeQualityEntry: Codable {
    struct Location: Codable {
        struct Lines: Codable { var begin: Int }

        var path: String
        var lines: Lines
    }

    /// GitLab's own field names.
    enum CodingKeys: String, CodingKey {
        case summary = "description"
        case check = "check_name"
        case fingerprint, severity, location
    }

    var summary: String
    var check: String
    /// GitLab compares two reports by it.
    var fingerprint: String
    /// `info`, `minor`, `major`, `critical` or `blocker`.
    var severity: String
    var location: Location
}

func codeQuality(_ reply: PlanReply) -> [CodeQualityEntry] {
    let levels = ["armed": "major", "released": "major", "held": "major", "disarmed": "minor"]
    let changes = reply.changes.map { change in
        CodeQualityEntry(
            summary: "\(change.change): \(change.host) \(change.mac): \(change.detail) (\(change.origin))",
            check: "bootlatch/\(change.change)", severity: levels[change.change] ?? "info", at: change.file,
            change.line,
            identity: [change.change, change.host, change.mac, change.after, change.file])
    }
    let diagnostics = reply.diagnostics.map {
        CodeQualityEntry(
            summary: $0.message, check: "bootlatch/\($0.severity)",
            severity: $0.severity == "error" ? "critical" : "minor", at: $0.file, $0.line,
            identity: [$0.severity, $0.file, $0.message])
    }
    return changes + diagnostics
}

extension CodeQualityEntry {
    fileprivate init(
        summary: String, check: String, severity: String, at file: String, _ line: Int, identity: [String]
    ) {
        self.init(
            summary: summary, check: check, fingerprint: hash(identity.joined(separator: "\n")), severity: severity,
            location: Location(path: file, lines: .init(begin: line)))
    }
}

/// FNV-1a, 64 bits: the same on every computer, and the same after a line has moved.
private func hash(_ text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
