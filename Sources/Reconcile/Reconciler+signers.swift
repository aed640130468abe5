import Git
import HashTreeCollections
import Inventory
import Journal
import Logging

extension Reconciler {
    var signerSource: SignerSource { SignerSource(repository: repository, paths: settings.signers, log: log) }

    /// Finds out whose keys are known, where a policy asks for signatures. Keys outside of the repo change without a commit.
    func knownSigners(_ inventory: Inventory, _ signers: Signers) async -> Set<String>? {
        guard inventory.asksForSignatures, let keys = try? await signerSource.keys(signers.inForce) else { return nil }
        if let last = keyNames, last.keys == keys { return last.names }
        let names = try? await signerNames(in: keys)
        keyNames = (keys, names)
        return names
    }

    /// Takes over the signers that a step brings, or tells that it may not bring them.
    func follow(_ leg: Leg, _ signers: inout Signers) async throws -> [Event] {
        let files = try await signerSource.files(in: leg.to)
        if leg.kind == .firstSight {
            signers = Signers(files)
            return []
        }
        guard files != signers.atTip else { return [] }
        // The tip of a rewritten history may have been signed long ago, when other signers counted.
        let isSigned =
            leg.kind == .commit ? await !signature(of: leg.to, signers).names.isEmpty : false
        return signers.follow(files, isSigned: isSigned, settings.signers).map { path in
            Event(
                .alert,
                "\(path) was changed by a commit that none of the signers signed: those of before stay in force. "
                    + "Take that commit back (`git revert`); if it is meant, revert the revert in a signed commit",
                commit: CommitID("\(leg.to)"))
        }
    }

    /// Who signed what a merge brings for these interfaces. Nobody where history was rewritten since one of them was last armed, or turned
    /// on or off: what its branch brings may have been used before.
    func brought(by leg: Leg, turningOn interfaces: [Interface], _ walk: Walk) async throws -> Brought? {
        guard let old = leg.from, !interfaces.isEmpty else { return nil }
        let branch = BranchSignatures(
            repository: repository, paths: settings.paths, signers: signerSource, keys: walk.signers.inForce
        ) { [journal] commit in try await !journal.ownCommits(among: [CommitID("\(commit.id)")]).isEmpty }
        var brought = try await branch.brought(by: leg.to, after: old, turningOn: interfaces)
        var used = Dictionary(grouping: walk.ledger.records.values.map(\.arming), by: \.mac)
            .mapValues { $0.map(\.provenance.commit) }
        for mac in interfaces.map(\.mac) {
            if let state = walk.inventory.state(of: mac) { used[mac, default: []].append(state.since.commit) }
            for commit in Set(used[mac] ?? []) where await !isInHistory(commit, of: old) {
                brought.refused[mac] =
                    "\(commit.short), which armed it or turned it off before, is gone from the history"
            }
        }
        return brought
    }

    /// False also where nobody can say.
    private func isInHistory(_ commit: CommitID, of tip: ObjectID) async -> Bool {
        guard let id = ObjectID(hex: commit.hex), (try? await repository.commit(id)) != nil else { return false }
        return (try? await repository.isAncestor(id, of: tip)) == true
    }

    /// By the keys in force before the commit.
    func signature(of commit: ObjectID, _ signers: Signers) async -> CommitSignature {
        await signerSource.signature(of: commit, by: signers.inForce)
    }

    /// Files that are in force in another version than the tip's, by their content; nil where no version ever was.
    func retained(_ inventory: Inventory, _ signers: Signers) -> [String: String?] {
        inventory.retained.merging(signers.retained(settings.signers)) { $1 }
    }
}

extension Step {
    mutating func sign(_ signature: CommitSignature) {
        switch signature {
        case .by(let names): signedBy = names
        case .none(let reason): signatureTrouble = reason
        }
    }
}
