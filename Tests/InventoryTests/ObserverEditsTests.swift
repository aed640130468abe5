import Testing

@testable import Inventory

/// MACs that are edited, exchanged, or named twice.
struct ObserverEditsTests {
    private let plan = Decision.netboot(.script("#!ipxe"))

    @Test func `a MAC edited while on takes an unspent arming with it`() throws {
        var world = World.armed()
        let arming = try #require(world.standing.inventory[.a]?.arming)
        world.commit(Delta(host("a", [interface(.b, true)])))
        #expect(world.decision(.b) == plan && world.decision(.a) == .ignore(.unknown))
        #expect(world.standing.ledger[arming]?.arming.mac == .b)
    }

    @Test func `a spent arming stays behind, and the new MAC is held`() {
        var world = World.armed()
        world.end(.a, .provisioned)
        world.commit(Delta(host("a", [interface(.b, true)])))
        #expect(world.refusal(.b) == .held(.ambiguous))
        world.commit(Delta(host("c", [interface(.a, true)])))
        #expect(world.refusal(.a) == .spent(.provisioned))
    }

    @Test func `below a hold, too, what is spent stays behind`() throws {
        var world = World.armed()
        try world.hold(.a, .ambiguous)
        world.end(.a, .provisioned)
        world.commit(Delta(host("a", [interface(.b, true)])))
        #expect(world.refusal(.b) == .held(.ambiguous))
        #expect(world.standing.inventory[.b]?.arming == nil)
    }

    @Test func `a hold does not take along an arming that is another MAC's by now`() throws {
        var world = World.armed()
        let arming = try #require(world.standing.inventory[.a]?.arming)
        world.commit(Delta(host("a", [interface(.b, true)])))
        world.commit(Delta(host("a", [interface(.b, true), interface(.a, true)])))
        try world.hold(.a, .ambiguous)
        world.commit(Delta(host("a", [interface(.b, true), interface(.c, true)])))
        #expect(world.standing.ledger[arming]?.arming.mac == .b)
        #expect(world.refusal(.c) == .held(.ambiguous))
    }

    @Test func `a MAC that was edited while its host stood in two manifests is held when one of them goes`() {
        var world = World.armed()
        let twin = ParsedFile(path: "twin.yaml", hosts: [host("a", [interface(.a, true)])])
        world.commit(Delta(["twin.yaml": .read(twin, content: "t")]))
        world.commit(Delta(host("a", [interface(.b, true)])))
        #expect(world.refusal(.b) == .suspended(.duplicate))
        world.commit(Delta(["twin.yaml": .removed]))
        #expect(world.refusal(.b) == .held(.ambiguous))
    }

    @Test func `two hosts that swap MACs while on are held`() {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)]), host("b", [interface(.b, false)])), .firstSight)
        world.commit(Delta(host("a", [interface(.a, true)]), host("b", [interface(.b, true)])))
        world.commit(Delta(host("a", [interface(.b, true)]), host("b", [interface(.a, true)])))
        #expect(world.refusal(.a) == .held(.ambiguous) && world.refusal(.b) == .held(.ambiguous))
    }

    @Test func `an exchange is seen also where a broken file still claims one of the MACs`() {
        var world = World()
        world.commit(
            Delta(
                host("a", [interface(.a, false)]), host("b", [interface(.b, false)]), host("c", [interface(.c, false)])),
            .firstSight)
        world.commit(.broken("c"))
        world.commit(Delta(host("a", [interface(.c, true)])))
        world.commit(Delta(host("a", [interface(.b, true)]), host("b", [interface(.c, false)])))
        #expect(world.refusal(.b) == .held(.ambiguous))
    }
}
