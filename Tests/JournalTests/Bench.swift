import Foundation
import GRDB
import Inventory
import Journal
import Logging
import Testing

/// A journal on a disk of its own, with armings as a pass would record them.
final class Bench: Sendable {
    let folder: URL
    let gate = Gate()
    let journal: Journal

    /// - Parameter exists: false leaves the folder out, so that the journal can't be opened yet.
    init(folder: URL? = nil, exists: Bool = true) throws {
        self.folder =
            folder ?? FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)")
        if exists { try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true) }
        journal = Journal(
            path: self.folder.appending(path: "journal.sqlite").path, gate: gate,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var ledger: Ledger { gate.current.ledger }

    /// A journal over the same file, as a restart opens it.
    func reopened() async throws -> (gate: Gate, journal: Journal) {
        let gate = Gate()
        let journal = Journal(
            path: folder.appending(path: "journal.sqlite").path, gate: gate,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await journal.probe()
        return (gate, journal)
    }

    static let now = Instant(seconds: 1_800_000_000)

    static func provenance(_ commit: String = "3fa9c1e0", path: String = "inventory/a.yaml") -> Provenance {
        Provenance(
            commit: CommitID(commit), author: "Ada", committedAt: now, location: SourceLocation(path: path, line: 9))
    }

    static func pass(_ observation: Observation = Observation(), tip: String = "1111") -> Pass {
        var pass = Pass(url: "git://lab/inventory.git", branch: "main", tip: CommitID(tip), fetchedAt: now)
        pass.observations = [observation]
        return pass
    }

    @discardableResult
    func arm(
        _ mac: MACAddress, _ host: String, at: Instant = now, expireAfter: Int64 = 86_400,
        attempts: Attempts = Attempts()
    ) async throws -> Arming.ID {
        // As a pass does: ids are made of a journal that was read.
        try await journal.probe()
        let made = try #require(await journal.makeIDs(1, at: at).first)
        let id = Host.ID(name: host)
        var observation = Observation()
        observation.armings = [
            Arming(
                id: made.id, host: id, mac: mac, provenance: Self.provenance(), sequence: made.sequence, seenAt: at,
                deadline: Instant(seconds: at.seconds + expireAfter), attempts: attempts)
        ]
        var state = InterfaceState(isOn: true, host: id, since: Self.provenance())
        state.arming = made.id
        observation.states[mac] = state
        try await journal.record(Self.pass(observation), at: at)
        return made.id
    }

    func boot(_ mac: MACAddress, _ id: Arming.ID, uuid: String? = nil, at: Instant = now) async throws -> Boot {
        try await journal.admit(Sighting(mac: mac, uuid: uuid), id, at: Now(at))
    }

    func success(_ boot: Boot, at: Instant = now) async throws -> Journal.Reported {
        try await journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: at)
    }

    /// While `body` runs, somebody else writes the file: the disk refuses the journal after two seconds.
    func whileRefused(_ body: () async throws -> Void) async throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(
            path: folder.appending(path: "journal.sqlite").path, configuration: configuration)
        try execute("BEGIN IMMEDIATE", on: other)
        try await body()
        try execute("ROLLBACK", on: other)
    }

    private func execute(_ sql: String, on queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
    }
}

extension MACAddress {
    static let a = MACAddress(bits: 0x5254_0012_3401)
    static let b = MACAddress(bits: 0x5254_0012_3402)
}

extension Instant {
    func later(_ seconds: Int64) -> Instant { Instant(seconds: self.seconds + seconds) }
}
