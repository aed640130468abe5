import GRDB
import Inventory

/// Armings that end, with the commit that is owed for each.
struct Spending: Sendable {
    var armings: [Arming.ID]
    var ending: Ending
    var evidence: String
    var at: Instant
    /// What showed it, for `bootlatch events`.
    var report: Event?

    /// Latch, intent and events, together or not at all.
    func save(in db: Database) throws -> [RecordedEvent] {
        var events = report.map { [$0] } ?? []
        for id in armings {
            let values: StatementArguments = [ending.rawValue, at.seconds, evidence, id.text]
            // What had run out owes its commit since then.
            try db.execute(
                sql: """
                    UPDATE arming SET ending = ?, endedAt = ?, evidence = ? WHERE id = ? AND ending IN ('expired', 'exhausted')
                    """, arguments: values)
            try db.execute(
                sql: "UPDATE arming SET ending = ?, endedAt = ?, evidence = ? WHERE id = ? AND ending IS NULL",
                arguments: values)
            guard db.changesCount > 0 else { continue }
            try db.execute(
                sql: "INSERT INTO intent (arming, createdAt, state) VALUES (?, ?, 'owed')",
                arguments: [id.text, at.seconds])
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT namespace, name, mac FROM arming WHERE id = ?", arguments: [id.text])
            else { continue }
            events.append(
                Event(.spent, host: Host.ID(row: row), mac: MACAddress(row: row), "\(ending.rawValue): \(evidence)"))
        }
        return try events.map { RecordedEvent(sequence: try $0.insert(in: db, at: at), at: at, event: $0) }
    }
}
