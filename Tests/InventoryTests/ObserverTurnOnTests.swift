import Testing

@testable import Inventory

struct ObserverTurnOnTests {
    private let plan = Decision.netboot(.script("#!ipxe"))

    private func one(_ isOn: Bool, annotation: String? = nil) -> Delta {
        Delta(host("a", [interface(.a, isOn)], annotation: annotation))
    }

    private func world(_ annotation: String? = nil, _ fill: (inout BootPolicy) -> Void) -> World {
        var world = World()
        world.commit(one(false, annotation: annotation), .firstSight)
        world.commit(.policy(fill))
        return world
    }

    // require.armID

    @Test(arguments: [nil, "1"])
    func `where an arm id is required, a mere toggle is held, and a changed annotation arms`(annotation: String?) {
        var world = world(annotation) { $0.require.armID = true }
        world.commit(one(true, annotation: annotation))
        #expect(world.refusal(.a) == .held(.noArmID))
        world.commit(one(true, annotation: "2"))
        #expect(world.decision(.a) == plan)
        world.end(.a, .provisioned)
        world.commit(one(false, annotation: "2"))
        world.commit(one(true, annotation: "2"))
        #expect(world.refusal(.a) == .held(.noArmID))
        world.commit(one(false, annotation: "2"))
        world.commit(one(true, annotation: "3"))
        #expect(world.decision(.a) == plan)
    }

    @Test func `an annotation changed before the turn-on does not arm`() {
        var world = world { $0.require.armID = true }
        world.commit(one(false, annotation: "1"))
        world.commit(one(true, annotation: "1"))
        #expect(world.refusal(.a) == .held(.noArmID))
        world.commit(one(true))
        #expect(world.refusal(.a) == .held(.noArmID))
    }

    @Test func `a card that joins a host brings no news of its annotation, a new host does`() {
        var world = world("1") { $0.require.armID = true }
        world.commit(Delta(host("a", [interface(.a, false), interface(.b, true)], annotation: "1")))
        #expect(world.refusal(.b) == .held(.noArmID))
        world.commit(Delta(host("c", [interface(.c, true)], annotation: "1")))
        #expect(world.decision(.c) == plan)
    }

    @Test(arguments: [true, false])
    func `a commit that lifts or brings the requirement is judged by it`(lifts: Bool) {
        var world = world { $0.require.armID = lifts }
        world.commit(one(true).and(.policy { $0.require.armID = !lifts }))
        #expect(world.refusal(.a) == .held(.noArmID))
    }

    // Commits of ours

    @Test(arguments: [(true, false, "1"), (true, true, "2"), (false, true, "1")])
    func `a commit of ours arms nothing by itself: neither by a turn-on nor by an annotation`(
        isOwn: Bool, wasOn: Bool, annotation: String
    ) {
        var world = world("1") { _ in }
        world.commit(one(wasOn, annotation: "1"))
        #expect(world.decision(.a) == (wasOn ? plan : .localBoot(.off)))
        let observation = world.commit(one(true, annotation: annotation), isOwn: isOwn)
        #expect(observation.armings.isEmpty)
        #expect(world.refusal(.a) == (isOwn ? .held(.ownCommit) : nil))
        world.commit(one(false))
        world.commit(one(true))
        #expect(world.decision(.a) == plan)
    }

    @Test func `a commit of ours lets in nothing that another one armed too much of`() {
        var world = world { $0.armedPerCommit = 1 }
        world.commit(Delta(host("a", [interface(.a, true)]), host("b", [interface(.b, true)])))
        #expect(world.refusal(.a) == .held(.overLimit))
        #expect(world.commit(.policy { $0.armedPerCommit = 2 }, isOwn: true).armings.isEmpty)
        #expect(world.refusal(.a) == .held(.overLimit))
    }

    // require.signedBy

    @Test(
        arguments: [([], true), (["eve"], true), (["ops"], false), (["eve", "lead"], false)] as [(Set<String>, Bool)])
    func `where a signature is required, only a commit signed by one of the names arms`(
        signers: Set<String>, isHeld: Bool
    ) {
        var world = world { $0.require.signedBy = ["ops", "lead"] }
        world.commit(one(true), signedBy: signers)
        #expect(world.refusal(.a) == (isHeld ? .held(.unsigned) : nil))
        // A later signed commit that only touches the file arms nothing.
        world.commit(Delta(host("a", [interface(.a, true)], labels: ["x": "y"])), signedBy: ["ops"])
        #expect(world.refusal(.a) == (isHeld ? .held(.unsigned) : nil))
        world.commit(one(true, annotation: "1"), signedBy: ["ops"])
        #expect(world.decision(.a) == plan)
    }

    @Test func `our own commits never count as signed`() {
        var world = world { $0.require.signedBy = ["ops"] }
        world.commit(one(true), isOwn: true, signedBy: ["ops"])
        #expect(world.refusal(.a) == .held(.unsigned))
    }

    @Test func `a commit that changes the signers must be signed by one of before and one of after`() {
        for (signers, isHeld) in [(["old"], true), (["new"], true), (["old", "new"], false)] as [(Set<String>, Bool)] {
            var world = world { $0.require.signedBy = ["old"] }
            world.commit(one(true).and(.policy { $0.require.signedBy = ["new"] }), signedBy: signers)
            #expect(world.refusal(.a) == (isHeld ? .held(.unsigned) : nil))
        }
        var lifted = world { $0.require.signedBy = ["old"] }
        lifted.commit(one(true).and(.policy { _ in }))
        #expect(lifted.refusal(.a) == .held(.unsigned))
    }

    @Test func `turning off needs no signature, and ends a boot`() throws {
        var world = world { $0.require.signedBy = ["ops"] }
        world.commit(one(true), signedBy: ["ops"])
        let boot = try world.boot(.a)
        world.commit(one(false))
        #expect(world.refusal(.a) == .off && world.goesOn(boot) == .localBoot(.spent(.disarmed)))
    }
}
