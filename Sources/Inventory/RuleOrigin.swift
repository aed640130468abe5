import HashTreeCollections

/// What a rule's answer comes from: a place in the repo, and the commit that did it.
package struct RuleOrigin: Sendable, Equatable {
    package var location: SourceLocation?
    package var provenance: Provenance?

    private init(_ location: SourceLocation?, _ provenance: Provenance? = nil) {
        self.location = location
        self.provenance = provenance
    }

    /// Nil where nothing in the repo decides.
    package init?(of rule: BootRule, for interface: Interface, in standing: Standing) {
        let inventory = standing.inventory
        let host = interface.host
        let state = interface.state
        let arming = interface.arming.flatMap { standing.ledger[$0] }
        func policy(_ field: String) -> RuleOrigin? {
            inventory.origin(of: field, for: host).map { RuleOrigin($0.location) }
        }
        func commit(_ provenance: Provenance?) -> RuleOrigin? { provenance.map { RuleOrigin($0.location, $0) } }
        let found: RuleOrigin? =
            switch rule {
            case .journal: nil
            case .present: RuleOrigin(inventory.trouble(of: interface).first?.location ?? host.location)
            case .on:
                // A flag that a file shows and no commit explains yet: it is held, or was never seen.
                RuleOrigin(interface.spec.netbootLocation, state?.isOn == interface.spec.isOn ? state?.since : nil)
            case .notSuspended: interface.stop.map { RuleOrigin($0.location) }
            case .unspent:
                arming?.ending == .disarmed ? commit(state?.since) : commit(arming?.arming.provenance)
            case .notHeld: commit(state?.since)
            case .recorded: commit(arming?.arming.provenance)
            case .attempts: policy("attempts")
            case .deadline: policy("expireAfter")
            case .allowed: policy("netboot")
            case .notFrozen: policy("freeze")
            case .policy: inventory.policyTroubles(for: host).first.map { RuleOrigin($0.location) }
            case .machine: policy("require.serial") ?? policy("require.uuid")
            case .plan:
                RuleOrigin(
                    interface.spec.bootsOnItsOwn
                        ? interface.spec.netbootLocation : interface.settings.profile?.location ?? host.location)
            case .current: policy("outdatedAfter")
            case .turn: policy("limits.armedAtOnce")
            case .seen: RuleOrigin(host.location)
            }
        guard let found else { return nil }
        self = found
    }
}

extension Inventory {
    /// Why a host that is there has no permission: what is wrong in its file, or who else claims its MAC or its name.
    package func trouble(of interface: Interface) -> [Diagnostic] {
        switch interface.suspension {
        case .broken?:
            return files[interface.host.location.path]?.parsed.diagnostics.filter { $0.severity == .error } ?? []
        case .duplicate?:
            let claims = (claims[interface.mac] ?? []).compactMap { entry(of: $0)?.host.location }
            let twins = entries[interface.host.id]?.map(\.host.location) ?? []
            return Set(claims + twins).sorted { ($0.path, $0.line) < ($1.path, $1.line) }.map {
                Diagnostic(.error, at: $0, "claims \(interface.mac) or the name \(interface.host.id)")
            }
        case .lost?, nil: return []
        }
    }
}

extension InterfaceSpec {
    /// The manifest says what to boot, and no profile is asked.
    fileprivate var bootsOnItsOwn: Bool { ipxe?.contents != nil || ipxe?.url != nil || osie?.kernel != nil }
}
