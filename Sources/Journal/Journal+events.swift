import GRDB
import Inventory

/// An event with its place in the journal.
package struct RecordedEvent: Sendable, Equatable {
    package var sequence: Int64
    package var at: Instant
    package var event: Event
}

extension Journal {
    /// The newest events, oldest first; of one host when it is given.
    ///
    /// - Throws: `JournalError`.
    package func events(of host: Host.ID? = nil, after sequence: Int64 = 0, limit: Int = 100) throws(JournalError)
        -> [RecordedEvent]
    {
        try read { db in
            let filter = host == nil ? "" : "AND namespace = ? AND name = ?"
            var arguments: StatementArguments = [sequence]
            if let host { arguments += [host.namespace, host.name] }
            arguments += [limit]
            return try Row.fetchAll(
                db, sql: "SELECT * FROM event WHERE sequence > ? \(filter) ORDER BY sequence DESC LIMIT ?",
                arguments: arguments
            ).reversed().map { RecordedEvent(row: $0) }
        }
    }
}

extension Event {
    /// Returns its place.
    func insert(in db: Database, at: Instant) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO event (at, kind, namespace, name, mac, detail, \"commit\") VALUES (?, ?, ?, ?, ?, ?, ?)",
            arguments: [at.seconds, kind.rawValue, host?.namespace, host?.name, mac?.column, detail, commit?.hex])
        return db.lastInsertedRowID
    }
}

extension RecordedEvent {
    init(row: Row) {
        let name: String? = row["name"]
        let mac: Int64? = row["mac"]
        let commit: String? = row["commit"]
        self.init(
            sequence: row["sequence"], at: Instant(seconds: row["at"]),
            event: Event(
                Event.Kind(rawValue: row["kind"]) ?? .alert,
                host: name.map { Host.ID(namespace: row["namespace"], name: $0) },
                mac: mac.map { MACAddress(column: $0) }, row["detail"],
                commit: commit.map { CommitID($0) }))
    }
}
