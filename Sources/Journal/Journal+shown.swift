import GRDB
import Inventory

extension Journal {
    /// Remembers what a machine shows when it asks to boot, let in or not, so that `why` knows of a board that was exchanged. Writes only
    /// what is new.
    ///
    /// - Throws: `JournalError`.
    package func showed(_ sighting: Sighting, at now: Instant) throws(JournalError) {
        let mac = sighting.mac
        var known = lastShown[mac]
        if known == nil { known = try shown(by: [mac])[mac] }
        guard let shown = Shown(sighting, after: known, at: now) else { return }
        if shown != known {
            try write { db in
                try mac.keepEarlier("uuid", of: "shown", before: shown.uuid, in: db)
                try mac.keepEarlier("serial", of: "shown", before: shown.serial, in: db)
                try db.execute(
                    sql: "INSERT OR REPLACE INTO shown (mac, uuid, serial, isComplete, since) VALUES (?, ?, ?, ?, ?)",
                    arguments: [mac.column, shown.uuid, shown.serial, shown.isComplete, shown.since.seconds])
            }
        }
        lastShown.remember(shown, of: mac)
    }

    /// What the machines behind these MACs last showed.
    ///
    /// - Throws: `JournalError`.
    package func shown(by macs: [MACAddress]) throws(JournalError) -> [MACAddress: Shown] {
        if macs.isEmpty { return [:] }
        return try read { db in
            let statement = try db.cachedStatement(sql: "SELECT * FROM shown WHERE mac = ?")
            var found: [MACAddress: Shown] = [:]
            for mac in macs {
                guard let row = try Row.fetchOne(statement, arguments: [mac.column]) else { continue }
                found[mac] = Shown(
                    uuid: row["uuid"], serial: row["serial"], isComplete: row["isComplete"],
                    since: Instant(seconds: row["since"]))
            }
            return found
        }
    }
}

extension MACAddress {
    /// What the interface showed before: nobody else is recognised by that either. Bounded, so that a machine that shows another
    /// UUID each time does not fill the disk.
    func keepEarlier(_ column: String, of table: String, before new: String?, in db: Database) throws {
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO named (mac, \(column)) SELECT mac, \(column) FROM \(table)
                WHERE mac = :mac AND \(column) IS NOT NULL AND \(column) IS NOT :new
                AND (SELECT count(*) FROM named WHERE mac = :mac) < 100
                """, arguments: ["mac": self.column, "new": new])
    }
}
