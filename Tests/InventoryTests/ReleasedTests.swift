import Testing

@testable import Inventory

struct ReleasedTests {
    private static let macs = (1...6).map { MACAddress(bits: UInt64($0)) }

    private static func all(_ isOn: (Int) -> Bool) -> Delta {
        macs.enumerated().reduce(Delta()) { delta, item in
            delta.and(Delta(host("n\(item.offset + 1)", [interface(item.element, isOn(item.offset))])))
        }
    }

    /// Six hosts off, five of them armed by one commit where two may be.
    private static func world() -> World {
        var world = World()
        world.commit(all { _ in false }, .firstSight)
        world.commit(.policy { $0.armedPerCommit = 2 })
        world.commit(all { $0 < 5 })
        return world
    }

    private func letIn(_ world: World) -> Int {
        Self.macs.count { world.decision($0) == .netboot(.script("#!ipxe")) }
    }

    @Test func `a later commit that raises the limit lets in what one commit armed too much of`() throws {
        var world = Self.world()
        #expect(letIn(world) == 0 && world.refusal(Self.macs[0]) == .held(.overLimit))
        world.commit(.policy { $0.armedPerCommit = 4 })
        #expect(letIn(world) == 0)
        world.at = now.later(3000)
        let raised = world.commit(.policy { $0.armedPerCommit = 5 })
        #expect(letIn(world) == 5)
        let arming = try #require(raised.armings.first)
        #expect(arming.provenance.commit == CommitID("c3") && arming.deadline == now.later(3000 + 86_400))
        #expect(raised.armings.map(\.mac) == Array(Self.macs.prefix(5)))
        #expect(raised.events.first?.detail.contains("after c5 (Ada) raised limits.armedPerCommit") == true)
        #expect(world.commit(.policy { $0.armedPerCommit = 50 }).armings.isEmpty)
    }

    @Test func `taking the limit away leaves ten`() {
        var world = Self.world()
        world.commit(.policy { _ in })
        #expect(letIn(world) == 5)
    }

    @Test func `turning some off lets none of the others in, until the limit grows to what is left`() {
        var world = Self.world()
        world.commit(Self.all { $0 < 2 })
        #expect(letIn(world) == 0)
        world.commit(.policy { $0.armedPerCommit = 3 })
        #expect(letIn(world) == 2)
    }

    @Test func `hosts that are turned off, and fewer of them on by a later commit, are armed without another limit`()
        throws
    {
        var world = Self.world()
        world.commit(Self.all { _ in false })
        let again = world.commit(Self.all { $0 < 2 })
        #expect(letIn(world) == 2 && again.armings.map(\.mac) == Array(Self.macs.prefix(2)))
        // What stays on meanwhile stays held.
        world = Self.world()
        world.commit(Self.all { $0 >= 2 && $0 < 5 })
        world.commit(Self.all { $0 < 5 })
        #expect(letIn(world) == 2)
        #expect((2..<5).allSatisfy { world.refusal(Self.macs[$0]) == .held(.overLimit) })
    }

    @Test
    func
        `why says that a limit must be raised again after a raise that let nothing in, and by whom that is to be signed`()
        throws
    {
        func advice(_ world: World) throws -> String {
            Advice(try #require(world.standing.inventory[Self.macs[0]]), in: world.standing, now: Now(now)).text(
                on: .localBoot(.held(.overLimit)))
        }
        func policy(_ limit: Int) -> Delta {
            .policy {
                $0.armedPerCommit = limit
                $0.require.signedBy = ["ops"]
                $0.fields["limits.armedPerCommit"] = SourceLocation(path: "policies/lab.yaml", line: 7)
            }
        }
        var world = World()
        world.commit(Self.all { _ in false }, .firstSight)
        world.commit(policy(2), signedBy: ["ops"])
        world.commit(Self.all { $0 < 5 }, signedBy: ["ops"])
        #expect(
            try advice(world).hasPrefix(
                "raise `limits.armedPerCommit` in policy lab at policies/lab.yaml:7:1 by a later commit, signed by ops, or, in smaller commits, turn"
            ))
        world.commit(policy(5))
        #expect(letIn(world) == 0)
        #expect(
            try advice(world).hasPrefix(
                "raise `limits.armedPerCommit` in policy lab at policies/lab.yaml:7:1 by a later commit, signed by ops (it is high enough by "
                    + "now, but only a commit that raises it, signed by ops, lets them in), or, in smaller commits, turn"
            ))
        world.commit(policy(6), signedBy: ["ops"])
        #expect(letIn(world) == 5)
    }

    @Test func `what git alone knows may be let in: what was on, and is allowed more than the least that grew`() {
        var world = World()
        world.commit(Self.all { _ in false }, .firstSight)
        world.commit(
            .policy { $0.armedPerCommit = 2 }.and(
                .policy(named: "few") {
                    $0.selector.names = ["n2", "n3"]
                    $0.armedPerCommit = 4
                }))
        world.commit(Self.all { $0 < 3 }, signedBy: [])
        // As a preview begins: whatever is on counts as armed.
        for mac in Self.macs.prefix(3) {
            guard var state = world.standing.inventory.state(of: mac) else { continue }
            state.hold = nil
            world.standing.inventory.remember(state, of: mac)
        }
        func may(_ limit: Int, _ kind: Step.Kind = .commit) -> [MACAddress] {
            let old = world.standing.inventory
            let new = old.advanced(by: .policy { $0.armedPerCommit = limit }).inventory
            return mayRelease(
                Step(kind, commit: CommitID("c9"), author: "Ada", committedAt: now), from: old, to: new)
        }
        #expect(may(2).isEmpty && may(1).isEmpty)
        // One commit may have turned on all three: the least of their limits grows.
        #expect(may(3) == Array(Self.macs.prefix(3)))
        #expect(may(3, .rewrite(dropped: [])).isEmpty)
    }

    @Test func `what two commits armed is counted for each`() {
        var world = World()
        world.commit(Self.all { _ in false }, .firstSight)
        world.commit(.policy { $0.armedPerCommit = 1 })
        world.commit(Self.all { $0 < 2 })
        world.commit(Self.all { _ in true })
        world.commit(.policy { $0.armedPerCommit = 2 })
        #expect(letIn(world) == 2)
        world.commit(.policy { $0.armedPerCommit = 4 })
        #expect(letIn(world) == 6)
    }

    @Test func `what the raising commit itself turns on is judged by the stricter limit`() {
        var world = Self.world()
        world.commit(Self.all { $0 < 5 || $0 == 5 }.and(.policy { $0.armedPerCommit = 6 }))
        #expect(letIn(world) == 6)
        world = World()
        world.commit(Self.all { _ in false }, .firstSight)
        world.commit(.policy { $0.armedPerCommit = 2 })
        world.commit(Self.all { _ in true }.and(.policy { $0.armedPerCommit = 6 }))
        #expect(letIn(world) == 0)
    }

    @Test func `a force push, a missing signature, or a guard lifted with it lets nothing in`() {
        var world = Self.world()
        world.commit(.policy { $0.armedPerCommit = 5 }, .rewrite(dropped: []))
        #expect(letIn(world) == 0)

        world = Self.world()
        world.commit(
            .policy {
                $0.armedPerCommit = 5
                $0.require.signedBy = ["ops"]
            })
        #expect(letIn(world) == 0)

        world = Self.world()
        world.commit(
            .policy {
                $0.armedPerCommit = 2
                $0.netboot = .never
            })
        world.commit(.policy { $0.armedPerCommit = 5 })
        #expect(letIn(world) == 0)
    }

    @Test func `what is held for another reason stays held`() {
        var world = World()
        world.commit(Self.all { $0 < 5 }, .firstSight)
        world.commit(.policy { $0.armedPerCommit = 2 })
        world.commit(.policy { $0.armedPerCommit = 5 })
        #expect(world.refusal(Self.macs[0]) == .held(.firstSight))
    }
}
