import Boot
import Foundation
import Git
import Inventory
import Journal
import Logging
import Reconcile
import Web

/// Every part of the daemon, wired together. `serve` runs them; `reconcile --once` uses a few.
struct Daemon: Sendable {
    let settings: Settings
    let gate: Gate
    let journal: Journal
    let repository: Repository
    let reconciler: Reconciler
    let writeBack: WriteBack
    let clock: DaemonClock
    /// Wakes the writer when something is owed.
    let owed: WakeUp
    /// Wakes the poll loop.
    let poll: WakeUp
    let sightings: Sightings
    let strangers: Strangers
    let counts = BootCounts(routes: BootRoute.asking.map(\.rawValue))
    let startedAt: Instant
    let log: Logger
    /// Ours as long as this lives.
    private let lock: StateLock?

    /// Opens the mirror, and nothing else that can fail.
    ///
    /// - Throws: `SettingsError` for a missing URL, an unreadable secret or a state folder in use, `GitError` when the mirror can't be made.
    init(_ settings: Settings, log: Logger) throws {
        guard let url = settings.url else {
            throw SettingsError(
                description:
                    "no inventory: set inventory.url (or BOOTLATCH_INVENTORY_URL) to the repo of your hardware manifests"
            )
        }
        if settings.writeBack.branch == settings.branch {
            throw SettingsError(
                description: "writeBack.branch is inventory.branch itself: leave it out to push there, or name another")
        }
        if let key = settings.writeBack.signer?.key, !FileManager.default.isReadableFile(atPath: key) {
            throw SettingsError(description: "writeBack.signingKey: can't read \(key); is it there, and ours to read?")
        }
        self.settings = settings
        self.log = log
        try Daemon.makeFolder(settings.state)
        lock = try StateLock(settings.state)
        gate = Gate()
        clock = DaemonClock()
        startedAt = clock.now.wall
        owed = WakeUp()
        poll = WakeUp()
        let now: @Sendable () -> Now = { [clock] in clock.now }
        journal = Journal(path: Self.journal(in: settings.state), gate: gate, log: log)
        repository = try Repository(bareAt: settings.state + "/mirror.git", create: true)
        // A key that can't be read is told now; each fetch reads it anew, for it may be renewed meanwhile.
        _ = try settings.auth.credentials()
        let remote = Remote(
            try RemoteAddress(url), trust: Trust(knownHosts: settings.auth.knownHosts, caFile: settings.auth.caFile),
            credentials: { [auth = settings.auth] () throws(GitError) in try auth.current() })
        reconciler = Reconciler(
            settings: .init(
                url: url, branch: settings.branch, paths: settings.paths, timeout: .seconds(settings.timeout),
                signers: settings.signers),
            repository: repository, remote: remote, journal: journal, gate: gate, now: now, log: log)
        writeBack = WriteBack(
            settings: settings.writeBack, reconciler: reconciler, repository: repository, remote: remote,
            journal: journal,
            gate: gate, now: now, reached: Crash.reached, log: log)
        strangers = Strangers()
        sightings = Sightings(
            journal: journal, gate: gate, now: now, owed: owed, strangers: strangers, log: log)
    }

    var operators: Operators {
        Operators(
            reconciler: reconciler, writeBack: writeBack, journal: journal, gate: gate, now: { [clock] in clock.now },
            wakeWriter: { [owed] in owed.wake() }, outOfReach: { [strangers] in strangers.outOfReach(of: $0) },
            boot: counts, version: Bootlatch.version, startedAt: startedAt)
    }

    static func journal(in state: String) -> String { state + "/journal.sqlite" }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SettingsError(
                description:
                    "can't make the state folder \(path): \(error.localizedDescription); set `state` to a folder of ours"
            )
        }
    }
}

extension Settings.Auth {
    /// - Throws: `SettingsError` for settings that contradict each other, or a secret's file that can't be read.
    func credentials() throws -> Credentials {
        let kinds = [sshKey != nil, passwordFile != nil, tokenFile != nil].filter { $0 }.count
        guard kinds <= 1 else {
            throw SettingsError(description: "inventory.auth: give one of sshKey, passwordFile and tokenFile")
        }
        if let sshKey {
            return .sshKey(path: sshKey, passphrase: try passphraseFile.map { try secret($0, "passphraseFile") })
        }
        if let passwordFile {
            guard let username else {
                throw SettingsError(description: "inventory.auth.passwordFile needs a username beside it")
            }
            return .password(username: username, password: try secret(passwordFile, "passwordFile"))
        }
        return try tokenFile.map { .token(try secret($0, "tokenFile")) } ?? .none
    }

    /// As `credentials`, from the files as they are now.
    fileprivate func current() throws(GitError) -> Credentials {
        do { return try credentials() } catch { throw .credentials(reason: "\(error)") }
    }

    private func secret(_ path: String, _ key: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(
                description: "inventory.auth.\(key): can't read \(path); is it there, and ours to read?")
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw SettingsError(description: "inventory.auth.\(key): \(path) is empty") }
        return text
    }
}
