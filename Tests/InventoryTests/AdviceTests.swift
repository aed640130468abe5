import Testing

@testable import Inventory

struct AdviceTests {
    private static let refusals: [Refusal] =
        [.off, .never, .noPlan, .journal, .superseded, .waiting] + Ending.allCases.map { .spent($0) }
        + Hold.allCases.map { .held($0) } + Suspension.allCases.map { .suspended($0) }

    static let decisions: [Decision] =
        [.netboot(.chain("x")), .ignore(.unknown)] + refusals.map { .localBoot($0) }

    private func advice(_ decision: Decision, _ world: World, _ mac: MACAddress = .a) throws -> String {
        Advice(try #require(world.standing.inventory[mac]), in: world.standing, now: Now(world.at)).text(on: decision)
    }

    @Test(arguments: decisions)
    func `every decision has an advice that names a place or a command`(decision: Decision) throws {
        var world = World.armed()
        world.commit(
            .policy {
                for field in ["netboot", "freeze", "limits.armedAtOnce", "limits.armedPerCommit", "require.serial"] {
                    $0.fields[field] = SourceLocation(path: "policies/lab.yaml", line: 7, column: 3)
                }
                $0.netboot = .allow
            })
        let text = try advice(decision, world)
        #expect(text.count > 30)
        let isSpecific = ["x:3:1", "policies/lab.yaml:7:3", "`bootlatch ", "52:54:00", "inventory/a.yaml", " a "]
            .contains { text.contains($0) }
        #expect(isSpecific || decision == .localBoot(.journal), "\(text)")
        #expect(text.first?.isLowercase == true || text.first == "`")
        #expect(!text.hasSuffix("."))
    }

    @Test func `what turns an interface on is asked for as its manifest stands`() throws {
        var world = World.armed()
        world.end(.a, .provisioned)
        #expect(
            try advice(.localBoot(.spent(.provisioned)), world)
                == "`bootlatch arm a`, or turn it off and on at x:3:1, by two commits")
        world.commit(Delta(host("a", [interface(.a, false)])))
        #expect(
            try advice(.localBoot(.spent(.provisioned)), world)
                == "`bootlatch arm a`, or write `allowPXE: true` at x:3:1, and push")
        world.commit(Delta(host("a", [interface(.a, false), interface(.b, false)])))
        #expect(try advice(.localBoot(.off), world).contains("`bootlatch arm \(MACAddress.a)`"))
    }

    @Test func `what would refuse an arming by hand is to be changed first`() throws {
        var world = World()
        world.commit(
            Delta(host("a", [interface(.a, false)])).and(
                .policy {
                    $0.netboot = .never
                    $0.fields["netboot"] = SourceLocation(path: "policies/lab.yaml", line: 7, column: 3)
                }), .firstSight)
        #expect(
            try advice(.localBoot(.off), world).hasPrefix(
                "change `netboot: never` in policy lab at policies/lab.yaml:7:3; then `bootlatch arm a`"))
        world.commit(
            .policy { $0.suspend = Stop(reason: "", location: SourceLocation(path: "policies/lab.yaml", line: 8)) })
        #expect(try advice(.localBoot(.off), world).hasPrefix("`bootlatch resume`; then `bootlatch arm a`"))
    }

    @Test func `what suspends by a policy of some hosts is taken out of that policy`() throws {
        var world = World.armed()
        world.commit(
            .policy {
                $0.selector.names = ["a"]
                $0.suspend = Stop(reason: "", location: SourceLocation(path: "policies/lab.yaml", line: 8))
            })
        let text = try advice(.localBoot(.held(.suspended)), world)
        #expect(text == "take `suspend` out of the policy at policies/lab.yaml:8:1 and push")
    }

    @Test func `where a signature is asked for, the advice says whose, and not to arm by command`() throws {
        var world = World.armed()
        world.commit(.policy { $0.require.signedBy = ["ops", "lead"] })
        for decision in [Decision.localBoot(.off), .localBoot(.spent(.failed)), .localBoot(.held(.unsigned))] {
            let text = try advice(decision, world)
            #expect(text.contains("by a commit signed by lead or ops"))
            #expect(!text.contains("bootlatch arm "))
        }
    }

    @Test func `two manifests that claim a MAC are both named, and what is broken with its error`() throws {
        var world = World.armed()
        world.commit(Delta(host("b", [interface(.a, true)])))
        let text = try advice(.localBoot(.suspended(.duplicate)), world)
        #expect(text.contains("inventory/a.yaml:1:1") && text.contains("inventory/b.yaml:1:1"))
        let error = Diagnostic(
            .error, at: SourceLocation(path: "inventory/a.yaml", line: 9, column: 2), "no such thing")
        var broken = World.armed()
        broken.commit(
            Delta([
                "inventory/a.yaml": .read(
                    ParsedFile(path: "inventory/a.yaml", diagnostics: [error], isBroken: true), content: "c")
            ]))
        #expect(
            try advice(.localBoot(.suspended(.broken)), broken)
                == "repair inventory/a.yaml:9:2 (no such thing), and push")
    }
}
