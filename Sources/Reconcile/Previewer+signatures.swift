import Git
import Inventory

extension Previewer {
    /// Asks for a step what a daemon asks: whether a merge brings old values back, and who signed, where a policy wants to know. Verifying
    /// runs a program, so nothing else is verified.
    ///
    /// - Parameters:
    ///   - commit: the step's, where its signature is the one that a daemon will see.
    ///   - merge: where a branch may have brought what is turned on.
    func ask(
        about step: inout Step, _ next: CommitWalk.Next, _ walk: CommitWalk, _ signers: Signers, _ commit: Commit?,
        merge: Commit?, after old: ObjectID
    ) async throws {
        guard step.kind == .commit, !step.isOwn else { return }
        let turnedOn = next.turnedOn.sorted().compactMap { next.inventory[$0] }
        if let merge, merge.parents.count > 1 {
            step.stale = try await stale(turnedOn, merge: merge, after: old, in: walk.inventory)
        }
        let letIn = next.turnedOn.union(released(step, from: walk.inventory, to: next.inventory))
            .union(mayRelease(step, from: walk.inventory, to: next.inventory))
        let isAsked = next.inventory.asksForSignature(letIn, from: walk.inventory)
        let keys = signers.inForce
        if let commit,
            isAsked || next.inventory.loosensSignatures(of: walk.inventory, step, touched: next.touched)
        {
            step.sign(await self.signers.signature(of: commit.id, by: keys))
        }
        let unsigned = step.unsigned(turnedOn, from: walk.inventory, to: next.inventory)
        guard let merge, !unsigned.isEmpty else { return }
        let branch = BranchSignatures(repository: repository, paths: paths, signers: self.signers, keys: keys) {
            !Trailers($0.message).disarmed.isEmpty
        }
        step.brought = try await branch.brought(by: merge.id, after: old, turningOn: unsigned)
    }

    /// Goes on to a commit's keys.
    func follow(_ commit: ObjectID, _ step: Step, isMade: Bool, _ signers: inout Signers) async throws {
        let files = try await self.signers.files(in: commit)
        guard files != signers.atTip else { return }
        var isSigned = !step.signedBy.isEmpty
        if step.kind == .commit, isMade, !isSigned, step.signatureTrouble == nil {
            isSigned = await !self.signers.signature(of: commit, by: signers.inForce).names.isEmpty
        }
        _ = signers.follow(files, isSigned: isSigned, self.signers.paths)
    }
}
