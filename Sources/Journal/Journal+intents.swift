import GRDB
import Inventory

/// A change owed to the repo: turn this arming's interface off, or write its MAC.
package struct Intent: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case owed
        /// The edit was refused; a person has to act. Tried again when the file changes.
        case blocked
        /// It stands in a branch of its own, and waits for somebody to merge it.
        case proposed
        /// Force pushes dropped the commit again and again; writing stops until a person turns the interface off or arms it anew.
        case stopped
        /// No manifest names its MAC: nothing is owed, unless one does again.
        case absent
        case done
    }

    package var id: Int64
    package var arming: Arming
    package var ending: Ending
    package var evidence: String
    package var createdAt: Instant
    package var state: State
    package var blockedBy: String?
    /// The MAC that the interface was seen with; nil turns it off.
    package var bind: MACAddress?

    package init(
        id: Int64, arming: Arming, ending: Ending, evidence: String, createdAt: Instant, state: State,
        blockedBy: String? = nil
    ) {
        self.id = id
        self.arming = arming
        self.ending = ending
        self.evidence = evidence
        self.createdAt = createdAt
        self.state = state
        self.blockedBy = blockedBy
    }
}

/// What a commit of ours does about an arming: bind its interface to a MAC, or turn it off.
package struct OwnChange: Sendable, Hashable {
    package var arming: Arming.ID
    package var isBind: Bool

    package init(arming: Arming.ID, isBind: Bool) {
        self.arming = arming
        self.isBind = isBind
    }
}

extension Intent {
    package var change: OwnChange { OwnChange(arming: arming.id, isBind: bind != nil) }

    /// How the arming ended, or `seen`.
    package var reason: String { bind == nil ? ending.rawValue : Self.seen }

    /// The reason of a bind.
    static var seen: String { "seen" }
}

extension Journal {
    /// What the repo is owed, oldest first, blocked and absent ones included.
    ///
    /// - Throws: `JournalError`.
    package func owedIntents() throws(JournalError) -> [Intent] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT arming.*, intent.id AS intent, intent.createdAt, intent.state, intent.blockedBy, intent.bind,
                    intent.evidence AS seen FROM intent
                    JOIN arming ON arming.id = intent.arming WHERE intent.state <> 'done' ORDER BY intent.id
                    """
            ).map { row in
                let record = Ledger.Record(row: row)
                var intent = Intent(
                    id: row["intent"], arming: record.arming, ending: record.ending ?? .disarmed,
                    evidence: record.evidence ?? "", createdAt: Instant(seconds: row["createdAt"]),
                    state: Intent.State(rawValue: row["state"]) ?? .owed, blockedBy: row["blockedBy"])
                intent.bind = (row["bind"] as Int64?).map { MACAddress(column: $0) }
                if intent.bind != nil { intent.evidence = row["seen"] ?? "" }
                return intent
            }
        }
    }

    /// Remembers our own commits before they are pushed, so that a crash between push and answer can't make them a stranger's.
    ///
    /// - Throws: `JournalError`; nothing is pushed then.
    package func committing(_ commits: [(CommitID, Intent)], at now: Instant) throws(JournalError) {
        try write { db in
            for (commit, intent) in commits {
                try db.execute(
                    sql:
                        "INSERT OR IGNORE INTO ownCommit (id, arming, mac, madeAt, landed, isBind) VALUES (?, ?, ?, ?, 0, ?)",
                    arguments: [
                        commit.hex, intent.arming.id.text, intent.arming.mac.column, now.seconds, intent.bind != nil,
                    ])
            }
        }
    }

    /// The remote holds the commit, or none is needed any more.
    ///
    /// - Throws: `JournalError`; the next flush finds out again.
    package func done(_ intents: [(Intent, CommitID?)], at now: Instant) throws(JournalError) {
        let events = try write { db in
            var events: [RecordedEvent] = []
            for (intent, commit) in intents {
                try db.execute(
                    sql: "UPDATE intent SET state = 'done', blockedBy = NULL, \"commit\" = ? WHERE id = ?",
                    arguments: [commit?.hex, intent.id])
                guard let commit else { continue }
                try db.execute(sql: "UPDATE ownCommit SET landed = 1 WHERE id = ?", arguments: [commit.hex])
                let event = Event(
                    .committed, host: intent.arming.host, mac: intent.bind ?? intent.arming.mac,
                    "\(intent.reason): \(commit.short) is in the remote branch", commit: commit)
                events.append(RecordedEvent(sequence: try event.insert(in: db, at: now), at: now, event: event))
            }
            return events
        }
        for event in events { tell(event) }
    }

    /// Why an intent can't be carried out; nil makes it owed again.
    ///
    /// - Throws: `JournalError`.
    package func block(
        _ intent: Intent, by reason: String?, as state: Intent.State = .blocked, at now: Instant
    ) throws(JournalError) {
        guard intent.blockedBy != reason else { return }
        try write { db in
            try db.execute(
                sql: "UPDATE intent SET state = ?, blockedBy = ? WHERE id = ?",
                arguments: [(reason == nil ? .owed : state).rawValue, reason, intent.id])
        }
        if let reason, state != .absent {
            let kind: Event.Kind = state == .proposed ? .proposed : .blocked
            announce(Event(kind, host: intent.arming.host, mac: intent.arming.mac, reason), at: now)
        }
    }

    /// Which of these commits are ours, with what each is about.
    ///
    /// - Throws: `JournalError`.
    package func ownCommits(among commits: [CommitID]) throws(JournalError) -> [CommitID: Set<OwnChange>] {
        try read { db in
            var own: [CommitID: Set<OwnChange>] = [:]
            for commit in commits {
                let rows = try Row.fetchAll(
                    db, sql: "SELECT arming, isBind FROM ownCommit WHERE id = ?", arguments: [commit.hex])
                for row in rows {
                    own[commit, default: []].insert(
                        OwnChange(arming: Arming.ID(row["arming"]), isBind: row["isBind"]))
                }
            }
            return own
        }
    }

    /// Commits that we made about this arming, to turn it off or to bind it, newest first, in the remote or not.
    ///
    /// - Throws: `JournalError`.
    package func commits(of arming: Arming.ID, isBind: Bool = false) throws(JournalError) -> [CommitID] {
        try read { db in
            try String.fetchAll(
                db, sql: "SELECT id FROM ownCommit WHERE arming = ? AND isBind = ? ORDER BY rowid DESC",
                arguments: [arming.text, isBind]
            ).map { CommitID($0) }
        }
    }

    /// Our newest commit in the remote branch that turned this MAC off.
    ///
    /// - Throws: `JournalError`.
    package func lastDisarm(of mac: MACAddress) throws(JournalError) -> CommitID? {
        try read { db in
            try String.fetchOne(
                db,
                sql: "SELECT id FROM ownCommit WHERE mac = ? AND landed = 1 AND NOT isBind ORDER BY rowid DESC LIMIT 1",
                arguments: [mac.column]
            ).map { CommitID($0) }
        }
    }

    /// Times since then that a force push dropped a disarm commit of this host; the same history may come back again and again.
    ///
    /// - Throws: `JournalError`.
    package func drops(of host: Host.ID, since: Instant) throws(JournalError) -> Int {
        try read { db in
            try Int.fetchOne(
                db,
                sql:
                    "SELECT count(DISTINCT at) FROM event WHERE kind = 'dropped' AND namespace = ? AND name = ? AND at > ?",
                arguments: [host.namespace, host.name, since.seconds]) ?? 0
        }
    }

    /// What this commit has armed, by the MACs of now.
    ///
    /// - Throws: `JournalError`.
    package func armings(by commit: CommitID) throws(JournalError) -> [(mac: MACAddress, host: Host.ID)] {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT mac, namespace, name FROM arming WHERE \"commit\" = ?", arguments: [commit.hex]
            ).map { (MACAddress(row: $0), Host.ID(namespace: $0["namespace"], name: $0["name"])) }
        }
    }

    /// Commits that armed this host since then, whatever became of the armings.
    ///
    /// - Throws: `JournalError`.
    package func armings(of host: Host.ID, since: Instant) throws(JournalError) -> [(commit: CommitID, seenAt: Instant)]
    {
        try read { db in
            try Row.fetchAll(
                db, sql: "SELECT \"commit\", seenAt FROM arming WHERE namespace = ? AND name = ? AND seenAt > ?",
                arguments: [host.namespace, host.name, since.seconds]
            ).map { (CommitID($0["commit"]), Instant(seconds: $0["seenAt"])) }
        }
    }
}
