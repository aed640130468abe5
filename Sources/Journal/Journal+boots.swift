import GRDB
import Inventory

extension Journal {
    /// Lets a machine in for one boot: the attempt is on disk when this returns. Script requests of a boot that is still open
    /// get that boot.
    ///
    /// The caller asks `decideBoot` before and the gate after: this only counts.
    ///
    /// - Throws: `JournalError`; nobody is let in then.
    package func admit(_ sighting: Sighting, _ id: Arming.ID, at now: Now) throws(JournalError) -> Boot {
        try saw(sighting)
        if let record = ledger[id], let open = ledger.openBoot(of: record, at: now.wall), ledger.isWritable {
            return open
        }
        let host = gate.current.inventory[sighting.mac]?.host.id
        let boot = Boot(
            token: .random(), hookToken: .random(), arming: id, mac: sighting.mac,
            host: host == ledger[id]?.arming.host ? nil : host, sequence: nextSequence(),
            startedAt: now.wall, uuid: sighting.uuid,
            serial: sighting.serial, address: sighting.address)
        let event = Event(
            .boot, host: ledger[id]?.arming.host, mac: sighting.mac,
            "script served\(sighting.address.map { " to \($0)" } ?? ""), boot \(ledger[id].map { $0.boots.count + 1 } ?? 1) of arming \(id)"
        )
        let sequence = try write { db in
            try boot.insert(in: db)
            return try event.insert(in: db, at: now.wall)
        }
        publish { $0.record(boot) }
        tell(RecordedEvent(sequence: sequence, at: now.wall, event: event))
        return boot
    }

    /// Remembers which UUID and serial an interface showed when it asked for a script, let in or not: a report is about every interface
    /// of the machine, and no other machine is recognised by them. Writes only what is new.
    ///
    /// - Throws: `JournalError`.
    package func saw(_ sighting: Sighting) throws(JournalError) {
        let uuid = sighting.uuid?.lowercased().newer(than: seen[sighting.mac]) { isReal(uuid: $0) }
        let serial = (sighting.serial?.prefix(256)).map(String.init)?.newer(than: seenSerials[sighting.mac]) {
            isReal(serial: $0)
        }
        guard uuid != nil || serial != nil else { return }
        try write { db in
            if let uuid {
                try sighting.mac.keepEarlier("uuid", of: "seen", before: uuid, in: db)
                try db.execute(
                    sql: "INSERT INTO seen (mac, uuid) VALUES (?, ?) ON CONFLICT DO UPDATE SET uuid = excluded.uuid",
                    arguments: [sighting.mac.column, uuid])
            }
            if let serial {
                try sighting.mac.keepEarlier("serial", of: "seenSerial", before: serial, in: db)
                try db.execute(
                    sql:
                        "INSERT INTO seenSerial (mac, serial) VALUES (?, ?) ON CONFLICT DO UPDATE SET serial = excluded.serial",
                    arguments: [sighting.mac.column, serial])
            }
        }
        if let uuid { seen.remember(uuid, of: sighting.mac) }
        if let serial { seenSerials.remember(serial, of: sighting.mac) }
    }

    /// The kernel's first byte went out, or its last. Never goes back.
    ///
    /// - Throws: `JournalError`; the count in memory stands all the same.
    package func kernel(_ progress: Boot.Kernel, of token: Token, at now: Instant) throws(JournalError) {
        guard var boot = ledger[token], [.none, .started].contains(boot.kernel), boot.kernel != progress,
            progress != .none
        else { return }
        boot.kernel = progress
        publish { $0.record(boot) }
        let event = Event(
            .kernel, host: ledger[boot.arming]?.arming.host, mac: boot.mac,
            progress == .unseen
                ? "kernel comes from elsewhere" : progress == .whole ? "kernel served whole" : "kernel asked for")
        let sequence = try write { db in
            try db.execute(
                sql: "UPDATE boot SET kernel = ? WHERE token = ?", arguments: [progress.rawValue, token.text])
            return try event.insert(in: db, at: now)
        }
        tell(RecordedEvent(sequence: sequence, at: now, event: event))
    }

    /// What a report says of the installation.
    package enum Outcome: String, Sendable, CaseIterable { case success, failure, progress }

    /// What a report changed.
    package enum Reported: Sendable, Equatable {
        /// These armings are spent and on disk, the commits owed.
        case spent([Arming.ID])
        /// Everything that it could spend was spent before.
        case repeated
        /// Failure of a boot that a newer one has followed, or progress.
        case noted
        /// Not a token of ours.
        case unknownToken
    }

    /// Takes a machine's report. When it returns, latch and intent are on disk: the caller answers 200.
    ///
    /// - Throws: `JournalError` when the disk refuses; the machine is refused all the same, the caller answers 503.
    package func report(_ outcome: Outcome, hook: Token, evidence: String, at now: Instant) throws(JournalError)
        -> Reported
    {
        // Before the journal was ever opened, nobody can say whose token this is.
        if !isLoaded { try probe() }
        guard let boot = ledger.boot(hook: hook) else { return .unknownToken }
        let host = ledger[boot.arming]?.arming.host
        let isNewest = ledger[boot.arming]?.boots.last == boot.token
        let event = Event(.report, host: host, mac: boot.mac, "\(outcome.rawValue): \(evidence)")
        let counts = outcome == .success || (outcome == .failure && isNewest)
        let records = counts ? ledger.armings(reportedBy: boot, sameMachine: sameMachine(as: boot)) : []
        let armings = records.map(\.arming.id)
        if armings.isEmpty {
            // An earlier report may wait for the disk: no answer may say that all is well before it is written.
            try settle()
            announce(event, at: now)
            return counts ? .repeated : .noted
        }
        try spend(
            Spending(
                armings: armings, ending: outcome == .success ? .provisioned : .failed, evidence: evidence, at: now,
                report: event))
        return .spent(armings)
    }

    /// Spends an arming by hand; the commit is owed.
    ///
    /// - Throws: `JournalError` when the disk refuses; the machine is refused all the same.
    package func disarm(_ id: Arming.ID, evidence: String, at now: Instant) throws(JournalError) {
        try spend(Spending(armings: [id], ending: .disarmed, evidence: evidence, at: now))
    }

    /// A report that fits no boot came from an address of this host: its armings are held until somebody looks.
    ///
    /// - Throws: `JournalError`; the hold stands in memory all the same.
    package func holdMismatched(_ host: Host.ID, evidence: String, at now: Instant) throws(JournalError) {
        let inventory = gate.current.inventory
        let ids = ledger.unspent.map(\.arming).filter {
            inventory.hosts(of: $0.mac, armedAs: $0.host).contains(host)
        }.map(\.id)
        guard !ids.isEmpty else { return }
        publish { ledger in for id in ids { ledger[id]?.hold = .mismatched } }
        try write { db in
            for id in ids {
                try db.execute(sql: "UPDATE arming SET hold = 'mismatched' WHERE id = ?", arguments: [id.text])
            }
        }
        announce(Event(.held, host: host, "mismatched: unknown token, \(evidence)"), at: now)
    }

    /// Records what the clock has ended: deadlines that passed, and armings whose attempts are used. Does nothing while the
    /// clock is not trusted. `used` are armings that a request has just found exhausted.
    ///
    /// - Throws: `JournalError`; the armings are refused all the same.
    package func sweep(at now: Now, used: [Arming.ID] = []) throws(JournalError) -> [Arming.ID] {
        guard now.trusted else { return [] }
        var swept: [Arming.ID] = []
        for record in ledger.unspent {
            let isOver = now.wall >= record.arming.deadline
            let isUsed = ledger.isExhausted(record) && ledger.openBoot(of: record, at: now.wall) == nil
            guard isOver || (isUsed && used.contains(record.arming.id)) else { continue }
            let ending: Ending = ledger.isExhausted(record) ? .exhausted : .expired
            let used = ledger.attempts(of: record)
            let evidence =
                ending == .expired
                ? "deadline \(record.arming.deadline) passed" : "\(used.full) full and \(used.early) early boots used"
            try spend(Spending(armings: [record.arming.id], ending: ending, evidence: evidence, at: now.wall))
            swept.append(record.arming.id)
        }
        return swept
    }

    /// Every MAC of the machine that this boot ran on: its host may have another name, or another card, than when it was armed.
    private func sameMachine(as boot: Boot) -> Set<MACAddress> {
        let inventory = gate.current.inventory
        let current = [boot.mac, ledger[boot.arming]?.arming.mac].compactMap { $0.flatMap { inventory[$0] } }.filter {
            $0.suspension != .duplicate
        }.map(\.host)
        // When the disk can't be read either, at least the host itself is denied before anything else is tried.
        let sameUUID = (try? macs(withUUIDOf: boot.mac)) ?? []
        return sameUUID.union(current.flatMap(\.interfaces).map(\.mac))
    }

    private func macs(withUUIDOf mac: MACAddress) throws(JournalError) -> Set<MACAddress> {
        try read { db in
            let rows = try Int64.fetchAll(
                db, sql: "SELECT mac FROM seen WHERE uuid = (SELECT uuid FROM seen WHERE mac = ?)",
                arguments: [mac.column])
            return Set(rows.map { MACAddress(column: $0) })
        }
    }
}

extension String {
    /// Itself where it is worth writing down: real, and not what is known.
    fileprivate func newer(than known: String?, _ isReal: (String) -> Bool) -> String? {
        self != known && isReal(self) ? self : nil
    }
}

extension Dictionary where Key == MACAddress {
    /// Bounded: what is forgotten is written once more.
    mutating func remember(_ value: Value, of mac: MACAddress) {
        if count >= 100_000 { removeAll() }
        self[mac] = value
    }
}
