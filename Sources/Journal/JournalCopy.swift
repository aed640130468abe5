import Foundation
import GRDB
import Inventory

/// A journal in one file, for another machine: a line of JSON, then the database as SQLite writes it.
package struct JournalCopy: Codable, Sendable, Equatable {
    /// Tells the file from others.
    package var kind = "bootlatch state"
    package var format = 1
    /// Of the program that wrote it.
    package var version: String
    /// The repo that the journal is about, as it was configured.
    package var url: String
    package var branch: String
    /// The processed tip.
    package var tip: String?
    package var exportedAt: String
    /// Of the database.
    package var bytes: Int
    package var checksum: String
}

/// Why a journal was not copied; nothing has changed.
package struct JournalCopyError: Error, CustomStringConvertible {
    package var description: String
}

extension JournalCopy {
    /// Writes the journal as it is at this moment, while a daemon goes on with it.
    ///
    /// - Throws: `JournalCopyError`.
    package static func export(journal: String, to file: String, version: String, at now: Instant) throws -> JournalCopy
    {
        guard FileManager.default.fileExists(atPath: journal) else {
            throw JournalCopyError(description: "there is no journal at \(journal): is `state` the daemon's?")
        }
        let folder = URL(filePath: file).deletingLastPathComponent().path
        guard FileManager.default.isWritableFile(atPath: folder) else {
            throw JournalCopyError(
                description:
                    "can't write \(file): the folder \(folder) is not there, or not ours to write; name another file")
        }
        let (database, rest) = ("\(file).database", "\(file).part")
        defer { for path in [database, rest] { try? FileManager.default.removeItem(atPath: path) } }
        do {
            for path in [database, rest] { try? FileManager.default.removeItem(atPath: path) }
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let queue = try DatabaseQueue(path: journal, configuration: configuration)
            // Made beforehand, so that nobody else may read it.
            try write([], to: database)
            // One read transaction: all of a moment or nothing.
            try queue.vacuum(into: database)
            let settings = try settings(of: database)
            guard let url = settings["url"], let branch = settings["branch"] else {
                throw JournalCopyError(
                    description: "the journal \(journal) knows no repo yet: there is nothing to export")
            }
            let bytes = try Data(contentsOf: URL(filePath: database))
            let header = JournalCopy(
                version: version, url: url, branch: branch, tip: settings["tip"], exportedAt: "\(now)",
                bytes: bytes.count, checksum: checksum(bytes))
            try write([try encoded(header), bytes], to: rest)
            try move(rest, to: file)
            return header
        } catch let error as JournalCopyError {
            throw error
        } catch {
            throw JournalCopyError(description: "can't export \(journal) to \(file): \(reason(error))")
        }
    }

    /// What a file says of itself.
    ///
    /// - Throws: `JournalCopyError` for what is no such file.
    package static func header(of file: String) throws -> JournalCopy { try read(file).header }

    /// Makes a journal of the file, in one step: there is a whole one afterwards, or none.
    ///
    /// - Parameter journal: where it is to be; nothing stands there yet.
    /// - Throws: `JournalCopyError` for a file that is damaged or of a newer version.
    package static func restore(_ file: String, to journal: String) throws -> JournalCopy {
        let (header, bytes) = try read(file)
        let part = "\(journal).import"
        let leftovers = [part, part + "-journal", part + "-wal", part + "-shm"]
        defer { for path in leftovers { try? FileManager.default.removeItem(atPath: path) } }
        do {
            try? FileManager.default.removeItem(atPath: part)
            try write([bytes], to: part)
            try check(part, file)
            try move(part, to: journal)
            return header
        } catch let error as JournalCopyError {
            throw error
        } catch {
            throw JournalCopyError(description: "can't import \(file): \(reason(error))")
        }
    }

    private static func check(_ database: String, _ file: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: database, configuration: configuration)
        let (isNewer, verdict) = try queue.read { db in
            (try Schema.migrator.hasBeenSuperseded(db), try String.fetchOne(db, sql: "PRAGMA integrity_check"))
        }
        try queue.close()
        if isNewer {
            throw JournalCopyError(
                description: "\(file) was made by a newer Bootlatch: import it with that version or a later one")
        }
        guard verdict == "ok" else { throw JournalCopyError(description: damaged(file)) }
    }

    private static func read(_ file: String) throws -> (header: JournalCopy, bytes: Data) {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw JournalCopyError(description: "can't read \(file)")
        }
        guard let end = data.firstIndex(of: UInt8(ascii: "\n")),
            let kind = try? JSONDecoder().decode(Kind.self, from: data[..<end]), kind.kind == "bootlatch state"
        else { throw JournalCopyError(description: "\(file) is no file of `bootlatch state export`") }
        guard kind.format == 1, let header = try? JSONDecoder().decode(JournalCopy.self, from: data[..<end]) else {
            throw JournalCopyError(
                description: "\(file) was made by a newer Bootlatch: import it with that version or a later one")
        }
        let bytes = Data(data[data.index(after: end)...])
        guard bytes.count == header.bytes, checksum(bytes) == header.checksum else {
            throw JournalCopyError(description: damaged(file))
        }
        return (header, bytes)
    }

    private struct Kind: Codable {
        var kind: String
        var format: Int
    }

    private static func damaged(_ file: String) -> String { "\(file) is cut off or damaged: export it again" }

    private static func settings(of database: String) throws -> [String: String] {
        var configuration = Configuration()
        configuration.readonly = true
        let queue = try DatabaseQueue(path: database, configuration: configuration)
        defer { try? queue.close() }
        return try queue.read { db in
            try Row.fetchAll(db, sql: "SELECT key, value FROM setting").reduce(into: [:]) {
                $0[$1["key"]] = $1["value"]
            }
        }
    }

    private static func encoded(_ header: JournalCopy) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(header) + [UInt8(ascii: "\n")]
    }

    /// FNV-1a, 64 bits: for accidents, not against forgers.
    private static func checksum(_ bytes: Data) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        bytes.withUnsafeBytes { for byte in $0 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 } }
        return String(hash, radix: 16)
    }

    /// For its owner only: it holds the tokens of running boots.
    private static func write(_ pieces: [Data], to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw JournalCopyError(description: "can't write \(path)") }
        for piece in pieces { try handle.write(contentsOf: piece) }
        try handle.synchronize()
        try handle.close()
    }

    /// On disk under its new name when this returns.
    private static func move(_ path: String, to target: String) throws {
        guard rename(path, target) == 0 else {
            throw JournalCopyError(description: "can't write \(target): \(String(cString: strerror(errno)))")
        }
        let folder = open(URL(filePath: target).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private static func reason(_ error: any Error) -> String {
        (error as? DatabaseError)?.message ?? error.localizedDescription
    }
}
