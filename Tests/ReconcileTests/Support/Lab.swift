import Foundation
import Git
import GitServers
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
    /// Holds `remote.git`, and `clone`, the person's.
    let site: URL
    private let served: ServedRepo

    /// - Parameters:
    ///   - journal: the name of its file: a second lab in the folder of a first one may have a journal of its own.
    ///   - site: another lab's folder: both use its remote.
    ///   - signers: where the keys of signers stand, by the folder.
    ///   - reached: called at each step of a flush, for what others do meanwhile.
    init(
        folder: URL? = nil, journal name: String = "journal.sqlite", site: URL? = nil, wall: Int64 = 1_800_000_000,
        writeBack: WriteBack.Settings = .init(), route: Route = .path, mayWrite: Bool = true,
        paths: [String] = ["inventory", "policies"], signers: (URL) -> SignerPaths = { _ in SignerPaths() },
        reached: @escaping @Sendable (WriteBack.Checkpoint) -> Void = { _ in }
    ) async throws {
        isFirst = folder == nil
        let folder = folder ?? FileManager.default.temporaryDirectory.appending(path: "bootlatch-\(UUID().uuidString)")
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = TestClock(Now(Instant(seconds: wall)))
        self.clock = clock
        let began = ContinuousClock.now
        self.site = site ?? folder
        let bare = self.site.appending(path: "remote.git").path
        if !FileManager.default.fileExists(atPath: bare) {
            try Self.git(["init", "-q", "--bare", "-b", "main", "remote.git"], in: folder)
            try Self.git(["config", "receive.advertisePushOptions", "true"], in: folder.appending(path: "remote.git"))
            try Self.git(["clone", "-q", "remote.git", "clone"], in: folder)
        }
        served = try route.serve(bare, mayWrite: mayWrite)
        let url = served.url
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        journal = Journal(path: folder.appending(path: name).path, gate: gate, log: log)
        let repository = try Repository(bareAt: folder.appending(path: "mirror.git").path, create: true)
        let remote = served.remote
        reconciler = Reconciler(
            settings: .init(url: url, paths: paths, signers: signers(folder)), repository: repository, remote: remote,
            journal: journal, gate: gate,
            now: { clock.now }, log: log)
        self.writeBack = WriteBack(
            settings: writeBack, reconciler: reconciler, repository: repository, remote: remote, journal: journal,
            gate: gate, now: { clock.now }, reached: reached,
            clock: { began.advanced(by: .seconds(clock.now.wall.seconds - wall)) }, log: log)
    }

    deinit { if isFirst { try? FileManager.default.removeItem(at: folder) } }

    var now: Now { clock.now }

    func advance(seconds: Int64) { clock.now.wall.seconds += seconds }

    /// Writes files, commits and pushes them as a person does.
    func push(_ files: [String: String], _ message: String = "edit") throws {
        let clone = site.appending(path: "clone")
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
    func git(_ arguments: String...) throws -> String { try Self.git(arguments, in: site.appending(path: "clone")) }

    func remoteLog(_ format: String) throws -> String {
        try Self.git(["log", "--format=\(format)", "main"], in: site.appending(path: "remote.git"))
    }

    func decision(_ mac: String) -> Decision {
        guard let mac = MACAddress(mac) else { return .ignore(.unknown) }
        return decideBoot(Sighting(mac: mac), in: gate.current, now: now)
    }

    @discardableResult
    static func git(_ arguments: [String], in folder: URL, mayFail: Bool = false) throws -> String {
        try run(["git"] + arguments, in: folder, mayFail: mayFail)
    }

    /// Both outputs of a program.
    @discardableResult
    static func run(_ arguments: [String], in folder: URL, mayFail: Bool = false) throws -> String {
        let script = "\"$@\" 2>&1" + (mayFail ? " || true" : "")
        let output = try program("env", ["-C", folder.path, "sh", "-c", script, "sh"] + arguments)
        return String(decoding: output, as: UTF8.self)
    }
}

/// A clock that a test moves.
final class TestClock: Sendable {
    private let value: Mutex<Now>

    init(_ now: Now) { value = Mutex(now) }

    var now: Now {
        get { value.withLock { $0 } }
        set { value.withLock { $0 = newValue } }
    }
}
