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

    @Test func `an edited MAC that nobody signed names the commit which edited it, and both commits' words limit it`()
        throws
    {
        var world = World()
        world.commit(
            Delta(host("a", [interface(.a, false)])).and(.policy { $0.require.signedBy = ["ops"] }), .firstSight)
        world.commit(Delta(host("a", [interface(.a, true)])), signedBy: ["ops"])
        let arming = try #require(world.standing.inventory[.a]?.arming)
        let edit = world.commit(Delta(host("a", [interface(.b, true)])))
        #expect(world.refusal(.b) == .held(.unsigned))
        #expect(world.standing.inventory.state(of: .b)?.since.commit == CommitID("c3"))
        #expect(world.standing.ledger[arming]?.arming.provenance.commit == CommitID("c2"))
        let held = try #require(edit.events.first { $0.kind == .held })
        #expect(held.commit == CommitID("c3"))
        #expect(
            held.detail.hasPrefix(
                "unsigned: the commit that edited its MAC or its label must be signed by ops, and it bears no signature;"
            ))
        for (limited, seconds) in [("c2", 7200), ("c3", 7200), ("c1", 86_400)] as [(String, Int64)] {
            let accepted = acceptance(
                of: host("a", [interface(.b, true)]), in: world.standing, now: now,
                limit: { $0 == CommitID(limited) ? 7200 : nil }
            ) { nil }
            #expect(accepted.accepted == [arming: now.later(seconds)], "\(limited)")
        }
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

    /// What nobody turned on: a MAC that another host had off comes into a permission that was on.
    @Test(arguments: [nil, .provisioned] as [Ending?], [true, false])
    func `a known MAC takes over an unspent arming, or is held`(ending: Ending?, isOneCommit: Bool) throws {
        var world = World.armed()
        world.commit(Delta(host("b", [interface(.b, false)])))
        if let ending { world.end(.a, ending) }
        let edit = Delta(host("a", [interface(.b, true)]))
        if isOneCommit {
            world.commit(.removed("b").and(edit))
        } else {
            world.commit(Delta(host("b", [interface(.c, false)])))
            world.commit(edit)
        }
        if ending == nil {
            #expect(world.decision(.b) == plan && world.standing.ledger.records.count == 1)
        } else {
            #expect(world.refusal(.b) == .held(.ambiguous))
        }
    }

    @Test(arguments: [Step.Kind.firstSight, .rewrite(dropped: [])])
    func `a hold goes to a known MAC`(kind: Step.Kind) {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)]), host("b", [interface(.b, false)])), .firstSight)
        world.commit(Delta(host("a", [interface(.a, true)])), kind)
        let hold = world.refusal(.a)
        world.commit(.removed("b").and(Delta(host("a", [interface(.b, true)]))))
        #expect(world.refusal(.b) == hold && hold != .off)
    }

    @Test func `MACs that three hosts hand on are held, whichever of them was on`() {
        for isOn in [[true, false, false], [false, true, true]] {
            var world = World()
            let names = ["a", "b", "c"]
            let macs: [MACAddress] = [.a, .b, .c]
            for value in [[false, false, false], isOn] {
                let hosts = zip(names, zip(macs, value)).map { host($0, [interface($1.0, $1.1)]) }
                world.commit(Delta(hosts[0], hosts[1], hosts[2]))
            }
            let moved = zip(names, zip([.b, .c, .a] as [MACAddress], isOn)).map { host($0, [interface($1.0, $1.1)]) }
            world.commit(Delta(moved[0], moved[1], moved[2]))
            for mac in macs { #expect(world.decision(mac) != plan) }
        }
    }

    @Test func `a MAC exchange by way of a third MAC lets nobody in again`() {
        var world = World.armed()
        world.commit(Delta(host("b", [interface(.b, false)])))
        world.end(.a, .provisioned)
        world.commit(Delta(host("a", [interface(.c, true)])))
        world.commit(Delta(host("b", [interface(.a, false)])))
        world.commit(Delta(host("a", [interface(.b, true)])))
        for mac in [MACAddress.a, .b, .c] { #expect(world.decision(mac) != plan) }
    }

    @Test func `cards that change places below a permission of their host are held, a permission that moves arms`() {
        for after in [[interface(.b, true), interface(.a, false)], [interface(.b, true)]] {
            var world = World()
            world.commit(Delta(host("a", [interface(.a, false), interface(.b, false)])), .firstSight)
            world.commit(Delta(host("a", [interface(.a, true), interface(.b, false)])))
            world.end(.a, .provisioned)
            world.commit(Delta(host("a", after)))
            #expect(world.refusal(.b) == .held(.ambiguous))
        }
        var world = World()
        world.commit(Delta(host("a", [interface(.a, true), interface(.b, false)])), .firstSight)
        world.commit(Delta(host("a", [interface(.a, false), interface(.b, true)])))
        #expect(world.decision(.b) == plan)
    }

    @Test func `a host that was off may have any known MAC when it is turned on`() {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)]), host("b", [interface(.b, false)])), .firstSight)
        world.commit(.removed("b").and(Delta(host("a", [interface(.b, true)]))))
        #expect(world.decision(.b) == plan)
    }

    @Test(arguments: [Ending.provisioned, .disarmed])
    func `a card that comes to a host brings no news of its annotation`(ending: Ending) {
        var world = World()
        func commit(_ macs: [MACAddress], _ isOn: Bool) {
            world.commit(
                Delta(
                    host("a", [interface(macs[0], isOn)], annotation: "1"),
                    host("b", [interface(macs[1], isOn)], annotation: "2")))
        }
        commit([.a, .b], false)
        commit([.a, .b], true)
        for mac in [MACAddress.a, .b] { world.end(mac, ending) }
        commit([.c, .a], true)
        for mac in [MACAddress.a, .b, .c] { #expect(world.decision(mac) != plan) }
    }

    @Test(arguments: [nil, .provisioned] as [Ending?], [true, false])
    func `another name in the commit that edits a MAC makes no new machine`(ending: Ending?, isKnown: Bool) {
        var world = World.armed()
        // So many that one without a name is no loss of most.
        let others = (1...5).map { MACAddress(bits: UInt64(0x5254_0099_0000 + $0)) }
        for (number, mac) in others.enumerated() {
            world.commit(Delta(host("other-\(number)", [interface(mac, false)])))
        }
        if isKnown { world.commit(Delta(host("b", [interface(.b, false)]))) }
        if let ending { world.end(.a, ending) }
        var renamed = host("z", [interface(.b, true)])
        renamed.location = SourceLocation(path: "inventory/a.yaml")
        world.commit((isKnown ? Delta.removed("b") : Delta()).and(Delta(renamed)))
        if ending == nil && !isKnown {
            #expect(world.decision(.b) == plan && world.standing.ledger.records.count == 1)
        } else {
            // Two hosts are gone, and both might be it.
            #expect(world.refusal(.b) == .held(.ambiguous))
        }
    }

    @Test func `another name and a MAC in its place are a new machine where the old one stays, or was off`() {
        for isGone in [true, false] {
            var world = World()
            world.commit(Delta(host("a", [interface(.a, !isGone)])), .firstSight)
            var new = host("z", [interface(.b, true)])
            if isGone { new.location = SourceLocation(path: "inventory/a.yaml") }
            world.commit(Delta(new))
            #expect(world.decision(.b) == plan)
        }
    }

    @Test func `a card that comes to a host which is renamed brings no news of its annotation`() {
        var world = World()
        world.commit(
            Delta(
                host("a", [interface(.a, true)], annotation: "1"), host("b", [interface(.b, true)], annotation: "2")),
            .firstSight)
        var renamed = host("z", [interface(.b, true), interface(.a, true)], annotation: "2")
        renamed.location = SourceLocation(path: "inventory/b.yaml")
        world.commit(Delta.removed("a").and(Delta(renamed)))
        #expect(world.refusal(.a) == .held(.firstSight) && world.refusal(.b) == .held(.firstSight))
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
