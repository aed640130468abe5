import HashTreeCollections

/// The hosts of the inventory repo at one commit, with what is remembered of every MAC ever seen.
///
/// A persistent value: a one-file commit costs a few entries, whatever the number of hosts.
package struct Inventory: Sendable {
    /// A host with what its policies say of it.
    package struct Entry: Sendable {
        package var host: Host
        package var settings: Settings
        /// Set on hosts that keep their lease and lose their permission.
        package var suspension: Suspension?
    }

    /// One file as it was last read, and as it last was good.
    package struct File: Sendable {
        package var parsed: ParsedFile
        /// Hosts, policies and profiles in force: of the file itself, or of its last good version.
        package var inForce: ParsedFile
        /// Content id of the last good version; nil when none was ever good.
        package var goodContent: String?
        package var suspension: Suspension?
        /// It was broken when this repo was first seen, so that nobody knows what was on in it.
        package var isUnseen = false
    }

    /// The tip that this is the inventory of; nil before the first.
    package var tip: CommitID?
    /// When the remote was last read without an error.
    package var lastGoodFetch: Instant?
    package internal(set) var files: TreeDictionary<String, File> = [:]
    package internal(set) var entries: TreeDictionary<Host.ID, Entry> = [:]
    /// Every place that claims a MAC; more than one makes a duplicate.
    internal(set) package var claims: TreeDictionary<MACAddress, [Claim]> = [:]
    package internal(set) var states: TreeDictionary<MACAddress, InterfaceState> = [:]
    /// Policies in force, in the order of their paths.
    package internal(set) var policies: [BootPolicy] = []
    package internal(set) var profiles: [String: BootProfile] = [:]
    /// Policy files that are broken, with their last good rules in force or without any.
    package internal(set) var brokenPolicyFiles: [String] = []

    package init() {}

    /// A manifest's claim to a MAC.
    package struct Claim: Sendable, Hashable {
        package var host: Host.ID
        package var path: String
        package var index: Int
    }

    /// The one interface with this MAC; nil for a MAC that no manifest names.
    package subscript(mac: MACAddress) -> Interface? {
        guard let claims = claims[mac], let claim = claims.first, let entry = entries[claim.host],
            entry.host.interfaces.indices.contains(claim.index)
        else { return nil }
        return Interface(
            mac: mac, host: entry.host, spec: entry.host.interfaces[claim.index], settings: entry.settings,
            suspension: claims.count > 1 ? .duplicate : entry.suspension, state: states[mac])
    }

    package subscript(id: Host.ID) -> Entry? { entries[id] }

    /// Every diagnostic of loading the files, in the order of their places.
    package var diagnostics: [Diagnostic] {
        (files.values.flatMap(\.parsed.diagnostics) + crossFileDiagnostics)
            .sorted {
                ($0.location.path, $0.location.line, $0.location.column) < (
                    $1.location.path, $1.location.line, $1.location.column
                )
            }
    }
}

/// One interface as a decision sees it.
package struct Interface: Sendable {
    package var mac: MACAddress
    package var host: Host
    package var spec: InterfaceSpec
    package var settings: Settings
    package var suspension: Suspension?
    package var state: InterfaceState?

    package var arming: Arming.ID? { state?.arming }

    package init(
        mac: MACAddress, host: Host, spec: InterfaceSpec, settings: Settings, suspension: Suspension? = nil,
        state: InterfaceState? = nil
    ) {
        self.mac = mac
        self.host = host
        self.spec = spec
        self.settings = settings
        self.suspension = suspension
        self.state = state
    }
}

/// What is remembered of one MAC over the whole inventory, through moves, renames and absence.
package struct InterfaceState: Sendable, Equatable {
    /// The last explicit value: an absent or broken host keeps it.
    package var isOn: Bool
    package var arming: Arming.ID?
    package var hold: Hold?
    /// It is off by one of our own commits, not by hand.
    package var isOffByUs = false
    package var armAnnotation: String?
    package var host: Host.ID
    /// What last turned it on or off.
    package var since: Provenance

    package init(isOn: Bool, host: Host.ID, since: Provenance) {
        self.isOn = isOn
        self.host = host
        self.since = since
    }
}

/// What the policies say of one host, field by field from the most specific one.
package struct Settings: Sendable, Equatable {
    package var netboot: BootPolicy.Netboot = .allow
    package var profile: BootProfile?
    package var attempts = Attempts()
    /// Seconds.
    package var expireAfter: Int64 = 24 * 3600
    package var refuse = RefusePolicy()
    package var armedPerCommit = 10
    /// A policy file that rules this host is broken, contradicts another, or never was good.
    package var isPolicyBroken = false

    package init() {}
}
