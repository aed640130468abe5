/// GitHub Actions' workflow commands, one to a line: they show beside the lines of the pull request.
func githubCommands(_ reply: PlanReply) -> String {
    let changes = reply.changes.map { change in
        let level = change.change == "armed" || change.change == "held" ? "warning" : "notice"
        return githubCommand(
            level, change.file, change.line, change.column, title: "\(change.change): \(change.host)",
            "\(change.mac): \(change.detail) (\(change.origin))")
    }
    let diagnostics = reply.diagnostics.map {
        githubCommand($0.severity, $0.file, $0.line, $0.column, title: "bootlatch", $0.message)
    }
    return (changes + diagnostics).map { $0 + "\n" }.joined()
}

private func githubCommand(
    _ level: String, _ file: String, _ line: Int, _ column: Int, title: String, _ message: String
) -> String {
    "::\(level) file=\(githubProperty(file)),line=\(line),col=\(column),title=\(githubProperty(title))::\(githubData(message))"
}

private func githubData(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r\n", with: "%0D%0A").replacing("\r", with: "%0D")
        .replacing("\n", with: "%0A")
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
    let levels = ["armed": "major", "held": "major", "disarmed": "minor"]
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
