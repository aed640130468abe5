import Dispatch
import GRDB
import Glibc
import Inventory
import Logging

/// The durable store of armings, boots, latches, intents and events, and the sole writer of the gate's ledger half.
///
/// SQLite in WAL mode with `synchronous=FULL`: what a method wrote is on disk when it returns. Whatever denies is published
/// to the gate before it is written; whatever permits, after. While the disk refuses to be written, the ledger says so and the
/// gate lets nobody in.
package actor Journal {
    private let path: String
    let gate: Gate
    let log: Logger
    private let executor = QueueExecutor(label: "journal")
    private var database: DatabaseQueue?
    /// The ledger holds what was on disk. A journal that is opened again is not loaded again: memory knows more than the disk then.
    private(set) var isLoaded = false
    private(set) var ledger = Ledger()
    private var lastSequence: Int64 = 0
    /// Endings that deny already and that the disk has refused so far.
    private var unsaved: [Spending] = []
    /// Since the last probe the journal became usable, or an ending reached the disk.
    private var hasNews = false
    /// Events since the process began.
    package nonisolated let eventCounts = Counts(EventCount.all)
    private var followers: [Int: AsyncStream<RecordedEvent>.Continuation] = [:]
    private var nextFollower = 0
    private var isFollowed = true
    /// UUIDs that are on disk already.
    var seen: [MACAddress: String] = [:]
    /// The same of serials.
    var seenSerials: [MACAddress: String] = [:]
    /// What machines last showed, as it is on disk.
    var lastShown: [MACAddress: Shown] = [:]
    /// What tells it from other journals, once it was read.
    var ownID: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Does not touch the disk yet: a journal that can't be opened is a state that the daemon lives in, refusing everyone.
    package init(path: String, gate: Gate, log: Logger = Logger(label: "journal")) {
        self.path = path
        self.gate = gate
        self.log = log
        gate.update { $0.ledger.isWritable = false }
        ledger.isWritable = false
    }

    // The ledger

    /// Changes the ledger here and in the gate, at once.
    func publish(_ change: (inout Ledger) -> Void) {
        change(&ledger)
        let ledger = ledger
        gate.update { $0.ledger = ledger }
    }

    /// The next position; every arming and boot has one of its own.
    func nextSequence() -> Int64 {
        lastSequence += 1
        return lastSequence
    }

    // The disk

    /// One transaction, on disk when it returns.
    ///
    /// - Throws: `JournalError` when the disk refuses; from then on the gate refuses everyone, until a later write goes through.
    func write<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do {
            let database = try opened()
            let pending = unsaved
            let (events, value) = try database.write { db in
                (try pending.flatMap { try $0.save(in: db) }, try body(db))
            }
            if !pending.isEmpty {
                unsaved.removeFirst(pending.count)
                hasNews = true
            }
            if !ledger.isWritable {
                log.notice("journal can be written", metadata: ["path": "\(path)"])
                publish { $0.isWritable = true }
                hasNews = true
            }
            for event in events { tell(event) }
            return value
        } catch {
            if ledger.isWritable {
                log.error(
                    "journal can't be written: nobody may netboot", metadata: ["path": "\(path)", "error": "\(error)"])
            }
            publish { $0.isWritable = false }
            // SQLite opens a file that it may only read for reading, and stays with that.
            if (error as? DatabaseError)?.resultCode == .SQLITE_READONLY { database = nil }
            throw JournalError(path: path, error)
        }
    }

    /// - Throws: `JournalError` when the journal was never opened or can't be read.
    func read<Value>(_ body: (Database) throws -> Value) throws(JournalError) -> Value {
        do { return try opened().read(body) } catch { throw JournalError(path: path, error) }
    }

    private func opened() throws -> DatabaseQueue {
        if let database { return database }
        makePrivate()
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(2)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        // FULL is what makes a webhook's 200 mean that the latch outlives a power cut. GRDB turns it to NORMAL when it sets WAL up,
        // after everything that its configuration could do.
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA synchronous = FULL") }
        try Schema.migrator.migrate(queue)
        if !isLoaded {
            var loaded = try queue.read { db in try Self.loadLedger(db) }
            // Reading it proves nothing: only a write that went through does.
            loaded.ledger.isWritable = false
            lastSequence = loaded.lastSequence
            publish { $0 = loaded.ledger }
            isLoaded = true
        }
        database = queue
        return queue
    }

    /// It holds the tokens of boots: nobody else may read it. SQLite gives its other files the mode of this one.
    private func makePrivate() {
        // Only a new file is opened here: to close one that SQLite has open would drop its locks.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) } else { chmod(path, 0o600) }
    }

    /// Tries whether the journal can be written, and writes what it owes. Cheap; for a steady beat.
    ///
    /// - Returns: true when since the last call the journal became usable, or endings reached the disk that may have waited for it.
    @discardableResult
    package func probe() throws(JournalError) -> Bool {
        try beat()
        defer { hasNews = false }
        return hasNews
    }

    /// The newest events are kept, and those that rules count.
    package static let keptEvents = 100_000

    /// A transaction without a change never asks the disk, so this makes one.
    private func beat() throws(JournalError) {
        try write { db in
            try db.execute(
                sql: "DELETE FROM event WHERE sequence <= (SELECT max(sequence) FROM event) - ? AND kind <> 'dropped'",
                arguments: [Self.keptEvents])
            try db.execute(
                sql: "INSERT INTO setting (key, value) VALUES ('beat', '1') ON CONFLICT DO UPDATE SET value = value + 1"
            )
        }
    }

    // Spending

    /// Denies first, then writes: a full disk leaves the machine refused and the write owed.
    func spend(_ spending: Spending) throws(JournalError) {
        publish { ledger in
            for id in spending.armings {
                ledger[id]?.ending = spending.ending
                ledger[id]?.endedAt = spending.at
                ledger[id]?.evidence = spending.evidence
            }
        }
        unsaved.append(spending)
        try write { _ in }
    }

    /// Writes what is denied in memory and not on disk yet.
    ///
    /// - Throws: `JournalError` when the disk still refuses.
    func settle() throws(JournalError) {
        if !unsaved.isEmpty || !ledger.isWritable { try beat() }
    }

    // Events

    /// Every event from now on; slow followers lose the oldest ones.
    package func follow() -> AsyncStream<RecordedEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: RecordedEvent.self, bufferingPolicy: .bufferingNewest(1000))
        guard isFollowed else {
            continuation.finish()
            return stream
        }
        let id = nextFollower
        nextFollower += 1
        followers[id] = continuation
        continuation.onTermination = { [weak self] _ in Task { await self?.unfollow(id) } }
        return stream
    }

    private func unfollow(_ id: Int) { followers[id] = nil }

    /// Ends every stream of events: they would hold the daemon's end up.
    package func endFollowing() {
        isFollowed = false
        for follower in followers.values { follower.finish() }
        followers = [:]
    }

    /// Writes an event and tells the followers. An event that the disk refuses is logged and otherwise lost: it denies nothing.
    package func announce(_ event: Event, at: Instant) {
        do {
            let sequence = try write { db in try event.insert(in: db, at: at) }
            tell(RecordedEvent(sequence: sequence, at: at, event: event))
        } catch {
            log.warning("event lost", metadata: ["event": "\(event.kind) \(event.detail)", "error": "\(error)"])
        }
    }

    func tell(_ event: RecordedEvent) {
        eventCounts.add(EventCount(event.event))
        for follower in followers.values { follower.yield(event) }
    }
}

/// The journal can't be opened, read or written.
package struct JournalError: Error, CustomStringConvertible {
    package var description: String
    /// No room and no permission will mend it.
    package private(set) var isDamaged = false

    init(path: String, _ error: any Error) {
        let code = (error as? DatabaseError)?.resultCode
        let reason = (error as? DatabaseError)?.message ?? "\(error)"
        isDamaged = code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB
        description =
            "the journal \(path) can't be used: \(reason); "
            + (isDamaged
                ? "it is damaged: stop the daemon, move its state folder away, and bring back a file of `bootlatch state export` with "
                    + "`bootlatch state import`; without one, whatever is on is then held as first sight"
                : "make room or make its folder writable, it is tried again by itself")
    }

    /// The same failure, with what it means for what was asked in front.
    package func saying(_ text: String) -> JournalError {
        var error = self
        error.description = "\(text). \(description)"
        return error
    }
}

/// SQLite blocks: on a thread of its own it never takes one of Swift's few.
private final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) { queue = DispatchQueue(label: label) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
