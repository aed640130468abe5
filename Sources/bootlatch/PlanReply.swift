import Inventory
import Reconcile

/// What `plan -o json` prints.
struct PlanReply: Codable {
    struct Change: Codable {
        var change: String
        var host: String
        var mac: String
        var before: String
        var after: String
        var detail: String
        var file: String
        var line: Int
        var column: Int
        var commit: String?
        var author: String?
        var committedAt: String?
    }

    var kind: String
    var from: String
    var to: String?
    var steps: Int
    var changes: [Change]
    var diagnostics: [Validate.Reply.Finding]
    var notes: [String]
}

extension PlanReply {
    /// - Parameter movedOn: a note that the base is not the newest.
    init(_ preview: Preview, movedOn: String? = nil) {
        kind = preview.kind.rawValue
        from = preview.from.hex
        to = preview.to?.hex
        steps = preview.steps
        changes = preview.changes.map(Change.init)
        diagnostics = preview.diagnostics.map(Validate.Reply.Finding.init)
        notes = changes.isEmpty ? [] : [Self.unknown]
        if preview.kind != .commits, changes.contains(where: { $0.after == "held:unsigned" }) {
            notes.insert(Self.unsigned, at: 0)
        }
        if preview.kind == .single, preview.isSignedByBranch { notes.insert(Self.signedByBranch, at: 0) }
        if let movedOn, preview.kind != .forcePush { notes.insert(movedOn, at: 0) }
        if preview.kind == .forcePush { notes.insert(Self.forcePush, at: 0) }
    }

    private static let unknown =
        "Git alone was read: whether an older arming is spent or held, whose signature is still asked for since an unsigned commit before "
        + "these took a `signedBy` away, and how often a host was armed today (flapping), only the daemon knows; ask `bootlatch why HOST`"
    private static let unsigned =
        "A policy asks for a signature: that of the commit that is pushed counts, which is not made yet, or, where that is a merge, those of "
        + "the commits that turn the machine on"
    private static let signedByBranch =
        "A policy asks for a signature: the commits have it, and a merge brings it along; squashed or rebased, they are new commits, which "
        + "must be signed themselves"
    private static let forcePush =
        "The new commit does not descend from the old one: pushed, it is a force push, which arms nothing. "
        + "For a branch that forked off write OLD...NEW"

    /// `1 armed, 2 held`; nil when there is nothing.
    var summary: String? {
        let counts = Preview.Change.Kind.allCases.compactMap { kind -> String? in
            let count = changes.count { $0.change == kind.rawValue }
            return count == 0 ? nil : "\(count) \(kind.rawValue)"
        }
        let wrong = diagnostics.isEmpty ? [] : ["\(diagnostics.count) diagnostic(s)"]
        let all = counts + wrong
        return all.isEmpty ? nil : all.joined(separator: ", ")
    }
}

extension PlanReply.Change {
    init(_ change: Preview.Change) {
        let since = change.since
        self.change = change.kind.rawValue
        host = "\(change.host)"
        mac = "\(change.mac)"
        before = change.before.reason
        after = change.after.reason
        detail = change.detail
        file = since.location.path
        line = since.location.line
        column = since.location.column
        guard since.isCommitted else { return }
        commit = since.commit.hex
        author = since.author
        committedAt = "\(since.committedAt)"
    }

    /// The commit with its author, for people.
    var origin: String { commit.map { "\($0.prefix(8)) by \(author ?? "")" } ?? "not committed" }
}

extension Validate.Reply.Finding {
    init(_ diagnostic: Diagnostic) {
        self.init(
            severity: diagnostic.severity.rawValue, file: diagnostic.location.path, line: diagnostic.location.line,
            column: diagnostic.location.column, message: diagnostic.message)
    }
}
