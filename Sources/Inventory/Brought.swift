import HashTreeCollections

/// What a merge brings of the commits that turned interfaces on, and who signed those.
///
/// A merge that does nothing by itself arms what a branch turned on when all of them are signed.
package struct Brought: Sendable, Equatable {
    /// A commit of the branch that had a say in turning an interface on.
    package struct Commit: Sendable, Equatable {
        package var id: CommitID
        package var signedBy: Set<String>
        /// Why there are none, a sentence about the commit.
        package var trouble: String?

        package init(_ id: CommitID, signedBy: Set<String>, trouble: String? = nil) {
            self.id = id
            self.signedBy = signedBy
            self.trouble = trouble
        }
    }

    package var commits: [MACAddress: [Commit]] = [:]
    /// Why the branch's signatures don't count for an interface.
    package var refused: [MACAddress: String] = [:]

    package init() {}
}

extension Step {
    /// Those of the interfaces that a policy lets only signed commits arm, and this step's signature does not.
    package func unsigned(_ interfaces: [Interface], from old: Inventory, to new: Inventory) -> [Interface] {
        interfaces.filter { interface in
            (old.signatureRules(for: interface) + new.signatureRules(for: interface)).contains {
                isOwn || $0.names.isDisjoint(with: signedBy)
            }
        }
    }
}

extension Observer {
    /// A rule whose signature this step misses. Our own commits are nobody's signature.
    func missingRule(for interface: Interface) -> SignatureRule? {
        asked(of: interface).first { rule in
            if step.isOwn { return true }
            if !rule.names.isDisjoint(with: step.signedBy) { return false }
            let brought = broughtCommits(for: interface)
            return brought.isEmpty || brought.contains { rule.names.isDisjoint(with: $0.signedBy) }
        }
    }

    private func asked(of interface: Interface) -> [SignatureRule] {
        old.signatureRules(for: interface) + new.signatureRules(for: interface)
    }

    /// None where the same permission stood in the inventory before: it comes from there, not from the branch.
    private func broughtCommits(for interface: Interface) -> [Brought.Commit] {
        guard let brought = step.brought, brought.refused[interface.mac] == nil else { return [] }
        let wasOn = old.states[interface.mac]?.isOn == true
        if old.isClaimedOn(interface.mac, annotation: wasOn ? interface.host.armAnnotation : nil) { return [] }
        return brought.commits[interface.mac] ?? []
    }

    /// With who had to sign, and what is wrong with the signature.
    func unsignedExplanation(_ interface: Interface) -> String {
        let found =
            step.isOwn
            ? "it is Bootlatch's own"
            : step.signatureTrouble
                ?? (step.signedBy.isEmpty ? "it bears no signature" : "it is signed by \(step.signedBy.words)")
        let isMoved = observation.moved.values.contains(interface.mac)
        return
            "\(isMoved ? "the commit that edited its MAC or its label" : "its commit") must be signed by \(asked(of: interface).signers), and \(found)\(branchExplanation(interface)); "
            + "turn it off and on, or change bootlatch.dev/arm, by a signed commit, or run `bootlatch reconcile --accept HOST`"
    }

    private func branchExplanation(_ interface: Interface) -> String {
        guard let brought = step.brought, let rule = missingRule(for: interface) else { return "" }
        if let reason = brought.refused[interface.mac] {
            return ". Signatures in what it merges don't count: \(reason)"
        }
        guard let commit = broughtCommits(for: interface).first(where: { rule.names.isDisjoint(with: $0.signedBy) })
        else { return ". No commit that it merges turned it on" }
        let signers = commit.signedBy.isEmpty ? "it bears no signature" : "it is signed by \(commit.signedBy.words)"
        return ". Of what it merges, \(commit.id.short) had a say in turning it on, and \(commit.trouble ?? signers)"
    }
}
