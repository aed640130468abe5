import Git
import Inventory
import Journal
import Logging
import Synchronization

/// Turns the commits of the inventory repo into armings, and is the sole writer of the gate's inventory half.
package actor Reconciler {
    package struct Settings: Sendable {
        /// As configured; another one starts from first sight.
        package var url: String
        package var branch: String
        /// Folders and files of the repo that are read.
        package var paths: [String]
        /// For one fetch.
        package var timeout: Duration
        package static let usualPaths = ["inventory", "policies"]

        /// The keys of those whom `require.signedBy` names.
        package var signers: SignerPaths

        package init(
            url: String, branch: String = "main", paths: [String] = Settings.usualPaths,
            timeout: Duration = .seconds(60), signers: SignerPaths = SignerPaths()
        ) {
            self.url = url
            self.branch = branch
            self.paths = paths
            self.timeout = timeout
            self.signers = signers
        }
    }

    package nonisolated let settings: Settings
    /// The remote's address, without credentials.
    package nonisolated var remoteAddress: String { "\(remote.address)" }
    let repository: Repository
    let remote: Remote
    let journal: Journal
    let gate: Gate
    let now: @Sendable () -> Now
    let log: Logger

    /// The working copy; published when the journal has it.
    var inventory = Inventory()
    var signers = Signers()
    /// Whose the keys are that were looked at last.
    var keyNames: (keys: SigningKeys, names: Set<String>?)?
    var restored: Restored?
    /// The states were compared with what stands in the repo, once since the start.
    var isCompared = false
    var nextTidy = Tidiness()
    private var isStopped = false
    private var current: Task<PassReport, Never>?
    private var next: Task<PassReport, Never>?
    package private(set) var lastReport: PassReport?
    private nonisolated let counted = Mutex(PassCounts())
    /// Answers also while a pass keeps the reconciler busy.
    package nonisolated var passCounts: PassCounts { counted.withLock { $0 } }
    /// The error of the last pass, with when it first happened; nil after a good one.
    package private(set) var trouble: (since: Instant, message: String)?

    package init(
        settings: Settings, repository: Repository, remote: Remote, journal: Journal, gate: Gate,
        now: @escaping @Sendable () -> Now,
        log: Logger = Logger(label: "reconcile")
    ) {
        self.settings = settings
        self.repository = repository
        self.remote = remote
        self.journal = journal
        self.gate = gate
        self.now = now
        self.log = log
    }

    /// Fetches, walks what is new, records and publishes it. Never throws: a failed pass keeps the last good inventory.
    ///
    /// One pass runs at a time. A call waits for a pass that begins after it, and shares that pass with other callers.
    package func reconcile(progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }) async -> PassReport {
        if let next { return await next.value }
        let running = current
        let task = Task {
            if let running {
                _ = await running.value
                self.promote()
            }
            let report = await self.pass(progress: progress)
            self.end(report)
            return report
        }
        if running == nil { current = task } else { next = task }
        return await task.value
    }

    /// The pass that was waiting runs now; a call from here on waits for another one.
    private func promote() { (current, next) = (next, nil) }

    /// Ends the pass that runs and lets no other begin: the daemon ends.
    package func stop() {
        isStopped = true
        current?.cancel()
        next?.cancel()
    }

    private func end(_ report: PassReport) {
        if next == nil { current = nil }
        lastReport = report
        counted.withLock { $0.add(isGood: report.failure == nil) }
        if let failure = report.failure {
            if trouble?.message != failure, !isStopped { log.warning("pass failed", metadata: ["error": "\(failure)"]) }
            trouble = (trouble?.since ?? report.at, failure)
        } else {
            if trouble != nil { log.notice("remote can be read again", metadata: ["remote": "\(remote.address)"]) }
            trouble = nil
        }
    }

    private func pass(progress: @escaping @Sendable (FetchProgress) -> Void) async -> PassReport {
        var report = PassReport(at: now().wall)
        do {
            if isStopped { throw CancellationError() }
            if restored == nil { try await restoreOrKnowHosts() }
            let fetched = try await remote.fetch(
                into: repository.path, branch: settings.branch, deadline: settings.timeout, leastRate: Remote.leastRate,
                progress: progress)
            if restored == nil { try await restore(afterFetch: true) }
            try await walk(to: fetched.commit, &report)
            if !report.commits.isEmpty { await tidy() }
        } catch {
            report.failure = "\(error)"
            if (error as? GitError)?.isOfMissingObject == true {
                report.failure? +=
                    ". The mirror is damaged: stop the daemon, remove the folder \(repository.path), and start it again; it is cloned anew, "
                    + "and what is spent stays in the journal"
            }
        }
        return report
    }
}

/// What a pass found and changed.
package struct PassReport: Sendable {
    /// One interface whose decision is another one now.
    package struct Changed: Sendable, Equatable {
        package var host: Host.ID
        package var mac: MACAddress
        package var before: Decision
        package var after: Decision
        package var since: Provenance?
    }

    package var at: Instant
    package var tip: CommitID?
    /// Commits walked, oldest first; one for a first sight or a force push.
    package var commits: [CommitID] = []
    package var files: [String] = []
    package var changed: [Changed] = []
    package var diagnostics: [Diagnostic] = []
    /// Why nothing was learned; the last good inventory stays.
    package var failure: String?

    init(at: Instant) { self.at = at }
}
