import Foundation
import Git
import Inventory
import Journal
import Logging
import Reconcile
import Synchronization

/// A bare repo that a person pushes to with the `git` program, and a reconciler with its journal beside it.
final class Lab: Sendable {
    let folder: URL
    let gate = Gate()
    let journal: Journal
    let reconciler: Reconciler
    let writeBack: WriteBack
    let clock: TestClock
    /// It made its folder.
    private let isFirst: Bool

    /// - Parameter journal: the name of its file: a second lab in the folder of a first one may have a journal of its own.
    init(
        folder: URL? = nil, journal name: String = "journal.sqlite", wall: Int64 = 1_800_000_000,
        writeBack: WriteBack.Settings = .init()
    ) async throws {
        isFirst = folder == nil
        let folder = folder ?? FileManager.default.temporaryDirectory.appending(path: "bootlatch-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = TestClock(Now(Instant(seconds: wall)))
        self.clock = clock
        if !FileManager.default.fileExists(atPath: folder.appending(path: "remote.git").path) {
            try Self.git(["init", "-q", "--bare", "-b", "main", "remote.git"], in: folder)
            try Self.git(["clone", "-q", "remote.git", "clone"], in: folder)
        }
        let url = folder.appending(path: "remote.git").path
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        journal = Journal(path: folder.appending(path: name).path, gate: gate, log: log)
        let repository = try Repository(bareAt: folder.appending(path: "mirror.git").path, create: true)
        let remote = Remote(try RemoteAddress(url))
        reconciler = Reconciler(
            settings: .init(url: url), repository: repository, remote: remote, journal: journal, gate: gate,
            now: { clock.now }, log: log)
        self.writeBack = WriteBack(
            settings: writeBack, reconciler: reconciler, repository: repository, remote: remote, journal: journal,
            gate: gate,
            now: { clock.now }, log: log)
    }

    deinit { if isFirst { try? FileManager.default.removeItem(at: folder) } }

    var now: Now { clock.now }

    func advance(seconds: Int64) { clock.now.wall.seconds += seconds }

    /// Writes files, commits and pushes them as a person does.
    func push(_ files: [String: String], _ message: String = "edit") throws {
        let clone = folder.appending(path: "clone")
        try Self.git(["pull", "-q", "--rebase"], in: clone, mayFail: true)
        for (path, text) in files {
            let file = clone.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try Self.git(["add", "-A"], in: clone)
        try Self.git(["commit", "-qm", message], in: clone)
        try Self.git(["push", "-q", "origin", "HEAD:main"], in: clone)
    }

    @discardableResult
    func git(_ arguments: String...) throws -> String { try Self.git(arguments, in: folder.appending(path: "clone")) }

    func remoteLog(_ format: String) throws -> String {
        try Self.git(["log", "--format=\(format)", "main"], in: folder.appending(path: "remote.git"))
    }

    func decision(_ mac: String) -> Decision {
        guard let mac = MACAddress(mac) else { return .ignore(.unknown) }
        return decideBoot(Sighting(mac: mac), in: gate.current, now: now)
    }

    @discardableResult
    static func git(_ arguments: [String], in folder: URL, mayFail: Bool = false) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@lab",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@lab",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let text = String(decoding: data, as: UTF8.self)
        guard process.terminationStatus == 0 || mayFail else {
            throw GitFailed(description: "git \(arguments): \(text)")
        }
        return text
    }
}

struct GitFailed: Error, CustomStringConvertible { var description: String }

/// A clock that a test moves.
final class TestClock: Sendable {
    private let value: Mutex<Now>

    init(_ now: Now) { value = Mutex(now) }

    var now: Now {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
