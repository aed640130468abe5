/// What `require.signedBy` still asks after commits that loosened it, and that none of those whom it names signed.
///
/// Only a commit that one of them signed loosens; after another one, what stood before it stands, beside what the policies say now.
package struct StandingSignatures: Sendable, Equatable, Codable {
    /// A machine whose manifest was changed so that a rule no longer picks it: the rules go on by what it was.
    package struct Left: Sendable, Equatable, Codable {
        var namespace: String
        var name: String
        var labels: [String: String]
        var path: String
        /// The commit that did it, for a person.
        package var loosenedBy: String

        init(_ host: Host, loosenedBy: String = "") {
            namespace = host.id.namespace
            name = host.id.name
            labels = host.labels
            path = host.location.path
            self.loosenedBy = loosenedBy
        }

        var host: Host {
            Host(
                id: Host.ID(namespace: namespace, name: name), labels: labels, location: SourceLocation(path: path))
        }
    }

    /// In force where they are not the policies' own: these are looser.
    package var rules: SignatureRules?
    /// The commit that loosened them, for a person.
    package var loosenedBy: String?
    package var left: [MACAddress: Left] = [:]

    package init() {}
}

extension Inventory {
    /// Nothing but a commit that one of their names signed loosens these.
    package var signaturesInForce: SignatureRules { signatures.rules ?? rules.signatures }

    /// What must be satisfied to arm this interface, each by one of its names.
    package func signatureRules(for interface: Interface) -> [SignatureRule] {
        let inForce = signaturesInForce
        let asked = [
            inForce.rule(for: interface.host),
            signatures.rules == nil ? nil : rules.signatures.rule(for: interface.host),
            signatures.left[interface.mac].flatMap { inForce.rule(for: $0.host) },
        ]
        var found: [SignatureRule] = []
        for rule in asked.compactMap({ $0 }) where !found.contains(rule) { found.append(rule) }
        return found
    }

    /// Only commits that somebody signed may arm one of these in the step from an inventory to this one.
    package func asksForSignature(_ macs: Set<MACAddress>, from old: Inventory) -> Bool {
        macs.contains { mac in
            guard let interface = self[mac] else { return false }
            return !signatureRules(for: interface).isEmpty || !old.signatureRules(for: interface).isEmpty
        }
    }

    /// This step loosens what `signedBy` asks, unless somebody signed it.
    package func loosensSignatures(of old: Inventory, _ step: Step, touched: Set<MACAddress>) -> Bool {
        var unsigned = self
        var step = step
        step.signedBy = []
        unsigned.keepSignatures(of: old, step, touched: touched)
        let changes = unsigned.signatures.rules != nil && old.rules.signatures != rules.signatures
        return changes || !touched.isDisjoint(with: unsigned.signatures.left.keys)
    }

    /// Takes over from the inventory before this step what its signers don't loosen. Call with the step's signers known, before `observe`.
    package mutating func keepSignatures(of old: Inventory, _ step: Step, touched: Set<MACAddress>) {
        guard step.kind != .firstSight else {
            signatures = StandingSignatures()
            return
        }
        signatures = old.signatures
        let commit = "\(step.commit.short) (\(step.author))"
        if signatures.rules != nil || old.rules != rules { keepRules(of: old, step, commit) }
        let inForce = signaturesInForce
        if inForce.rules.isEmpty {
            signatures.left = [:]
            return
        }
        if step.isOwn {
            keepBound(of: old, touched)
            return
        }
        for mac in old.rules == rules ? touched : touched.union(signatures.left.keys) {
            let (before, now) = (old[mac]?.host, self[mac]?.host)
            guard let left = signatures.left[mac] ?? before.map({ .init($0, loosenedBy: commit) }) else { continue }
            let asked = inForce.rule(for: left.host)
            let asks = now.flatMap { inForce.rule(for: $0) }
            let isOther = now.map { StandingSignatures.Left($0) } != before.map { StandingSignatures.Left($0) }
            let isSigned = asked.map { isOther && !$0.names.isDisjoint(with: step.signedBy) } ?? true
            let isKept = asked.map { asks?.names.isSubset(of: $0.names) ?? false } ?? true
            signatures.left[mac] = isSigned || isKept ? nil : left
        }
    }

    /// Our commits change no label, but give a host that waited to be seen its MAC.
    private mutating func keepBound(of old: Inventory, _ touched: Set<MACAddress>) {
        for key in touched where key.isUnseen && self[key] == nil {
            guard let left = signatures.left.removeValue(forKey: key), let id = old[key]?.host.id else { continue }
            for spec in self[id]?.host.interfaces ?? [] where old[spec.mac] == nil { signatures.left[spec.mac] = left }
        }
    }

    private mutating func keepRules(of old: Inventory, _ step: Step, _ commit: String) {
        let (before, after) = (old.rules.signatures, rules.signatures)
        let kept = old.signaturesInForce.following(from: before, to: after, signedBy: step.signedBy)
        if after.loosened(from: kept).isEmpty {
            (signatures.rules, signatures.loosenedBy) = (nil, nil)
        } else {
            (signatures.rules, signatures.loosenedBy) = (kept, signatures.loosenedBy ?? commit)
        }
    }

    /// Remembers what is asked of a host that is forgotten without a commit.
    package mutating func keepSignatures(ofForgotten host: Host) {
        guard signaturesInForce.rule(for: host) != nil else { return }
        for spec in host.interfaces where signatures.left[spec.mac] == nil {
            signatures.left[spec.mac] = .init(host, loosenedBy: "its loss")
        }
    }

    /// What this step loosened without a signature, for the journal.
    package func signatureAlerts(since old: Inventory, _ step: Step) -> [Event] {
        var events: [Event] = []
        if let rules = signatures.rules, old.signatures.rules == nil || old.rules.signatures != self.rules.signatures {
            for rule in self.rules.signatures.loosened(from: rules) {
                events.append(Event(.alert, standing(rule, by: signatures.loosenedBy), commit: step.commit))
            }
        }
        for (mac, left) in signatures.left where old.signatures.left[mac] == nil || old[mac] == nil {
            guard let host = self[mac]?.host.id else { continue }
            events.append(Event(.alert, host: host, mac: mac, standing(left), commit: step.commit))
        }
        return events.sorted { ($0.host?.description ?? "", $0.detail) < ($1.host?.description ?? "", $1.detail) }
    }

    /// What stands beside the policies of now, with the place of what says it.
    package var signatureDiagnostics: [Diagnostic] {
        let loosened = signatures.rules.map { rules.signatures.loosened(from: $0) } ?? []
        let ofPolicies = loosened.map {
            Diagnostic(.warning, at: $0.location, standing($0, by: signatures.loosenedBy))
        }
        return ofPolicies
            + signatures.left.compactMap { mac, left in
                self[mac].map {
                    Diagnostic(.warning, at: $0.host.location, "\($0.host.id) (\(mac)): \(standing(left))")
                }
            }
    }

    package var asksForSignatures: Bool { !(rules.signatures.rules + signaturesInForce.rules).isEmpty }

    /// A commit that nobody can sign arms nothing, and nothing else would say so.
    package var keyless: [Diagnostic] {
        guard let known = knownSigners else { return [] }
        return Set(rules.signatures.rules + signaturesInForce.rules).compactMap { rule in
            let unknown = rule.names.subtracting(known)
            guard !unknown.isEmpty else { return nil }
            let who = unknown == rule.names ? "no commit can arm its hosts" : "only the others can arm its hosts"
            return Diagnostic(
                .warning, at: rule.location,
                "policy \(rule.policy) asks for a signature of \(rule.names.words), and no key is known of \(unknown.words): \(who); "
                    + "add one to the signers (`inventory.allowedSigners`, `inventory.openPGPKeys`)")
        }
    }

    private func standing(_ rule: SignatureRule, by commit: String?) -> String {
        "policy \(rule.policy) asks for a signature of \(rule.names.words): \(commit ?? "a commit") loosens that, and none of them signed it, "
            + "so it stands; \(signAdvice)"
    }

    private func standing(_ left: StandingSignatures.Left) -> String {
        let rule = signaturesInForce.rule(for: left.host)
        return
            "\(left.loosenedBy) takes it out of policy \(rule?.policy ?? "") and is not signed by \(rule?.names.words ?? "anybody"), "
            + "whose signature it still needs; \(signAdvice)"
    }
}

private let signAdvice = "take that commit back (`git revert`); if it is meant, revert the revert in a signed commit"

extension Set<String> {
    /// In order, for a sentence.
    package var words: String { sorted().joined(separator: " or ") }
}
