import Testing

@testable import Inventory

/// A maintenance stop, of a host by its annotation and of many by a policy.
struct StopTests {
    private static let stop = Stop(
        reason: "switch upgrade", location: SourceLocation(path: "x.yaml", line: 5, column: 3))

    private func host(_ isOn: Bool, stopped: Bool = false, name: String = "a") -> Host {
        var host = InventoryTests.host(name, [interface(.a, isOn)])
        host.suspend = stopped ? Self.stop : nil
        return host
    }

    private func policy(_ stopped: Bool, names: [String] = []) -> Delta {
        .policy(named: "stop") {
            $0.suspend = stopped ? Self.stop : nil
            $0.selector.names = names
        }
    }

    @Test(arguments: [true, false])
    func `a stop refuses, ends the boot that runs, spends nothing, and its end gives all back`(isHost: Bool) throws {
        var world = World.armed()
        let boot = try world.boot(.a, kernel: .started)
        let arming = world.standing.inventory[.a]?.arming
        let deadline = arming.flatMap { world.standing.ledger[$0]?.arming.deadline }
        world.commit(isHost ? Delta(host(true, stopped: true)) : policy(true))
        #expect(world.refusal(.a) == .held(.suspended))
        #expect(world.goesOn(boot) == .localBoot(.held(.suspended)))
        world.at = now.later(3600)
        world.standing.inventory.lastGoodFetch = world.at
        let observation = world.commit(isHost ? Delta(host(true)) : policy(false))
        #expect(observation.armings.isEmpty && observation.disarmed.isEmpty)
        #expect(world.decision(.a).word == "netboot")
        #expect(world.standing.inventory[.a]?.arming == arming)
        #expect(arming.flatMap { world.standing.ledger[$0]?.arming.deadline } == deadline)
    }

    @Test(arguments: [true, false])
    func `its beginning and its end are told once`(isHost: Bool) {
        var world = World.armed()
        func stop(_ isOn: Bool) -> [String] {
            world.commit(isHost ? Delta(host(true, stopped: isOn)) : policy(isOn)).events.map {
                "\($0.kind.rawValue) \($0.host?.description ?? "all"): \($0.detail)"
            }
        }
        let who = isHost ? "a" : "all"
        #expect(stop(true) == ["suspended \(who): suspended at x.yaml:5:3 (switch upgrade) by Ada"])
        #expect(stop(true).isEmpty)
        #expect(stop(false) == ["resumed \(who): resumed by Ada"])
    }

    @Test func `no policy lifts what another one suspends`() {
        var world = World.armed()
        world.commit(policy(true))
        world.commit(
            .policy(named: "exact") {
                $0.selector.names = ["a"]
                $0.netboot = .allow
            })
        #expect(world.refusal(.a) == .held(.suspended))
    }

    @Test func `only a policy that selects every host stops everything`() {
        var world = World.armed()
        world.commit(policy(true, names: ["a*"]))
        #expect(world.standing.inventory.stop == nil && world.refusal(.a) == .held(.suspended))
        world.commit(policy(true))
        #expect(world.standing.inventory.stop == Self.stop)
    }

    @Test(arguments: [true, false])
    func `a commit that lifts a stop and arms is held as loosened`(isHost: Bool) {
        var world = World()
        let stop = isHost ? Delta(host(false, stopped: true)) : Delta(host(false)).and(policy(true))
        world.commit(stop, .firstSight)
        world.commit(Delta(host(true)).and(policy(false)))
        #expect(world.refusal(.a) == .held(.loosened))
    }

    @Test func `renaming a stopped host does not lift its stop unseen`() {
        var world = World()
        world.commit(Delta(host(false, stopped: true), InventoryTests.host("c", [interface(.c, false)])), .firstSight)
        world.commit(Delta(host(true, name: "b")).and(.removed("a")))
        #expect(world.refusal(.a) == .held(.loosened))
    }

    @Test func `what is armed under a stop netboots when it is lifted by a later commit`() {
        var world = World()
        world.commit(Delta(host(false, stopped: true)), .firstSight)
        world.commit(Delta(host(true, stopped: true)))
        #expect(world.refusal(.a) == .held(.suspended))
        world.commit(Delta(host(true)))
        #expect(world.decision(.a).word == "netboot")
    }

    @Test func `the explanation names the place, the reason and what ends it`() {
        var world = World.armed()
        world.commit(Delta(host(true, stopped: true)))
        let text = world.standing.explanation(of: world.decision(.a), for: .a, now: Now(now))
        #expect(text.contains("x.yaml:5:3 (switch upgrade)") && text.contains("bootlatch resume a"))
        world.commit(Delta(host(true)).and(policy(true)))
        let all = world.standing.explanation(of: world.decision(.a), for: .a, now: Now(now))
        #expect(all.contains("`bootlatch resume` ends it for everyone"))
    }
}
