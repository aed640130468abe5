import Git
import Inventory
import Logging

extension Reconciler {
    var signerSource: SignerSource { SignerSource(repository: repository, paths: settings.signers, log: log) }

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

    /// Only signed commits may arm one of these interfaces.
    func asksForSignature(_ macs: Set<MACAddress>, from old: Inventory, to new: Inventory) -> Bool {
        macs.contains { mac in
            guard let interface = new[mac] else { return false }
            return !new.signatureRules(for: interface).isEmpty || !old.signatureRules(for: interface).isEmpty
        }
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
