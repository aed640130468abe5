/// One permission to netboot, made when an interface is seen to turn on, and used at most once.
package struct Arming: Sendable, Equatable {
    /// Sortable by time, as a ULID: 26 characters of Crockford's base 32.
    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package var text: String
        package init(_ text: String) { self.text = text }
        package var description: String { text }
    }

    package var id: ID
    package var host: Host.ID
    /// The interface that it lets in; a MAC edited while on takes an unspent arming with it.
    package var mac: MACAddress
    package var provenance: Provenance
    /// Position in the journal: smaller than that of every boot and arming made later.
    package var sequence: Int64
    /// When the daemon saw it.
    package var seenAt: Instant
    package var deadline: Instant
    package var attempts: Attempts

    package init(
        id: ID, host: Host.ID, mac: MACAddress, provenance: Provenance, sequence: Int64, seenAt: Instant,
        deadline: Instant,
        attempts: Attempts
    ) {
        self.id = id
        self.host = host
        self.mac = mac
        self.provenance = provenance
        self.sequence = sequence
        self.seenAt = seenAt
        self.deadline = deadline
        self.attempts = attempts
    }
}

/// Where a change of an interface comes from.
package struct Provenance: Sendable, Hashable {
    package var commit: CommitID
    /// The name of the commit's author.
    package var author: String
    package var committedAt: Instant
    package var location: SourceLocation

    package init(commit: CommitID, author: String, committedAt: Instant, location: SourceLocation) {
        self.commit = commit
        self.author = author
        self.committedAt = committedAt
        self.location = location
    }
}

/// How an arming ended.
package enum Ending: String, Sendable, CaseIterable {
    /// The machine reported success.
    case provisioned
    /// The machine reported failure.
    case failed
    /// The deadline passed.
    case expired
    /// Every attempt was used.
    case exhausted
    /// Turned off by hand.
    case disarmed
}

/// Why an interface that is on may not netboot now.
package enum Hold: String, Sendable, CaseIterable {
    /// On since before Bootlatch knew this repo.
    case firstSight
    /// Turned on by a non-fast-forward update.
    case forcePush
    /// Its commit armed more hosts than one commit may.
    case overLimit
    /// A report with a token that we don't know came from an address of this host.
    case mismatched
    /// Turned on by a merge of a branch from before our last disarm.
    case stale
    /// No good fetch for too long.
    case outdated
    /// More armings of the host in a day than a human makes.
    case flapping
    /// MACs were swapped, or edited so that nobody can say which arming is whose.
    case ambiguous
    /// Its commit also loosened a guard that stood in its way.
    case loosened
    /// The journal was older than what it had written to the repo: nobody knows whether this was used.
    case oldState
    /// A maintenance stop: `bootlatch suspend`.
    case suspended
    /// A policy's `freeze` holds now.
    case frozen
    /// Older armings go first: `limits.armedAtOnce`.
    case queued
    /// A policy requires the serial, and the machine shows another one, none, or the manifest names none.
    case wrongSerial
    /// The same for the UUID.
    case wrongUUID
    /// A policy requires that `bootlatch.dev/arm` changes, and it did not.
    case noArmID
    /// A policy requires a signature that the arming commit does not have.
    case unsigned
    /// Turned on by a commit of ours: those turn off, or write a MAC.
    case ownCommit
    /// The policy file that rules this host is broken.
    case brokenPolicy
    /// On, but the journal knows no arming of it.
    case noRecord
}

/// Why an interface that is in the inventory may not netboot, whatever its arming says.
package enum Suspension: String, Sendable, CaseIterable {
    /// Its file no longer parses; the last good version still gives its lease.
    case broken
    /// Two manifests claim this MAC.
    case duplicate
    /// Its commit lost more than half of the hosts.
    case lost
}
