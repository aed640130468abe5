import GRDB
import Inventory

// How values of the inventory stand in the tables.

extension MACAddress {
    var column: Int64 { Int64(bitPattern: bits) }

    init(row: Row) { self.init(column: row["mac"]) }

    init(column: Int64) { self.init(stored: UInt64(bitPattern: column)) }
}

extension Host.ID {
    init(row: Row) { self.init(namespace: row["namespace"], name: row["name"]) }
}

extension Provenance {
    init(row: Row) {
        self.init(
            commit: CommitID(row["commit"]), author: row["author"], committedAt: Instant(seconds: row["committedAt"]),
            location: SourceLocation(path: row["path"], line: row["line"], column: row["column"]))
    }

    var columns: StatementArguments {
        [commit.hex, author, committedAt.seconds, location.path, location.line, location.column]
    }
}

extension InterfaceState {
    init(row: Row) {
        self.init(isOn: row["isOn"], host: Host.ID(row: row), since: Provenance(row: row))
        arming = (row["arming"] as String?).map { Arming.ID($0) }
        hold = (row["hold"] as String?).flatMap { Hold(rawValue: $0) }
        isOffByUs = row["isOffByUs"]
        armAnnotation = row["annotation"]
    }

    func save(in db: Database, mac: MACAddress) throws {
        // Prepared once: a first sight writes one of these for every MAC there is.
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO state (mac, isOn, arming, hold, isOffByUs, annotation, namespace, name, "commit", author,
                committedAt, path, line, "column") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                mac.column, isOn, arming?.text, hold?.rawValue, isOffByUs, armAnnotation, host.namespace, host.name,
            ] + since.columns)
    }
}

extension Arming {
    func insert(in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO arming (id, sequence, mac, namespace, name, "commit", author, committedAt, path, line, "column", seenAt,
                deadline, fullAttempts, earlyAttempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [id.text, sequence, mac.column, host.namespace, host.name] + provenance.columns
                + [seenAt.seconds, deadline.seconds, attempts.full, attempts.early])
    }
}

extension Ledger.Record {
    init(row: Row) {
        self.init(
            Arming(
                id: Arming.ID(row["id"]), host: Host.ID(row: row), mac: MACAddress(row: row),
                provenance: Provenance(row: row),
                sequence: row["sequence"], seenAt: Instant(seconds: row["seenAt"]),
                deadline: Instant(seconds: row["deadline"]),
                attempts: Attempts(full: row["fullAttempts"], early: row["earlyAttempts"])))
        ending = (row["ending"] as String?).flatMap { Ending(rawValue: $0) }
        endedAt = (row["endedAt"] as Int64?).map { Instant(seconds: $0) }
        evidence = row["evidence"]
        hold = (row["hold"] as String?).flatMap { Hold(rawValue: $0) }
    }
}

extension Boot {
    init(row: Row) {
        let address: Int64? = row["address"]
        self.init(
            token: Token(row["token"]), hookToken: Token(row["hookToken"]), arming: Arming.ID(row["arming"]),
            mac: MACAddress(row: row), host: (row["name"] as String?).map { _ in Host.ID(row: row) },
            sequence: row["sequence"], startedAt: Instant(seconds: row["startedAt"]),
            kernel: Boot.Kernel(rawValue: row["kernel"]) ?? .whole, uuid: row["uuid"], serial: row["serial"],
            address: address.map { IPv4Address(bits: UInt32(truncatingIfNeeded: $0)) })
    }

    func insert(in db: Database) throws {
        try db.execute(
            sql: """
                INSERT INTO boot (token, hookToken, arming, mac, sequence, startedAt, kernel, uuid, serial, address, namespace, name)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                token.text, hookToken.text, arming.text, mac.column, sequence, startedAt.seconds, kernel.rawValue, uuid,
                serial,
                address.map { Int64($0.bits) }, host?.namespace, host?.name,
            ])
    }
}

extension Journal {
    /// Every arming ever, with its boots: a report may come late.
    static func loadLedger(_ db: Database) throws -> (ledger: Ledger, lastSequence: Int64) {
        var ledger = Ledger()
        var last: Int64 = 0
        for row in try Row.fetchAll(db, sql: "SELECT * FROM arming ORDER BY sequence") {
            let record = Ledger.Record(row: row)
            ledger[record.arming.id] = record
            last = max(last, record.arming.sequence)
        }
        for row in try Row.fetchAll(db, sql: "SELECT * FROM boot ORDER BY sequence") {
            let boot = Boot(row: row)
            ledger.record(boot)
            last = max(last, boot.sequence)
        }
        return (ledger, last)
    }
}
