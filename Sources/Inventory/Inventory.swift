import HashTreeCollections

/// The hosts of the inventory repo at one commit, with what is remembered of every MAC ever seen.
///
/// A persistent value: a one-file commit costs a few entries, whatever the number of hosts.
package struct Inventory: Sendable {
    /// The tip that this is the inventory of; nil before the first.
    package var tip: CommitID?
    /// When the remote was last read without an error.
    package var lastGoodFetch: Instant?
    package internal(set) var files: TreeDictionary<String, File> = [:]
    /// More than one entry under an id is the same host twice.
    package internal(set) var entries: TreeDictionary<Host.ID, [Entry]> = [:]
    /// Every place that claims a MAC; more than one makes a duplicate.
    package internal(set) var claims: TreeDictionary<MACAddress, [Claim]> = [:]
    package var states: TreeDictionary<MACAddress, InterfaceState> = [:]
    package internal(set) var rules = PolicyRules()
    /// Beyond what `rules` say of signatures.
    package var signatures = StandingSignatures() { didSet { revision = Revision() } }
    /// Names under which a key is known; nil where nobody has looked.
    package var knownSigners: Set<String>? {
        didSet { if knownSigners != oldValue { revision = Revision() } }
    }
    /// Files that hold policies or profiles, or held them when they last were good.
    var policyPaths: Set<String> = []
    /// What stands at each path of `templatePaths`, with the id of its content.
    var templates: [String: Delta.TemplateChange] = [:]
    /// Files that don't parse.
    package internal(set) var brokenPaths: Set<String> = []

    /// Another one whenever the diagnostics may be others: what is costly to find out can be kept with it.
    package internal(set) var revision = Revision()

    package init() {}

    /// Known by its identity.
    package final class Revision: Sendable {}

    /// One file as it was last read, and as it last was good.
    package struct File: Sendable {
        package var parsed: ParsedFile
        /// Hosts, policies and profiles in force: of the file itself, or of its last good version.
        package var inForce: ParsedFile
        /// Content id of the version in force; nil when none was ever good.
        package var goodContent: String?
        /// It was broken when this repo was first seen, so that nobody knows what was on in it.
        package var isUnseen = false
    }

    /// A host with what its policies say of it.
    package struct Entry: Sendable {
        package var host: Host
        package var settings: HostPolicy
        /// Set on hosts that keep their lease and lose their permission.
        package var suspension: Suspension?
        package var path: String
        /// Position among the hosts of its file.
        var ordinal: Int
        /// Content id of the file version that it comes from.
        package var content: String?
    }

    /// A manifest's claim to a MAC.
    package struct Claim: Sendable, Hashable {
        package var host: Host.ID
        package var path: String
        var ordinal: Int
        /// Position among the host's interfaces.
        package var index: Int
    }

    /// The interface with this MAC; nil for a MAC that no manifest names.
    package subscript(mac: MACAddress) -> Interface? {
        guard let claims = claims[mac], let claim = claims.first, let entry = entry(of: claim) else { return nil }
        let isDuplicate = claims.count > 1 || (entries[claim.host]?.count ?? 0) > 1
        return Interface(
            mac: mac, host: entry.host, spec: entry.host.interfaces[claim.index], settings: entry.settings,
            suspension: isDuplicate ? .duplicate : entry.suspension, state: states[mac])
    }

    package subscript(id: Host.ID) -> Entry? { entries[id]?.first }

    /// What these policies say of a host, also of one that stands elsewhere or looks otherwise here.
    package func settings(for host: Host) -> HostPolicy { rules.settings(for: host) }

    package func state(of mac: MACAddress) -> InterfaceState? { states[mac] }

    package mutating func remember(_ state: InterfaceState, of mac: MACAddress) { states[mac] = state }

    /// Hosts that manifests name, lost ones not counted.
    package var hostCount: Int { entries.count - lost.count }

    /// Hosts that one commit lost with more than half of the others.
    package internal(set) var lost: Set<Host.ID> = []
}

/// One interface as a decision sees it.
package struct Interface: Sendable {
    package var mac: MACAddress
    package var host: Host
    package var spec: InterfaceSpec
    package var settings: HostPolicy
    package var suspension: Suspension?
    package var state: InterfaceState?

    package var arming: Arming.ID? { state?.arming }

    package init(
        mac: MACAddress, host: Host, spec: InterfaceSpec, settings: HostPolicy = HostPolicy(),
        suspension: Suspension? = nil,
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
    /// The last value of the host's annotation `bootlatch.dev/arm`.
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

/// Hosts that a manifest gives this address, or whose script went to it, in order. Looks at every host and at every boot.
package func hosts(at address: IPv4Address, in standing: Standing) -> [Host.ID] {
    var hosts: Set<Host.ID> = []
    for entry in standing.inventory.entries.values.joined() {
        if entry.host.interfaces.contains(where: { $0.dhcp.address == address }) { hosts.insert(entry.host.id) }
    }
    for boot in standing.ledger.boots.values where boot.address == address {
        guard let arming = standing.ledger[boot.arming]?.arming else { continue }
        hosts.formUnion(standing.inventory.hosts(of: boot.mac, armedAs: arming.host))
    }
    return hosts.sorted()
}

extension Inventory {
    /// Every host that claims this MAC; a MAC that none claims is held under the name that it was armed by.
    package func hosts(of mac: MACAddress, armedAs host: Host.ID) -> Set<Host.ID> {
        let hosts = hosts(claiming: mac)
        return hosts.isEmpty ? [host] : hosts
    }
}
