import Testing

@testable import Inventory

struct RuleOriginTests {
    private static let place = SourceLocation(path: "policies/lab.yaml", line: 7, column: 3)

    private func origin(_ rule: BootRule, _ world: World) throws -> RuleOrigin? {
        RuleOrigin(of: rule, for: try #require(world.standing.inventory[.a]), in: world.standing)
    }

    @Test(arguments: [
        (BootRule.attempts, "attempts.full"), (.attempts, "attempts.early"), (.seen, "introduce"),
        (.deadline, "expireAfter"), (.allowed, "netboot"), (.notFrozen, "freeze"),
        (.machine, "require.serial"), (.current, "outdatedAfter"), (.turn, "limits.armedAtOnce"),
    ])
    func `what a policy decides is shown where the policy says it`(rule: BootRule, field: String) throws {
        var world = World.armed()
        #expect(try origin(rule, world)?.location != Self.place)
        world.commit(.policy { $0.fields[field] = Self.place })
        #expect(try origin(rule, world)?.location == Self.place)
        // A more specific one outranks it.
        let own = SourceLocation(path: "policies/own.yaml", line: 2, column: 1)
        world.commit(
            .policy(named: "own") {
                $0.selector = BootPolicy.Selector(names: ["a"])
                $0.fields[field] = own
            })
        #expect(try origin(rule, world)?.location == own)
    }

    @Test func `the arming and the turn-off are shown with their commits`() throws {
        var world = World.armed()
        for rule in [BootRule.on, .unspent, .notHeld, .recorded] {
            let found = try #require(try origin(rule, world))
            #expect(found.provenance?.commit.hex == "c2", "\(rule)")
            #expect(found.provenance?.author == "Ada")
            #expect(found.location == SourceLocation(path: "x", line: 3))
        }
        world.commit(Delta(host("a", [interface(.a, false)])))
        #expect(try origin(.on, world)?.provenance?.commit.hex == "c3")
        #expect(try origin(.unspent, world)?.provenance?.commit.hex == "c3")
        #expect(try origin(.journal, world) == nil)
        #expect(try origin(.plan, world)?.location == SourceLocation(path: "x", line: 3))
        #expect(try origin(.present, world)?.location.map { "\($0)" } == "inventory/a.yaml:1:1")
    }
}
