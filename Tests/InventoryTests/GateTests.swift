import Testing

@testable import Inventory

struct GateTests {
    private static func isGranted(_ world: World, _ boot: Boot) -> Bool {
        switch Gate(world.standing).permitAnswers(boot.token, now: Now(world.at)) {
        case .granted(let permit): permit.boot == boot && permit.interface.mac == boot.mac
        case .refused: false
        }
    }

    private static func mayHaveBytes(_ world: World, _ boot: Boot) -> Bool {
        if case .granted = Gate(world.standing).permitBytes(boot.token, now: Now(world.at)) { true } else { false }
    }

    @Test func `answers are given from the script on, and for half an hour after the report`() throws {
        var world = World.armed()
        let boot = try world.boot(.a)
        #expect(Self.isGranted(world, boot) && Self.mayHaveBytes(world, boot))
        world.end(.a, .provisioned)
        world.commit(Delta(host("a", [interface(.a, false)])), isOwn: true)
        #expect(Self.isGranted(world, boot) && !Self.mayHaveBytes(world, boot))
        world.at = now.later(answersAfter - 1)
        #expect(Self.isGranted(world, boot))
        world.at = now.later(answersAfter)
        #expect(!Self.isGranted(world, boot))
    }

    enum Against: CaseIterable { case disarm, freeze, never, suspension, deletion, broken, foreign, hook }

    @Test(arguments: Against.allCases)
    func `what ends a boot ends its answers`(against: Against) throws {
        var world = World.armed()
        var boot = try world.boot(.a)
        switch against {
        case .disarm: world.commit(Delta(host("a", [interface(.a, false)])))
        case .freeze: world.commit(.policy { $0.freeze = [Freeze(.once(from: now.later(-9), until: now.later(9)))] })
        case .never: world.commit(.policy { $0.netboot = .never })
        case .suspension:
            world.commit(.policy { $0.suspend = Stop(reason: "x", location: SourceLocation(path: "p.yaml")) })
        case .deletion:
            world.commit(Delta(host("b", [interface(.b, false)]), host("c", [interface(.c, false)])))
            world.commit(.removed("a"))
        case .broken: world.commit(.broken("a"))
        case .foreign: boot.token = Token("none")
        case .hook: boot.token = boot.hookToken
        }
        #expect(!Self.isGranted(world, boot))
    }
}
