import Inventory
import Reconcile

/// What `history -o json` prints.
struct HistoryReply: Codable {
    struct Entry: Codable {
        var at: String
        var kind: String
        var host: String?
        var mac: String?
        var detail: String
        var ending: String?
        var evidence: String?
        var because: String?
        var commit: String
        var author: String
        var file: String
        var line: Int
        var column: Int
    }

    var host: String?
    var tip: String
    var entries: [Entry]
    var notes: [String]

    init(_ history: History) {
        host = history.host?.description
        tip = history.tip.hex
        entries = history.entries.map(Entry.init)
        notes =
            history.isShallow
            ? ["This clone is shallow, its first commits are missing: `git fetch --unshallow`"] : []
    }
}

extension HistoryReply.Entry {
    init(_ entry: History.Entry) {
        let since = entry.since
        at = "\(since.committedAt)"
        kind = entry.kind.rawValue
        host = entry.host?.description
        mac = entry.mac?.description
        detail = entry.detail
        ending = entry.ending
        evidence = entry.evidence
        because = entry.reason
        commit = since.commit.hex
        author = since.author
        file = since.location.path
        line = since.location.line
        column = since.location.column
    }
}

func historyTable(_ reply: HistoryReply) -> String {
    guard !reply.entries.isEmpty else {
        return (["never turned on, up to \(reply.tip.prefix(8))"] + reply.notes).joined(separator: "\n")
    }
    var table = Table("TIME", "WHAT", "HOST", "MAC", "COMMIT", "BY", "AT", "DETAIL")
    for entry in reply.entries {
        table.add(
            entry.at, entry.kind, entry.host ?? "all", entry.mac ?? "-", String(entry.commit.prefix(8)), entry.author,
            "\(entry.file):\(entry.line):\(entry.column)", entry.detail + (entry.because.map { " (\($0))" } ?? ""))
    }
    return ([table.text] + reply.notes).joined(separator: "\n")
}
