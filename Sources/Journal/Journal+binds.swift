import GRDB
import Inventory

extension Journal {
    /// What became of a machine that was recognised.
    package enum Binding: Sendable, Equatable {
        /// Its MAC is owed to the repo, for the first time or still.
        case owed
        /// What the journal has against it, for a person.
        case refused(String)
    }

    /// Owes the repo the MAC that a host was first seen with. A MAC, UUID or serial that the journal has ever known of another
    /// machine is not bound.
    ///
    /// - Throws: `JournalError`; nothing is owed then.
    package func bind(
        _ id: Arming.ID, of host: Host.ID, to sighting: Sighting, evidence: String, at now: Instant
    ) throws(JournalError) -> Binding {
        let event = Event(.seen, host: host, mac: sighting.mac, "its MAC is written into its manifest: \(evidence)")
        let (binding, recorded) = try write { db -> (Binding, RecordedEvent?) in
            let earlier = try Row.fetchOne(
                db,
                sql:
                    "SELECT bind AS mac, state, blockedBy FROM intent WHERE arming = ? AND bind IS NOT NULL ORDER BY id DESC",
                arguments: [id.text])
            if let earlier {
                let first = MACAddress(row: earlier)
                if first != sighting.mac { return (.refused("it was seen as \(first) first"), nil) }
                if earlier["state"] as String == Intent.State.owed.rawValue { return (.owed, nil) }
                return (
                    .refused(earlier["blockedBy"] as String? ?? "its MAC was written before, and is gone again"), nil
                )
            }
            if let known = try sighting.known(to: db, exceptAs: host) { return (.refused(known), nil) }
            try db.execute(
                sql:
                    "INSERT INTO intent (arming, createdAt, state, bind, uuid, serial, evidence) VALUES (?, ?, 'owed', ?, ?, ?, ?)",
                arguments: [
                    id.text, now.seconds, sighting.mac.column, sighting.uuid,
                    sighting.serial.map { String($0.prefix(256)) }, evidence,
                ])
            return (.owed, RecordedEvent(sequence: try event.insert(in: db, at: now), at: now, event: event))
        }
        if let recorded { tell(recorded) }
        return binding
    }
}

extension Sighting {
    /// Where the journal has met this MAC, UUID or serial; nil where it never has. That it was seen as this host, and never bound,
    /// is nothing against it.
    fileprivate func known(to db: Database, exceptAs host: Host.ID) throws -> String? {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT mac, NULL AS uuid, NULL AS serial FROM state WHERE mac = ?
                UNION SELECT mac, NULL, NULL FROM arming WHERE mac = ?
                UNION SELECT mac, uuid, NULL FROM seen UNION SELECT mac, NULL, serial FROM seenSerial
                UNION SELECT mac, uuid, serial FROM boot UNION SELECT mac, uuid, serial FROM named
                UNION SELECT mac, uuid, serial FROM shown
                UNION SELECT bind, uuid, serial FROM intent JOIN arming ON arming.id = intent.arming
                WHERE bind IS NOT NULL AND NOT (bind = ? AND namespace = ? AND name = ?)
                """, arguments: [mac.column, mac.column, mac.column, host.namespace, host.name])
        for row in rows {
            let other = MACAddress(row: row)
            if other == mac { return "\(mac) is known already" }
            if let shown = uuid, let known = row["uuid"] as String?, isReal(uuid: shown), isSame(uuid: shown, known) {
                return "the UUID \(shown) was seen at \(other) before"
            }
            if let shown = serial, let known = row["serial"] as String?, isReal(serial: shown),
                comparable(serial: shown) == comparable(serial: known)
            {
                return "the serial \(shown) was seen at \(other) before"
            }
        }
        return nil
    }
}
