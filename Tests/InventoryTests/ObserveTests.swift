import Testing

@testable import Inventory

struct ObserveTests {
    private let plan = Decision.netboot(.script("#!ipxe"))

    private func one(_ isOn: Bool, annotation: String? = nil) -> Delta {
        Delta(host("a", [interface(.a, isOn)], annotation: annotation))
    }

    @Test func `what is on at first sight is held, and a toggle arms it`() {
        var world = World()
        let seen = world.commit(one(true), .firstSight)
        #expect(world.refusal(.a) == .held(.firstSight))
        #expect(seen.armings.isEmpty && seen.disarmed.isEmpty)
        world.commit(one(false))
        #expect(world.refusal(.a) == .off)
        world.commit(one(true))
        #expect(world.decision(.a) == plan)
    }

    @Test func `a file that was broken at first sight holds what it then shows, and nothing that is added later`() {
        var world = World()
        world.commit(.broken("a"), .firstSight)
        world.commit(one(true))
        #expect(world.refusal(.a) == .held(.firstSight))
        world.commit(Delta(host("a", [interface(.a, true), interface(.b, true)])))
        #expect(world.decision(.b) == plan)
        #expect(world.refusal(.a) == .held(.firstSight))
    }

    @Test func `a MAC never seen before counts as off`() {
        var world = World()
        world.commit(Delta(host("b", [interface(.b, false)])), .firstSight)
        #expect(world.commit(one(true)).armings.map(\.mac) == [.a])
    }

    @Test func `on and on again is the same arming`() {
        var world = World.armed()
        let arming = world.standing.inventory[.a]?.arming
        #expect(world.commit(Delta(host("a", [interface(.a, true)], labels: ["x": "y"]))).armings.isEmpty)
        #expect(world.standing.inventory[.a]?.arming == arming)
    }

    @Test func `a changed annotation arms anew, and ends the arming that it replaces`() {
        var world = World.armed()
        let first = world.standing.inventory[.a]?.arming
        let again = world.commit(one(true, annotation: "2"))
        #expect(again.disarmed == [first].compactMap { $0 } && again.armings.count == 1)
        #expect(world.commit(one(true, annotation: "2")).armings.isEmpty)
        #expect(world.commit(one(true)).armings.isEmpty)
        world.end(.a, .provisioned)
        world.commit(one(true, annotation: "3"))
        #expect(world.decision(.a) == plan)
    }

    @Test func `off by hand ends the arming, off by us is remembered as ours`() {
        var world = World.armed()
        #expect(world.commit(one(false)).disarmed.count == 1)
        #expect(world.standing.inventory.state(of: .a)?.isOffByUs == false)
        world = World.armed()
        world.end(.a, .provisioned)
        #expect(world.commit(one(false), isOwn: true).disarmed.isEmpty)
        #expect(world.standing.inventory.state(of: .a)?.isOffByUs == true)
    }

    @Test func `a force push arms nothing, and turns off what it turns off`() {
        var world = World()
        world.commit(one(false), .firstSight)
        world.commit(one(true), .rewrite(dropped: []))
        #expect(world.refusal(.a) == .held(.forcePush))
        world.commit(one(false), .rewrite(dropped: []))
        #expect(world.refusal(.a) == .off)
    }

    @Test func `a force push that drops our disarm leaves the arming spent and the commit owed again`() throws {
        var world = World.armed()
        let arming = try #require(world.standing.inventory[.a]?.arming)
        world.end(.a, .provisioned)
        world.commit(one(false), isOwn: true)
        let rewritten = world.commit(one(true), .rewrite(dropped: [arming]))
        #expect(rewritten.dropped == [arming])
        #expect(world.refusal(.a) == .spent(.provisioned))
    }

    @Test func `a merge of a branch from before our disarm is held`() {
        var world = World()
        world.commit(one(false), .firstSight)
        world.commit(one(true), stale: [.a])
        #expect(world.refusal(.a) == .held(.stale))
    }

    @Test(arguments: [(10, false), (11, true)])
    func `more than ten hosts at once are held whole`(count: Int, isHeld: Bool) {
        var world = World()
        let macs = (1...count).map { MACAddress(bits: UInt64($0)) }
        func all(_ isOn: Bool) -> Delta {
            var delta = Delta()
            for mac in macs {
                delta.files.merge(Delta(host("n\(mac.bits)", [interface(mac, isOn)])).files) { $1 }
            }
            return delta
        }
        world.commit(all(false), .firstSight)
        world.commit(all(true))
        #expect(macs.allSatisfy { world.refusal($0) == (isHeld ? .held(.overLimit) : nil) })
    }

    @Test func `the fourth arming commit within a day is held`() {
        let commits = (1...3).map { (commit: CommitID("r\($0)"), seenAt: now.later(Int64(-3600 * $0))) }
        var world = World()
        world.commit(one(false), .firstSight)
        world.commit(one(true), recent: commits)
        #expect(world.refusal(.a) == .held(.flapping))
        world = World()
        world.commit(one(false), .firstSight)
        world.commit(one(true), recent: commits.dropLast() + [(CommitID("r3"), now.later(-86_400))])
        #expect(world.decision(.a) == plan)
        // Two armings of one commit are one.
        world = World()
        world.commit(one(false), .firstSight)
        world.commit(one(true), recent: commits.dropLast() + [(CommitID("r1"), now)])
        #expect(world.decision(.a) == plan)
    }

    private func policy(_ netboot: BootPolicy.Netboot?, expireAfter: Int64? = nil, attempts: AttemptsPolicy = .init())
        -> Delta
    {
        let location = SourceLocation(path: "policies/lab.yaml")
        let policy = BootPolicy(
            name: "lab", location: location, netboot: netboot, attempts: attempts, expireAfter: expireAfter)
        return Delta([location.path: .read(ParsedFile(path: location.path, policies: [policy]), content: "p")])
    }

    @Test func `a commit that lifts never and arms is held`() {
        var world = World()
        world.commit(one(false), .firstSight)
        world.commit(policy(.never))
        var both = one(true)
        both.files.merge(policy(.allow).files) { $1 }
        world.commit(both)
        #expect(world.refusal(.a) == .held(.loosened))
    }

    @Test func `a label that takes a host out of never and the turn-on in one commit are held`() {
        var world = World()
        world.commit(
            Delta(host("a", [interface(.a, false)], labels: ["site": "oslo"])).and(
                .policy { policy in
                    policy.selector = BootPolicy.Selector(matchLabels: ["site": "oslo"])
                    policy.netboot = .never
                }), .firstSight)
        world.commit(Delta(host("a", [interface(.a, true)], labels: ["site": "bergen"])))
        #expect(world.refusal(.a) == .held(.loosened))
    }

    /// Hosts a and b, off, with a policy that picks only a.
    private static func guarded(_ fill: (inout BootPolicy) -> Void) -> World {
        var world = World()
        world.commit(
            Delta(host("a", [interface(.a, false)], labels: ["site": "oslo"]), host("b", [interface(.b, false)])).and(
                .policy { policy in
                    policy.selector = BootPolicy.Selector(matchLabels: ["site": "oslo"])
                    fill(&policy)
                }), .firstSight)
        return world
    }

    @Test(arguments: [false, true])
    func `a card turned on in the commit that takes it out of a guard by another host is held`(isRenamed: Bool) {
        var world = Self.guarded { policy in
            policy.netboot = .never
            policy.expireAfter = 3600
        }
        world.commit(
            isRenamed
                ? .removed("a").and(Delta(host("c", [interface(.a, true)])))
                : Delta(
                    host("a", [], labels: ["site": "oslo"]), host("b", [interface(.b, false), interface(.a, true)])))
        #expect(world.refusal(.a) == .held(.loosened))
    }

    @Test func `the policies of a host that had the card keep its deadline`() throws {
        var world = Self.guarded { $0.expireAfter = 3600 }
        world.commit(.removed("a").and(Delta(host("b", [interface(.b, false), interface(.a, true)]))))
        let arming = try #require(world.standing.inventory[.a]?.arming.flatMap { world.standing.ledger[$0] }?.arming)
        #expect(arming.deadline == now.later(3600))
    }

    @Test func `never suspends an arming without spending it`() {
        var world = World.armed()
        world.commit(policy(.never))
        #expect(world.refusal(.a) == .never)
        world.commit(policy(.allow))
        #expect(world.decision(.a) == plan)
    }

    @Test func `an arming keeps the stricter of the rules before and after its commit`() throws {
        var world = World()
        world.commit(one(false), .firstSight)
        world.commit(policy(nil, expireAfter: 3600, attempts: .init(full: 2, early: 2)))
        var both = one(true)
        both.files.merge(policy(nil, expireAfter: 7200, attempts: .init(full: 1, early: 5)).files) { $1 }
        let arming = try #require(world.commit(both).armings.first)
        #expect(arming.deadline == now.later(3600) && arming.attempts == Attempts(full: 1, early: 2))
    }

    @Test func `after a long silence the deadline counts from the commit`() throws {
        var world = World()
        world.commit(one(false), .firstSight)
        world.at = now.later(86_401)
        let arming = try #require(world.commit(one(true), committedAt: now.later(100)).armings.first)
        #expect(arming.deadline == now.later(100 + 86_400) && arming.seenAt == world.at)
        world = World()
        world.commit(one(false), .firstSight)
        world.at = now.later(86_400)
        #expect(world.commit(one(true), committedAt: now).armings.first?.deadline == world.at.later(86_400))
    }

    @Test func `a file that moves and a host that is renamed carry the state`() {
        var world = World.armed()
        world.end(.a, .failed)
        world.commit(
            Delta([
                "inventory/a.yaml": .removed,
                "oslo/z.yaml": .read(
                    ParsedFile(path: "oslo/z.yaml", hosts: [host("z", [interface(.a, true)])]), content: "z"),
            ]))
        #expect(world.refusal(.a) == .spent(.failed))
    }

    @Test func `spent and on, gone, and on again stays spent; off, gone, and on arms`() {
        for wasOn in [true, false] {
            var world = World.armed()
            world.commit(Delta(host("b", [interface(.b, false)]), host("c", [interface(.c, false)])))
            world.end(.a, .provisioned)
            if !wasOn { world.commit(one(false), isOwn: true) }
            world.commit(.removed("a"))
            #expect(world.decision(.a) == .ignore(.unknown))
            world.commit(one(true))
            #expect(world.refusal(.a) == (wasOn ? .spent(.provisioned) : nil))
        }
    }

    // Accepting

    private func accept(_ world: inout World) -> Observation {
        var ids = [(id: Arming.ID("ACCEPTED"), sequence: Int64(9000))][...]
        guard let entry = world.standing.inventory[Host.ID(name: "a")] else { return Observation() }
        let observation = acceptance(of: entry.host, in: world.standing, now: world.at) { ids.popFirst() }
        world.apply(observation)
        return observation
    }

    @Test func `accepting what is held at first sight arms it, with the commit that turned it on`() {
        var world = World()
        world.commit(one(true), .firstSight)
        world.at = now.later(500)
        world.standing.inventory.lastGoodFetch = world.at
        let accepted = accept(&world)
        #expect(accepted.armings.first?.provenance.commit == CommitID("c1"))
        #expect(accepted.armings.first?.deadline == now.later(500 + 86_400))
        #expect(world.decision(.a) == plan)
        #expect(accept(&world).states.isEmpty)
    }

    @Test func `accepting a hold of an unspent arming lets it run from now`() throws {
        var world = World.armed()
        let arming = try #require(world.standing.inventory[.a]?.arming)
        world.standing.ledger[arming]?.hold = .mismatched
        world.at = now.later(600)
        world.standing.inventory.lastGoodFetch = world.at
        #expect(accept(&world).accepted == [arming: now.later(600 + 86_400)])
        #expect(world.decision(.a) == plan)
    }

    @Test func `what is off or spent can't be accepted`() {
        var world = World.armed()
        world.end(.a, .provisioned)
        #expect(accept(&world).states.isEmpty)
        #expect(world.refusal(.a) == .spent(.provisioned))
        world.commit(one(false))
        #expect(accept(&world).states.isEmpty)
    }
}
