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

    /// Checks the settings, then opens the mirror, and nothing else that can fail.
    ///
    /// - Throws: `SettingsError` for what is wrong in the settings, before anything is made, and for a state folder in use; `GitError` when
    ///   the mirror can't be made.
    init(_ settings: Settings, log: Logger) throws {
        let (url, address) = try settings.checked()
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
        repository = try Repository(bareAt: settings.mirror, create: true)
        let remote = Remote(
            address, trust: Trust(knownHosts: settings.auth.knownHosts, caFile: settings.auth.caFile),
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
            settingsTroubles: { [settings] in settings.missingNamedFolders }, boot: counts, version: Bootlatch.version,
            startedAt: startedAt)
    }

    static func journal(in state: String) -> String { state + "/journal.sqlite" }

    static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SettingsError(
                description:
                    "can't make the state folder \(path): \(reason(error)); set `state` to a folder of ours"
            )
        }
    }
}
