import Testing

@testable import Inventory

struct InventoryRenamesTests {
    private func world(_ hosts: Host...) -> World {
        var world = World()
        for host in hosts { world.commit(Delta(host), .firstSight) }
        return world
    }

    private func names(_ world: World) -> [String] { world.standing.inventory.listed.map(\.description) }

    /// One host of one: its old name is more than half of all.
    @Test func `a host that is renamed is listed under its new name alone`() {
        var world = world(host("old", [interface(.a, false)]))
        world.commit(Delta.removed("old").and(Delta(host("new", [interface(.a, false)]))))
        #expect(names(world) == ["new"])
        #expect(world.standing.inventory.isRenamed(Host.ID(name: "old")))
        // Gone for good under its new name, too.
        world.commit(Delta.removed("new").and(Delta(host("other", [interface(.b, false)]))))
        #expect(names(world) == ["new", "other"])
        world.standing.inventory.forgetLost(Host.ID(name: "new"))
        #expect(names(world) == ["other"])
        world.commit(Delta(host("old", [interface(.c, false)])))
        #expect(names(world) == ["old", "other"])
    }

    @Test func `a lost host is listed with those of its interfaces that no other name has`() throws {
        var world = world(host("old", [interface(.a, false), interface(.b, false)]))
        world.commit(Delta.removed("old").and(Delta(host("new", [interface(.a, false)]))))
        #expect(names(world) == ["new", "old"])
        let old = try #require(world.standing.inventory[Host.ID(name: "old")]?.host)
        #expect(world.standing.inventory.interfaces(of: old).map(\.mac) == [.b])
        #expect(world.refusal(.b) == .suspended(.lost))
    }

    @Test func `the old name leads to the new one, by what was lost and by what was armed`() {
        func successors(_ world: World) -> [String] {
            world.standing.successors { $0.name == "a" }.map(\.description)
        }
        let new = Delta.removed("a").and(Delta(host("new", [interface(.a, true)])))
        var alone = World.armed()
        alone.commit(new)
        #expect(successors(alone) == ["new"])
        // Among others it is not lost: its arming remembers.
        var many = world(
            host("a", [interface(.a, false)]), host("b", [interface(.b, false)]), host("c", [interface(.c, false)]))
        many.commit(Delta(host("a", [interface(.a, true)])))
        many.commit(new)
        #expect(successors(many) == ["new"])
        #expect(many.standing.successors { $0.name == "nobody" } == [])
    }

    @Test func `a host that waits to be seen is recognised by its new name`() throws {
        let labels = ["uuid": "4c4c4544-0042-3510-8052-b2c04f4b3232"]
        let key = try #require(MACAddress(unseenBy: labels))
        var world = world(host("old", [interface(key, false)], labels: labels))
        world.commit(Delta(host("old", [interface(key, true)], labels: labels)))
        world.commit(Delta.removed("old").and(Delta(host("new", [interface(key, true)], labels: labels))))
        let shown = Sighting(mac: .c, uuid: labels["uuid"], isComplete: true)
        let arming = try #require(world.standing.inventory[key]?.arming)
        #expect(
            world.standing.recognise(shown, now: Now(world.at))
                == .host(Host.ID(name: "new"), key: key, arming: arming))
    }
}
