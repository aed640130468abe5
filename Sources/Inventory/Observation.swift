/// What one step of the walk over the repo's history means for armings.
package struct Observation: Sendable {
    /// States that changed, by MAC.
    package var states: [MACAddress: InterfaceState] = [:]
    package var armings: [Arming] = []
    /// Unspent armings that a hand turned off.
    package var disarmed: [Arming.ID] = []
    /// Unspent armings that follow their interface to another MAC.
    package var moved: [Arming.ID: MACAddress] = [:]
    /// Spent armings whose disarm commit a force push dropped: the commit is owed again.
    package var dropped: [Arming.ID] = []
    /// Those of `dropped` that were dropped too often: nothing more is written about them.
    package var stopped: Set<Arming.ID> = []
    /// Armings whose hold a person lifted, with the deadline that runs from there.
    package var accepted: [Arming.ID: Instant] = [:]
    /// Unspent armings that nobody can be sure of any more.
    package var held: [Arming.ID: Hold] = [:]
    package var events: [Event] = []
    /// What labels newly say of the machines behind MACs that are known: no host that waits to be seen is recognised by it any more.
    package var identities: [MACAddress: Identity] = [:]

    package init() {}

    package var isEmpty: Bool {
        states.isEmpty && armings.isEmpty && disarmed.isEmpty && moved.isEmpty && dropped.isEmpty && accepted.isEmpty
            && held.isEmpty && events.isEmpty && identities.isEmpty
    }
}

/// The UUID and serial that labels name.
package struct Identity: Sendable, Hashable {
    package var uuid: String?
    package var serial: String?

    init?(_ host: Host?) {
        guard let host, host.uuid != nil || host.serial != nil else { return nil }
        uuid = host.uuid
        serial = host.serial
    }
}

/// One commit of the walk, or one update that can't be walked.
package struct Step: Sendable {
    package enum Kind: Sendable, Equatable {
        /// The repo, its URL or its branch was not known before.
        case firstSight
        /// A commit that descends from the one before.
        case commit
        /// A non-fast-forward update, with the armings whose disarm commit it dropped.
        case rewrite(dropped: Set<Arming.ID>)
    }

    package var kind: Kind
    package var commit: CommitID
    package var author: String
    package var committedAt: Instant
    /// We wrote this commit.
    package var isOwn: Bool
    /// MACs that this merge turned on from a branch older than our last disarm of them.
    package var stale: Set<MACAddress> = []
    /// Names of those whose valid signature the commit bears, by the keys of the commit before it.
    package var signedBy: Set<String> = []
    /// The walk meets commits of ours that the journal has forgotten: it may have forgotten what became of this one's armings, too.
    package var isForgotten = false
    /// Why there are none, where somebody asked.
    package var signatureTrouble: String?
    /// Of a merge, where the signatures of its branch were asked for.
    package var brought: Brought?

    package init(_ kind: Kind, commit: CommitID, author: String, committedAt: Instant, isOwn: Bool = false) {
        self.kind = kind
        self.commit = commit
        self.author = author
        self.committedAt = committedAt
        self.isOwn = isOwn
    }
}

/// What observing needs beside the inventories.
package struct Observing {
    package var now: Instant
    /// The last good poll before this pass; nil when there was none.
    package var lastGoodPoll: Instant?
    package var ledger: Ledger
    /// Commits that armed a host, with when the daemon saw them.
    package var recentArmings: (Host.ID) -> [(commit: CommitID, seenAt: Instant)]
    /// The step's commit armed this interface, or its host, in an earlier walk.
    package var hasArmed: (Interface) -> Bool
    /// Nil when the ids made beforehand are used up: the interface stays on without an arming, which is refused.
    package var makeID: () -> (id: Arming.ID, sequence: Int64)?
    /// Seconds after which the armings of a commit are to end at the latest, by its own words (`Bootlatch-For`).
    package var limit: (CommitID) -> Int64?

    package init(
        now: Instant, lastGoodPoll: Instant?, ledger: Ledger,
        recentArmings: @escaping (Host.ID) -> [(commit: CommitID, seenAt: Instant)],
        hasArmed: @escaping (Interface) -> Bool = { _ in false },
        makeID: @escaping () -> (id: Arming.ID, sequence: Int64)?,
        limit: @escaping (CommitID) -> Int64? = { _ in nil }
    ) {
        self.now = now
        self.lastGoodPoll = lastGoodPoll
        self.ledger = ledger
        self.recentArmings = recentArmings
        self.hasArmed = hasArmed
        self.makeID = makeID
        self.limit = limit
    }
}
