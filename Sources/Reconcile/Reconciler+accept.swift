import Inventory
import Journal

/// `--accept` found nothing to accept.
package struct AcceptError: Error, CustomStringConvertible {
    package var description: String
}

extension Reconciler {
    /// Lifts the holds of a host, or forgets a lost one for good. Reconciles first, so that it speaks of the newest tip.
    ///
    /// - Throws: `AcceptError` with what to do instead, `JournalError`.
    package func accept(_ id: Host.ID) async throws -> PassReport {
        var report = await reconcile()
        if let failure = report.failure {
            throw AcceptError(description: "nothing accepted, the pass failed: \(failure)")
        }
        guard let entry = inventory[id] else {
            throw AcceptError(description: "no host \(id) in the inventory; `bootlatch status` lists them")
        }
        let now = now().wall
        let before = gate.current
        let macs = Set(entry.host.interfaces.map(\.mac))
        var observation = Observation()
        if inventory.lost.contains(id) {
            observation.events = [Event(.accepted, host: id, "lost for good")]
        } else {
            var ids = await journal.makeIDs(macs.count, at: now)[...]
            let states = macs.compactMap { inventory.state(of: $0) }
            let armings = states.compactMap { $0.arming.flatMap { before.ledger[$0] } }.map(\.arming.provenance.commit)
            let limits = await limits(of: states.map(\.since.commit) + armings)
            observation = acceptance(of: entry.host, in: before, now: now, limit: { limits[$0] }) { ids.popFirst() }
            guard !observation.states.isEmpty || !observation.accepted.isEmpty else {
                throw AcceptError(
                    description:
                        "no interface of \(id) is held by something that a person can accept; see `bootlatch why \(id)`"
                )
            }
        }
        var next = inventory
        if next.lost.contains(id) { next.keepSignatures(ofForgotten: entry.host) }
        next.forgetLost(id)
        for (mac, state) in observation.states { next.remember(state, of: mac) }
        var pass = Pass(
            url: settings.url, branch: settings.branch, tip: next.tip ?? CommitID(""),
            fetchedAt: next.lastGoodFetch ?? now)
        pass.observations = [observation]
        pass.retained = retained(next, signers)
        pass.lost = next.lostHosts
        pass.signatures = next.signaturesToKeep
        try await journal.record(pass, at: now)
        inventory = next
        publishInventory()
        report.changed = changedDecisions(macs, before: before)
        return report
    }
}
