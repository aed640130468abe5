import Testing

@testable import Inventory

private typealias Selector = BootPolicy.Selector

private func rule(_ selector: BootPolicy.Selector, _ names: String...) -> SignatureRule {
    SignatureRule(
        selector: selector, names: Set(names), policy: "p", location: SourceLocation(path: "policies/p.yaml"))
}

private let rackA = Selector(matchLabels: ["rack": "a"])
private let rackB = Selector(matchLabels: ["rack": "b"])
private let all = Selector()

struct SignatureRulesTests {
    @Test(arguments: [
        (rule(all, "eve"), rule(all, "ops"), true), (rule(all, "ops"), rule(all, "ops", "eve"), false),
        (rule(all, "ops", "eve"), rule(all, "ops"), true),
        // Less specific than the other wherever both match.
        (rule(all, "eve"), rule(rackA, "ops"), false), (rule(rackA, "eve"), rule(all, "ops"), true),
        // No host is in both racks.
        (rule(rackA, "eve"), rule(rackB, "ops"), false),
        (rule(Selector(names: ["n-*"]), "eve"), rule(rackA, "ops"), true),
        (rule(Selector(names: ["n-*"]), "eve"), rule(Selector(names: ["n-1"]), "ops"), true),
        (rule(rackA, "eve"), rule(Selector(names: ["n-*"]), "ops"), false),
        (rule(Selector(paths: ["a/b/*"]), "eve"), rule(Selector(paths: ["a/*"]), "ops"), true),
        (rule(Selector(paths: ["a/*"]), "eve"), rule(Selector(paths: ["a/b/*"]), "ops"), false),
    ])
    func `a rule may loosen another where it may win with other names`(
        new: SignatureRule, old: SignatureRule, expected: Bool
    ) {
        #expect(new.mayLoosen(old) == expected)
        #expect(SignatureRules([old, new]).loosened(from: SignatureRules([old])).isEmpty == !expected)
    }

    @Test func `what goes is loosened, what is asked of more people's choice is not`() {
        let old = SignatureRules([rule(rackA, "ops", "lead"), rule(rackB, "ops")])
        #expect(SignatureRules([rule(rackB, "ops")]).loosened(from: old) == [old.rules[0]])
        #expect(SignatureRules([rule(rackA, "lead"), rule(rackB, "ops")]).loosened(from: old) == [])
        #expect(SignatureRules().loosened(from: old) == old.rules)
    }

    @Test func `signers change what they are named in, and nothing else`() {
        let old = SignatureRules([rule(rackA, "ops"), rule(rackB, "lead")])
        let new = SignatureRules([rule(rackA, "eve"), rule(all, "eve")])
        #expect(old.following(from: old, to: new, signedBy: []) == old)
        #expect(
            old.following(from: old, to: new, signedBy: ["ops"])
                == SignatureRules([rule(rackA, "eve"), rule(rackB, "lead"), rule(all, "eve")]))
        #expect(old.following(from: old, to: new, signedBy: ["ops", "lead"]) == new)
        // What they did not touch stands, though they are named in it.
        let standing = SignatureRules([rule(rackA, "ops"), rule(rackB, "ops")])
        let tip = SignatureRules([rule(rackB, "ops")])
        #expect(
            standing.following(from: tip, to: SignatureRules(), signedBy: ["ops"])
                == SignatureRules([rule(rackA, "ops")]))
    }

    @Test func `the most specific rule asks`() {
        let rules = SignatureRules([rule(all, "ops"), rule(rackA, "lead"), rule(Selector(names: ["a"]), "own")])
        #expect(rules.rule(for: host("a", [], labels: ["rack": "a"]))?.names == ["own"])
        #expect(rules.rule(for: host("b", [], labels: ["rack": "a"]))?.names == ["lead"])
        #expect(rules.rule(for: host("c", []))?.names == ["ops"])
        #expect(SignatureRules().rule(for: host("c", [])) == nil)
    }
}
