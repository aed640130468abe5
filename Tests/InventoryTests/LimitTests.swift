import Testing

@testable import Inventory

/// How long a commit's own words let its armings live.
struct LimitTests {
    private func observing(_ world: World, limit: Int64?) -> Observing {
        Observing(
            now: now, lastGoodPoll: now, ledger: world.standing.ledger, recentArmings: { _ in [] },
            makeID: { (Arming.ID("A"), 1) }, limit: { $0 == CommitID("c") ? limit : nil })
    }

    @Test(arguments: [(Int64?.none, Int64(7200)), (3600, 3600), (7200, 7200), (86_400, 7200)])
    func `a commit shortens the life of its arming, and never lengthens it`(limit: Int64?, expected: Int64) throws {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)])).and(.policy { $0.expireAfter = 7200 }), .firstSight)
        let old = world.standing.inventory
        let (next, touched) = old.advanced(by: Delta(host("a", [interface(.a, true)])))
        let step = Step(.commit, commit: CommitID("c"), author: "Ada", committedAt: now)
        let observation = observe(step, from: old, to: next, touched: touched, observing(world, limit: limit))
        #expect(observation.armings.map(\.deadline) == [now.later(expected)])
    }

    @Test(arguments: [(Int64(3600), Int64(3600)), (1 << 40, 86_400)])
    func `accepted late, it keeps to the words of the commit that turned it on`(limit: Int64, expected: Int64) throws {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, true)])), .firstSight)
        let since = try #require(world.standing.inventory.state(of: .a)?.since.commit)
        let entry = try #require(world.standing.inventory[Host.ID(name: "a")])
        let accepted = acceptance(
            of: entry.host, in: world.standing, now: now, limit: { $0 == since ? limit : nil },
            makeID: { (Arming.ID("A"), 1) })
        #expect(accepted.armings.map(\.deadline) == [now.later(expected)])
    }
}
