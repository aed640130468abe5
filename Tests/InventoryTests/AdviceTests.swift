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

    @Test func `a name without a key is to be given one first`() throws {
        var world = World.armed()
        world.commit(.policy { $0.require.signedBy = ["ops", "lead"] })
        let first = "give lead or ops a key (`inventory.allowedSigners` or `openPGPKeys`); then "
        for decision in [Decision.localBoot(.off), .localBoot(.held(.unsigned)), .localBoot(.held(.overLimit))] {
            world.standing.inventory.knownSigners = []
            #expect(try advice(decision, world).hasPrefix(first), "\(decision)")
            #expect(try advice(decision, world).split(separator: "give ").count == 1)
            world.standing.inventory.knownSigners = ["lead"]
            #expect(try !advice(decision, world).contains("key"))
            world.standing.inventory.knownSigners = nil
            #expect(try !advice(decision, world).contains("key"))
        }
        world.standing.inventory.knownSigners = ["lead"]
        #expect(
            world.standing.inventory.diagnostics.map(\.description) == [
                "policies/lab.yaml:1:1: warning: policy lab asks for a signature of lead or ops, and no key is known of ops: only the "
                    + "others can arm its hosts; add one to the signers (`inventory.allowedSigners`, `inventory.openPGPKeys`)"
            ])
        world.standing.inventory.knownSigners = []
        #expect(
            world.standing.inventory.diagnostics[0].message.contains("of lead or ops: no commit can arm its hosts;"))
        world.standing.inventory.knownSigners = nil
        #expect(world.standing.inventory.diagnostics == [])
    }

    @Test func `a host that nobody will ever recognise is not waited for`() throws {
        let key = try #require(MACAddress(unseenBy: ["serial": "CZ2041"]))
        var world = World()
        func van(_ labels: [String: String]) -> Delta {
            Delta(host("van", [interface(key, true)], labels: labels))
        }
        world.commit(Delta(host("van", [interface(key, false)], labels: ["serial": "CZ2041"])), .firstSight)
        world.commit(van(["serial": "CZ2041"]))
        #expect(world.decision(key) == .localBoot(.waiting))
        #expect(
            try advice(world.decision(key), world, key)
                == "give van a policy with `introduce: loader`, or a label `uuid` at inventory/van.yaml:1:1, or write its MAC at x:3:1, and push"
        )
        let text = world.standing.explanation(of: world.decision(key), for: key, now: Now(now))
        #expect(
            text.hasPrefix("waiting to be seen, and never will be: its serial CZ2041 shows only once a loader runs"))
        world.commit(.policy { $0.introduce = .loader })
        #expect(try advice(world.decision(key), world, key).hasPrefix("boot the machine: its MAC is written at x:3:1"))
        #expect(
            world.standing.explanation(of: world.decision(key), for: key, now: Now(now)).contains("the first machine"))
    }

    @Test func `a broken policy file is named with its line, and whether it may rule any host`() throws {
        var world = World.armed()
        func broken(_ name: String, _ line: Int) -> Delta {
            let path = "policies/\(name).yaml"
            let error = Diagnostic(.error, at: SourceLocation(path: path, line: line, column: 3), "no such field")
            return Delta([
                path: .read(
                    ParsedFile(path: path, diagnostics: [error], isBroken: true, mentionsPolicy: true), content: "b")
            ])
        }
        func explanation() -> String {
            world.standing.explanation(of: world.decision(.a), for: .a, now: Now(world.at))
        }
        world.commit(.policy(named: "other") { $0.selector.names = ["b"] })
        world.commit(broken("other", 5))
        #expect(world.refusal(.a) == nil)
        world.commit(.policy { $0.expireAfter = 7200 })
        world.commit(broken("lab", 4))
        #expect(world.refusal(.a) == .held(.brokenPolicy))
        // The other one's last good version does not pick this host.
        #expect(
            explanation() == "policies/lab.yaml:4:3 rules it (no such field); repair it (see `bootlatch validate`)")
        #expect(
            try advice(world.decision(.a), world) == "repair the policies: policies/lab.yaml:4:3 (no such field)")
        world.commit(.policy { $0.expireAfter = 7200 })
        world.commit(broken("never", 2))
        #expect(
            explanation()
                == "policies/never.yaml:2:3 never was good, so it may rule any host (no such field); repair it (see `bootlatch validate`)"
        )
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
