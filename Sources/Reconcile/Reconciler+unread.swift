import Git
import Inventory

extension Reconciler {
    /// What stands in files that nobody read before the last start: `inventory.paths` was another, or their dialect was not known. No
    /// commit that we followed turned it on, so it is held as at first sight; what was turned off there is off.
    ///
    /// - Throws: `GitError`.
    func firstSight(ofUnreadIn walk: Walk) async throws -> Observation? {
        guard let tip = inventory.tip, let id = ObjectID(hex: tip.hex) else { return nil }
        let unread = Set(inventory.unread)
        guard !unread.isEmpty else { return nil }
        let commit = try await repository.commit(id)
        let step = Step(
            .firstSight, commit: tip, author: commit.author.name,
            committedAt: Instant(seconds: commit.committer.seconds))
        return observe(
            step, from: inventory, to: inventory, touched: unread,
            Observing(
                now: walk.now, lastGoodPoll: nil, ledger: walk.ledger, recentArmings: { _ in [] }, makeID: { nil }))
    }
}
