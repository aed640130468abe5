import Git
import Inventory
import Journal
import Logging
import Manifest

/// Pays what the repo is owed: one disarm commit for each host, many in a push.
package actor WriteBack {
    package struct Settings: Sendable {
        /// False only observes: latches hold, nothing is written.
        package var isOn = true
        package var author = "Bootlatch"
        package var email = "bootlatch@localhost"
        /// `{host}` and `{reason}` are filled in.
        package var subject = "Disable PXE for {host}: {reason}"
        /// Where disarms go for a person to merge; nil pushes them to the branch that is read.
        package var branch: String?
        /// Signs our commits.
        package var signer: CommitSigner?
        /// Passed on to the server (`git push --push-option`).
        package var pushOptions: [String] = []
        /// For one flush with all its tries.
        package var deadline: Duration = .seconds(120)
        /// For one push.
        package var timeout: Duration = .seconds(60)

        package init() {}
    }

    /// Where a crash would hurt most; tests kill the daemon there.
    package enum Checkpoint: String, Sendable, CaseIterable { case committed, pushed, recorded }

    package nonisolated let settings: Settings
    /// Pushes since the process began, those of people's commits included.
    package nonisolated let pushes = Counts(PushResult.allCases)
    let reconciler: Reconciler
    let repository: Repository
    let remote: Remote
    let journal: Journal
    let gate: Gate
    let now: @Sendable () -> Now
    let log: Logger
    /// For `patience`.
    let clock: @Sendable () -> ContinuousClock.Instant
    private let reached: @Sendable (Checkpoint) -> Void
    var patience = Patience()
    /// Why the last flush could not end.
    package private(set) var trouble: String?
    /// Armings whose disarm a person's own commit is about to bring: a flush would be its rival.
    var byHand: Set<Arming.ID> = []

    package init(
        settings: Settings, reconciler: Reconciler, repository: Repository, remote: Remote, journal: Journal,
        gate: Gate,
        now: @escaping @Sendable () -> Now, reached: @escaping @Sendable (Checkpoint) -> Void = { _ in },
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }, log: Logger = Logger(label: "writeback")
    ) {
        self.settings = settings
        self.reconciler = reconciler
        self.repository = repository
        self.remote = remote
        self.journal = journal
        self.gate = gate
        self.now = now
        self.reached = reached
        self.clock = clock
        self.log = log
    }

    /// Writes every intent that can be carried out. Returns the tip that it pushed, nil when nothing had to be written, and while
    /// the remote, which did not take the last try, is left alone.
    ///
    /// A race is answered by fetching and applying the intents to the new tip: never a merge, never a force push.
    ///
    /// - Throws: `WriteBackError`, `JournalError` or `GitError`; the intents stay owed.
    package func flush() async throws -> CommitID? {
        guard settings.isOn, patience.isOver(at: clock()) else { return nil }
        do {
            let tip = try await pay()
            patience = Patience()
            trouble = nil
            return tip
        } catch {
            trouble = "\(error)"
            throw error
        }
    }

    /// When to look again at the latest: as soon as a remote that did not take the last try is no longer left alone.
    package var pause: Duration { patience.rest(at: clock()) ?? .seconds(60) }

    /// The next flush tries at once: somebody may have removed what the remote refused.
    package func hurry() { patience = Patience() }

    private func pay() async throws -> CommitID? {
        let clock = ContinuousClock()
        let end = clock.now.advanced(by: settings.deadline)
        var lost: (head: ObjectID, times: Int)?
        while true {
            guard try await journal.owedIntents().contains(where: { $0.state != .stopped }) else { return nil }
            let report = await reconciler.reconcile()
            if let failure = report.failure { throw WriteBackError(description: failure) }
            guard let head = report.tip.flatMap({ ObjectID(hex: $0.hex) }) else { return nil }
            // A maintenance stop: what is owed stays owed.
            if gate.current.inventory.stop != nil { return nil }
            let owed = try await owedByHost(at: head)
            if let branch = settings.branch { return try await propose(owed, on: head, in: branch) }
            let draft = try await draft(owed, on: head)
            if draft.commits.isEmpty { return nil }
            if try await push(draft, onto: head) { return CommitID("\(draft.head)") }
            log.info("push lost a race, trying again")
            lost = (head, lost?.head == head ? (lost?.times ?? 0) + 1 : 1)
            if let lost, lost.times >= Self.racesWithNobody {
                throw try await refused(
                    draft,
                    "the remote says that another push came first, but branch \(reconciler.settings.branch) stands still: "
                        + "is there a stale lock, such as refs/heads/\(reconciler.settings.branch).lock?")
            }
            guard clock.now < end else {
                throw WriteBackError(
                    description: "other pushes came first for \(settings.deadline); trying again later")
            }
            // Jitter, so that two writers who lost to each other don't lose in step.
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...400)))
        }
    }

    /// Races lost in a row while the branch did not move. A rival that holds its lock for a moment loses or wins one or two.
    private static let racesWithNobody = 8

    func remember(_ draft: Draft) async throws {
        try await journal.committing(
            draft.commits.flatMap { commit in commit.intents.map { (commit.id, $0) } }, at: now().wall)
        reached(.committed)
    }

    /// False when another push came first.
    private func push(_ draft: Draft, onto head: ObjectID) async throws -> Bool {
        guard case .accepted = try await send(draft, to: reconciler.settings.branch, expecting: head) else {
            return false
        }
        reached(.pushed)
        try await journal.done(
            draft.commits.flatMap { commit in commit.intents.map { ($0, commit.id) } }, at: now().wall)
        reached(.recorded)
        log.info("pushed", metadata: ["commits": "\(draft.commits.count)", "tip": "\(draft.head)"])
        _ = await reconciler.reconcile()
        return true
    }
}

/// A flush that could not end; the intents stay owed.
package struct WriteBackError: Error, CustomStringConvertible {
    package var description: String
}
