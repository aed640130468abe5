/// Something that happened to a machine, for the journal and `bootlatch events`.
package struct Event: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case armed, held, seen, moved, turnedOff, spent, accepted
        case boot, kernel, report, refused
        case suspended, resumed
        case committed, blocked, proposed, dropped
        case lost, broken, alert
    }

    /// How the detail of an alert begins that is about a machine which is refused and does not come up.
    package static let diskNotReached = "refusal does not reach the disk"

    package var kind: Kind
    package var host: Host.ID?
    package var mac: MACAddress?
    /// One line for a person, without the host's name.
    package var detail: String
    package var commit: CommitID?

    package init(_ kind: Kind, host: Host.ID? = nil, mac: MACAddress? = nil, _ detail: String, commit: CommitID? = nil)
    {
        self.kind = kind
        self.host = host
        self.mac = mac
        self.detail = detail
        self.commit = commit
    }
}
