import FoundationEssentials
import Git
import Inventory
import Logging

/// The allowed signers of the repo, by their file's content.
///
/// Only a commit that one of them signed changes them; after another one that touches the file, those of before stay in force.
struct Signers: Sendable {
    /// Nil where there never were any.
    var inForce: ObjectID?
    /// What the file holds at the tip.
    var atTip: ObjectID?
}

extension Reconciler {
    /// The file is outside of the repo, and its owner's business.
    private var isOutside: Bool { settings.allowedSigners.hasPrefix("/") }

    func signersFile(in commit: ObjectID) async throws -> ObjectID? {
        guard !isOutside, let entry = try await repository.entry(at: settings.allowedSigners, in: commit) else {
            return nil
        }
        return [.file, .executable].contains(entry.kind) ? entry.id : nil
    }

    /// Takes over the signers that a step brings, or tells that it may not bring them.
    func follow(_ leg: Leg, _ signers: inout Signers) async throws -> Event? {
        guard !isOutside else { return nil }
        let before = signers
        signers.atTip = try await signersFile(in: leg.to)
        if leg.kind == .firstSight || before.inForce == nil {
            signers.inForce = signers.atTip
            return nil
        }
        if signers.atTip == before.atTip || signers.atTip == before.inForce { return nil }
        if await signer(of: leg.to, before) != nil {
            signers.inForce = signers.atTip
            return nil
        }
        return Event(
            .alert,
            "\(settings.allowedSigners) was changed by a commit that none of its signers signed: those of before stay in force. "
                + "Sign the change, or take it back",
            commit: CommitID("\(leg.to)"))
    }

    /// A policy, before the commit or after it, lets only signed commits arm one of these interfaces.
    func asksForSignature(_ macs: Set<MACAddress>, from old: Inventory, to new: Inventory) -> Bool {
        macs.contains { mac in
            guard let interface = new[mac] else { return false }
            return interface.settings.require.signedBy != nil
                || old.settings(for: interface.host).require.signedBy != nil
        }
    }

    /// Who signed a commit, by the keys in force before it. What can't be verified is not signed: a pass goes on, for it may turn off.
    func signer(of commit: ObjectID, _ signers: Signers) async -> String? {
        do {
            guard let keys = try await keys(signers) else { return nil }
            return try await repository.signer(of: commit, among: keys)
        } catch {
            log.error("signature not verified", metadata: ["commit": "\(commit)", "error": "\(error)"])
            return nil
        }
    }

    private func keys(_ signers: Signers) async throws -> [UInt8]? {
        if isOutside { return try Array(Data(contentsOf: URL(filePath: settings.allowedSigners))) }
        guard let id = signers.inForce else { return nil }
        return try await repository.blob(id, limit: 1 << 20)
    }

    /// Files that are in force in another version than the tip's, by their content; nil where no version ever was.
    func retained(_ inventory: Inventory, _ signers: Signers) -> [String: String?] {
        var retained = inventory.retained
        if signers.inForce != signers.atTip {
            retained.updateValue(signers.inForce.map { "\($0)" }, forKey: settings.allowedSigners)
        }
        return retained
    }
}
