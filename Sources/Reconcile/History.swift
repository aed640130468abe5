import Inventory

/// What git alone tells of a host's permission, oldest first.
package struct History: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            /// It was turned on, or its `bootlatch.dev/arm` changed.
            case armed
            /// The same, and nobody is let in by it.
            case held
            /// It was turned off, by Bootlatch or by hand.
            case disarmed
            /// An edited MAC took the permission with it.
            case moved
            /// Bootlatch wrote a sighted MAC into its manifest.
            case bound
            /// Its manifest went while it was on.
            case removed
            case suspended, resumed
        }

        package var kind: Kind
        /// As it was called then; nil for everything.
        package var host: Host.ID?
        package var mac: MACAddress?
        /// One line for a person.
        package var detail: String
        /// How the arming ended, in Bootlatch's own commits.
        package var ending: String?
        package var evidence: String?
        /// Why somebody did it, in the words of the commit.
        package var reason: String?
        package var since: Provenance
    }

    package var host: Host.ID?
    package var tip: CommitID
    package var entries: [Entry]
    /// Commits are missing at its beginning.
    package var isShallow: Bool
}

/// Nobody knows such a host, or several are called so.
package struct HistoryError: Error, CustomStringConvertible {
    package var description: String
}
