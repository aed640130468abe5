import FoundationEssentials
import GRDB
import Inventory

/// What one pass over the repo's history leaves behind, written in one transaction.
package struct Pass: Sendable {
    package var url: String
    package var branch: String
    package var tip: CommitID
    package var fetchedAt: Instant
    /// One for each step, oldest first.
    package var observations: [Observation] = []
    /// Commits of ours that the walk met.
    package var landed: [CommitID] = []
    /// Commits of ours that it met and the journal had forgotten.
    package var adopted: [(commit: CommitID, arming: Arming.ID, mac: MACAddress)] = []
    /// Broken files, with the content id of the version in force.
    package var retained: [String: String?] = [:]
    package var lost: [LostHost] = []
    /// What `require.signedBy` asks beyond the tip's policies.
    package var signatures: StandingSignatures?
    /// Forget every state first: another URL or branch.
    package var isReset = false

    package init(url: String, branch: String, tip: CommitID, fetchedAt: Instant) {
        self.url = url
        self.branch = branch
        self.tip = tip
        self.fetchedAt = fetchedAt
    }
}

/// A host that a commit lost with more than half of the others, with the file version that holds its lease.
package struct LostHost: Sendable, Hashable {
    package var id: Host.ID
    package var path: String
    package var content: String
    /// Those of its MACs that have stood in no file since.
    package var macs: Set<MACAddress>

    package init(id: Host.ID, path: String, content: String, macs: Set<MACAddress>) {
        self.id = id
        self.path = path
        self.content = content
        self.macs = macs
    }
}

/// What the reconciler finds in the journal when it starts.
package struct Restored: Sendable {
    package var url: String?
    package var branch: String?
    package var tip: CommitID?
    package var lastGoodFetch: Instant?
    package var states: [(MACAddress, InterfaceState)] = []
    package var retained: [String: String?] = [:]
    package var lost: [LostHost] = []
    package var signatures: StandingSignatures?
}

extension Journal {
    /// - Throws: `JournalError`; there is no inventory without the journal.
    package func restore() throws(JournalError) -> Restored {
        // A write, so that a journal which can only be read counts as one that can't be used.
        try probe()
        return try read { db in
            var restored = Restored()
            let settings = try Row.fetchAll(db, sql: "SELECT key, value FROM setting").reduce(into: [String: String]())
            {
                $0[$1["key"]] = $1["value"]
            }
            restored.url = settings["url"]
            restored.branch = settings["branch"]
            restored.tip = settings["tip"].map { CommitID($0) }
            restored.lastGoodFetch = settings["fetchedAt"].flatMap { Int64($0) }.map { Instant(seconds: $0) }
            if let text = settings["signatures"] {
                restored.signatures = try JSONDecoder().decode(StandingSignatures.self, from: Data(text.utf8))
            }
            restored.states = try Row.fetchAll(db, sql: "SELECT * FROM state").map {
                (MACAddress(row: $0), InterfaceState(row: $0))
            }
            for row in try Row.fetchAll(db, sql: "SELECT path, content FROM retained") {
                restored.retained.updateValue(row["content"], forKey: row["path"])
            }
            let macs = Dictionary(
                grouping: try Row.fetchAll(db, sql: "SELECT * FROM lostMAC"),
                by: { Host.ID(namespace: $0["namespace"], name: $0["name"]) }
            ).mapValues { rows in Set(rows.map { MACAddress(row: $0) }) }
            restored.lost = try Row.fetchAll(db, sql: "SELECT * FROM lost").map {
                let id = Host.ID(namespace: $0["namespace"], name: $0["name"])
                return LostHost(id: id, path: $0["path"], content: $0["content"], macs: macs[id] ?? [])
            }
            return restored
        }
    }

    /// Writes a pass as a whole, then lets the ledger know it. What a pass turns off is denied before the disk is asked.
    ///
    /// - Throws: `JournalError`; the pass did not happen, and nobody is let in until the journal can be written.
    package func record(_ pass: Pass, at now: Instant) throws(JournalError) {
        publish { ledger in
            for (id, hold) in pass.observations.flatMap(\.held) where ledger[id]?.ending == nil {
                ledger[id]?.hold = hold
            }
            for id in pass.observations.flatMap(\.disarmed) where ledger[id]?.ending == nil && ledger[id] != nil {
                ledger[id]?.ending = .disarmed
                ledger[id]?.endedAt = now
            }
        }
        let orphans = pass.isReset ? ledger.unspent.map(\.arming.id) : []
        let recorded = try write { db in
            if pass.isReset { try Self.forget(orphans, in: db, at: now) }
            try Self.set(
                [
                    "url": pass.url, "branch": pass.branch, "tip": pass.tip.hex,
                    "fetchedAt": "\(pass.fetchedAt.seconds)",
                ], in: db)
            for commit in pass.landed {
                try db.execute(sql: "UPDATE ownCommit SET landed = 1 WHERE id = ?", arguments: [commit.hex])
            }
            for (commit, arming, mac) in pass.adopted {
                try db.execute(
                    sql: "INSERT OR IGNORE INTO ownCommit (id, arming, mac, madeAt, landed) VALUES (?, ?, ?, ?, 1)",
                    arguments: [commit.hex, arming.text, mac.column, now.seconds])
            }
            try Self.replaceRetained(pass, in: db)
            if let signatures = pass.signatures {
                try Self.set(["signatures": String(decoding: JSONEncoder().encode(signatures), as: UTF8.self)], in: db)
            }
            var recorded: [RecordedEvent] = []
            for observation in pass.observations {
                try observation.save(in: db, at: now)
                for event in observation.events {
                    recorded.append(RecordedEvent(sequence: try event.insert(in: db, at: now), at: now, event: event))
                }
            }
            return recorded
        }
        publish { ledger in
            for id in orphans {
                ledger[id]?.ending = .disarmed
                ledger[id]?.endedAt = now
            }
            for observation in pass.observations { ledger.apply(observation, at: now) }
        }
        for event in recorded { tell(event) }
    }

    /// What tells this journal, and every copy of it, from others.
    ///
    /// - Throws: `JournalError`.
    package func id() throws(JournalError) -> String {
        if let ownID { return ownID }
        let id = try read { db in try String.fetchOne(db, sql: "SELECT value FROM setting WHERE key = 'id'") ?? "" }
        ownID = id
        return id
    }

    /// Remembers a good fetch that brought nothing new.
    ///
    /// - Throws: `JournalError`.
    package func fetched(at now: Instant) throws(JournalError) {
        try write { db in try Self.set(["fetchedAt": "\(now.seconds)"], in: db) }
    }

    /// An id for a new arming, and its place in the order of things.
    package func makeIDs(_ count: Int, at now: Instant) -> [(id: Arming.ID, sequence: Int64)] {
        (0..<count).map { _ in (Arming.ID.make(at: now), nextSequence()) }
    }

    private static func forget(_ orphans: [Arming.ID], in db: Database, at now: Instant) throws {
        try db.execute(sql: "DELETE FROM state")
        for id in orphans {
            try db.execute(
                sql:
                    "UPDATE arming SET ending = 'disarmed', endedAt = ?, evidence = 'another repo or branch' WHERE id = ?",
                arguments: [now.seconds, id.text])
        }
        try db.execute(
            sql: "UPDATE intent SET state = 'done', blockedBy = 'another repo or branch' WHERE state <> 'done'")
    }

    private static func replaceRetained(_ pass: Pass, in db: Database) throws {
        try db.execute(sql: "DELETE FROM retained")
        for (path, content) in pass.retained {
            try db.execute(sql: "INSERT INTO retained (path, content) VALUES (?, ?)", arguments: [path, content])
        }
        try db.execute(sql: "DELETE FROM lost")
        try db.execute(sql: "DELETE FROM lostMAC")
        for host in pass.lost {
            try db.execute(
                sql: "INSERT INTO lost (namespace, name, path, content) VALUES (?, ?, ?, ?)",
                arguments: [host.id.namespace, host.id.name, host.path, host.content])
            for mac in host.macs {
                try db.execute(
                    sql: "INSERT INTO lostMAC (namespace, name, mac) VALUES (?, ?, ?)",
                    arguments: [host.id.namespace, host.id.name, mac.column])
            }
        }
    }

    private static func set(_ settings: [String: String], in db: Database) throws {
        for (key, value) in settings {
            try db.execute(
                sql: "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                arguments: [key, value])
        }
    }
}

extension Observation {
    func save(in db: Database, at now: Instant) throws {
        for (mac, state) in states { try state.save(in: db, mac: mac) }
        for (mac, identity) in identities {
            try db.cachedStatement(sql: "INSERT OR IGNORE INTO named (mac, uuid, serial) VALUES (?, ?, ?)").execute(
                arguments: [mac.column, identity.uuid, identity.serial])
        }
        for arming in armings { try arming.insert(in: db) }
        for id in disarmed {
            try db.execute(
                sql: "UPDATE arming SET ending = 'disarmed', endedAt = ? WHERE id = ? AND ending IS NULL",
                arguments: [now.seconds, id.text])
        }
        for (id, hold) in held {
            try db.execute(
                sql: "UPDATE arming SET hold = ? WHERE id = ? AND ending IS NULL", arguments: [hold.rawValue, id.text])
        }
        for (id, mac) in moved {
            try db.execute(sql: "UPDATE arming SET mac = ? WHERE id = ?", arguments: [mac.column, id.text])
        }
        for (id, deadline) in accepted {
            try db.execute(
                sql: "UPDATE arming SET hold = NULL, deadline = ? WHERE id = ?", arguments: [deadline.seconds, id.text])
        }
        for id in dropped {
            // A daemon that was killed after its push may still owe the one before: an arming's disarm is owed once.
            try db.execute(
                sql: "UPDATE intent SET state = 'done', blockedBy = NULL WHERE arming = ? AND state <> 'done'",
                arguments: [id.text])
            try db.execute(
                sql: "INSERT INTO intent (arming, createdAt, state) VALUES (?, ?, ?)",
                arguments: [id.text, now.seconds, (stopped.contains(id) ? Intent.State.stopped : .owed).rawValue])
        }
    }
}
