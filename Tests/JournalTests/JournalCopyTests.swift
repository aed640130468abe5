import Foundation
import GRDB
import Inventory
import Journal
import Testing

struct JournalCopyTests {
    private func exported(_ bench: Bench) throws -> (file: String, target: String) {
        let (file, target) = (bench.folder.path + "/copy", bench.folder.path + "/restored.sqlite")
        let header = try JournalCopy.export(
            journal: bench.folder.path + "/journal.sqlite", to: file, version: "1.2.3", at: Bench.now)
        #expect(header.url == "git://lab/inventory.git" && header.branch == "main" && header.tip == "1111")
        #expect(header.version == "1.2.3")
        return (file, target)
    }

    private func files(_ bench: Bench) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path))
    }

    @Test func `what was spent is spent in the copy, and the copy is of one moment`() async throws {
        let bench = try Bench()
        let id = try await bench.arm(.a, "a")
        try await bench.journal.disarm(id, evidence: "by hand", at: Bench.now)
        let (file, target) = try exported(bench)
        // Later than the copy.
        _ = try await bench.arm(.b, "b")
        #expect(try JournalCopy.restore(file, to: target) == JournalCopy.header(of: file))
        let gate = Gate()
        let copy = Journal(path: target, gate: gate)
        let restored = try await copy.restore()
        #expect(restored.tip == CommitID("1111") && gate.current.ledger[id]?.ending == .disarmed)
        #expect(gate.current.ledger.records.count == 1)
        #expect(try await copy.owedIntents().map(\.arming.id) == [id])
        // It is the same journal, for whoever looks at its commits.
        #expect(try await copy.id() == bench.journal.id())
        #expect(try await copy.id().count == 32)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a byte that is another one, or missing, is found, and nothing is left behind`() async throws {
        let bench = try Bench()
        _ = try await bench.arm(.a, "a")
        let (file, target) = try exported(bench)
        let whole = try Data(contentsOf: URL(filePath: file))
        let before = try files(bench)
        for place in [200, whole.count / 2, whole.count - 1] {
            var bytes = whole
            bytes[place] ^= 1
            try bytes.write(to: URL(filePath: file))
            #expect(throws: JournalCopyError.self) { try JournalCopy.restore(file, to: target) }
            try whole.prefix(place).write(to: URL(filePath: file))
            #expect(throws: JournalCopyError.self) { try JournalCopy.restore(file, to: target) }
        }
        #expect(try files(bench) == before)
    }

    @Test func `a file of a newer version is refused, whether its format or its tables are newer`() async throws {
        let bench = try Bench()
        _ = try await bench.arm(.a, "a")
        let queue = try DatabaseQueue(path: bench.folder.path + "/journal.sqlite")
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('of tomorrow')") }
        let (file, target) = try exported(bench)
        let newer = #expect(throws: JournalCopyError.self) { try JournalCopy.restore(file, to: target) }
        #expect(newer?.description.contains("newer Bootlatch") == true)
        try Data((#"{"kind":"bootlatch state","format":2}"# + "\n").utf8).write(to: URL(filePath: file))
        let format = #expect(throws: JournalCopyError.self) { try JournalCopy.restore(file, to: target) }
        #expect(format?.description.contains("newer Bootlatch") == true)
        #expect(try !files(bench).contains { $0.hasPrefix("restored") })
    }

    @Test func `a journal that knows no repo yet, and another file, are refused`() async throws {
        let bench = try Bench()
        try await bench.journal.probe()
        let (journal, file) = (bench.folder.path + "/journal.sqlite", bench.folder.path + "/copy")
        #expect(throws: JournalCopyError.self) {
            try JournalCopy.export(journal: journal, to: file, version: "1", at: Bench.now)
        }
        #expect(throws: JournalCopyError.self) { try JournalCopy.header(of: journal) }
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
