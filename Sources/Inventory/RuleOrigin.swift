import HashTreeCollections

/// What a rule's answer comes from: a place in the repo, and the commit that did it.
package struct RuleOrigin: Sendable, Equatable {
    package var location: SourceLocation?
    package var provenance: Provenance?
    /// The version of the file in which the place stands, as the id of its content; nil for the processed tip's.
    package var content: String?
    /// Who wrote what stands there can be asked of the repo.
    package private(set) var isInFile = true

    private init(_ location: SourceLocation?, _ provenance: Provenance? = nil) {
        self.location = location
        self.provenance = provenance
    }

    /// A policy's field, as a policy writes it: `refuse.pxe`. Nil where no policy says anything.
    package init?(field: String, for host: Host, in inventory: Inventory) {
        guard let location = inventory.origin(of: field, for: host)?.location else { return nil }
        self.init(location, of: inventory)
    }

    /// What a policy asks of commits; what no policy says any more has a place that nobody finds in the repo.
    package init(_ rule: SignatureRule, in inventory: Inventory) {
        self.init(rule.location, of: inventory)
        isInFile = inventory.rules.signatures.rules.contains { $0 == rule && $0.location == rule.location }
    }

    private init(_ location: SourceLocation, of inventory: Inventory) {
        self.location = location
        content = inventory.content(of: location)
    }

    /// Nil where nothing in the repo decides. `refusal` is what the rule has against a boot.
    package init?(of rule: BootRule, _ refusal: Refusal? = nil, for interface: Interface, in standing: Standing) {
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
            case .attempts:
                (arming.map { standing.ledger.hasUsedEarly($0) } == true ? policy("attempts.early") : nil)
                    ?? policy("attempts.full") ?? policy("attempts.early")
            case .deadline: policy("expireAfter")
            case .allowed: policy("netboot")
            case .notFrozen: policy("freeze")
            case .policy: inventory.policyTroubles(for: host).first.map { RuleOrigin($0.location) }
            case .machine:
                (refusal == .held(.wrongUUID) ? nil : policy("require.serial")) ?? policy("require.uuid")
            case .plan:
                RuleOrigin(
                    interface.answerTroubles.first?.location
                        ?? (interface.spec.bootsOnItsOwn
                            ? interface.spec.netbootLocation : interface.settings.profile?.location ?? host.location))
            case .current: policy("outdatedAfter")
            case .turn: policy("limits.armedAtOnce")
            case .seen: policy("introduce") ?? RuleOrigin(host.location)
            }
        guard let found else { return nil }
        self = found
        // What is wrong with a broken file stands in the file as it is now.
        let isOfTip = rule == .policy || rule == .present && interface.suspension == .broken
        content = isOfTip ? nil : location.flatMap { inventory.content(of: $0) }
    }
}

extension Inventory {
    /// The version of its file that a place of what is in force stands in, as the id of its content: of a broken file the last good one.
    /// Nil for a file that never was good, or is gone.
    package func content(of location: SourceLocation) -> String? {
        files[location.path]?.goodContent
            ?? lost.lazy.compactMap { self[$0] }.first { $0.path == location.path }?.content
    }

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
    var bootsOnItsOwn: Bool { ipxe?.contents != nil || ipxe?.url != nil || osie?.kernel != nil }
}
