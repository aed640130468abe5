import Testing

@testable import Inventory

struct HostPolicyTests {
    @Test(arguments: [
        ("*", "", true), ("*", "anything", true), ("", "", true), ("", "a", false), ("node-*", "node-07", true),
        ("node-*", "xnode-07", false), ("*-07", "node-07", true), ("n?de-07", "node-07", true), ("n?de", "nde", false),
        ("a*b*c", "aXXbYYc", true), ("a*b*c", "aXXcYYb", false), ("**", "a", true), ("lab/*", "lab/node", true),
        ("inventory/*/*.yaml", "inventory/oslo/a.yaml", true), ("[ab]", "a", false),
    ])
    func `globs`(pattern: String, text: String, matches: Bool) {
        #expect(glob(pattern, matches: text) == matches)
    }

    @Test func `a glob is linear for each star`() {
        let text = String(repeating: "a", count: 20_000)
        #expect(!glob("a*a*a*a*b", matches: text))
    }

    private let machine = host("node-07", [interface(.a, true)], labels: ["site": "lab", "rack": "1"])

    private func rules(_ policies: (name: String, selector: BootPolicy.Selector, expireAfter: Int64?)...) -> PolicyRules
    {
        var rules = PolicyRules()
        rules.policies = policies.map {
            .init(
                policy: BootPolicy(
                    name: $0.name, location: SourceLocation(path: "p.yaml"), selector: $0.selector,
                    expireAfter: $0.expireAfter), isBroken: false)
        }
        return rules
    }

    @Test func `the most specific policy wins, field by field`() {
        // Least specific first: path depth, number of labels, name glob, exact name.
        let ladder: [BootPolicy.Selector] = [
            .init(), .init(paths: ["*"]), .init(paths: ["inventory/*"]), .init(matchLabels: ["site": "lab"]),
            .init(matchLabels: ["site": "lab"], paths: ["*"]), .init(matchLabels: ["site": "lab", "rack": "1"]),
            .init(names: ["node-*"]), .init(names: ["node-07"]), .init(matchLabels: ["rack": "1"], names: ["node-07"]),
        ]
        for (less, more) in zip(ladder, ladder.dropFirst()) {
            let settings = rules(("less", less, 100), ("more", more, 200)).settings(for: machine)
            #expect(settings.expireAfter == 200 && !settings.isPolicyBroken, "\(more)")
            #expect(rules(("less", less, 100), ("more", more, nil)).settings(for: machine).expireAfter == 100)
        }
    }

    @Test(arguments: [
        BootPolicy.Selector(matchLabels: ["site": "oslo"]), .init(matchLabels: ["site": "lab", "rack": "2"]),
        .init(names: ["node-08", "other/*"]), .init(paths: ["policies/*"]),
        .init(matchLabels: ["site": "lab"], names: ["x"]),
    ])
    func `all parts of a selector must match`(selector: BootPolicy.Selector) {
        #expect(rules(("p", selector, 100)).settings(for: machine).expireAfter == 24 * 3600)
    }

    @Test func `names with a slash are namespace and name`() {
        var spaced = machine
        spaced.id = Host.ID(namespace: "rack1", name: "node-07")
        #expect(rules(("p", .init(names: ["rack1/node-07"]), 100)).settings(for: spaced).expireAfter == 100)
        #expect(rules(("p", .init(names: ["rack2/*"]), 100)).settings(for: spaced).expireAfter == 24 * 3600)
        #expect(rules(("p", .init(names: ["node-*"]), 100)).settings(for: spaced).expireAfter == 100)
    }

    @Test func `two equally specific policies that disagree are an error that names both`() {
        let disagreeing = rules(("one", .init(names: ["node-*"]), 100), ("two", .init(names: ["*-07"]), 200))
        #expect(disagreeing.settings(for: machine).isPolicyBroken)
        let conflict = disagreeing.conflicts(for: machine).first
        #expect(conflict?.field == "expireAfter" && Set([conflict?.first, conflict?.second]) == ["one", "two"])
        #expect(rules(("one", .init(), 100), ("two", .init(), 100)).conflicts(for: machine).isEmpty)
    }

    /// Two values for each field.
    @Test(arguments: [
        "netboot", "attempts.full", "attempts.early", "expireAfter", "freeze", "outdatedAfter", "limits.armedAtOnce",
        "limits.armedPerCommit", "require.serial", "require.uuid", "require.armID", "require.signedBy", "introduce",
        "refuse.pxe", "refuse.http", "refuse.bios", "refuse.uefi",
    ])
    func `every guard is merged field by field, and equal ranks that disagree name both`(field: String) {
        func policy(_ name: String, _ selector: BootPolicy.Selector, _ second: Bool?) -> PolicyRules.Rule {
            var policy = BootPolicy(name: name, location: SourceLocation(path: "p.yaml"), selector: selector)
            if let second {
                switch field {
                case "netboot": policy.netboot = second ? .never : .allow
                case "attempts.full": policy.attempts.full = second ? 5 : 6
                case "attempts.early": policy.attempts.early = second ? 5 : 6
                case "expireAfter": policy.expireAfter = second ? 60 : 120
                case "limits.armedPerCommit": policy.armedPerCommit = second ? 1 : 2
                case "introduce": policy.introduce = second ? .loader : .nothing
                case "refuse.pxe": policy.refuse.pxe = second ? .silent : .offer
                case "refuse.http": policy.refuse.http = second ? .silent : .notFound
                case "refuse.bios": policy.refuse.bios = second ? [.poweroff] : [.grubLocal]
                case "refuse.uefi": policy.refuse.uefi = second ? [] : [.poweroff]
                case "freeze": policy.freeze = second ? [] : [Freeze(.once(from: now, until: now.later(1)))]
                case "outdatedAfter": policy.outdatedAfter = second ? 60 : 120
                case "limits.armedAtOnce": policy.armedAtOnce = second ? 1 : 2
                case "require.serial": policy.require.serial = second
                case "require.uuid": policy.require.uuid = second
                case "require.armID": policy.require.armID = second
                default: policy.require.signedBy = second ? ["ops"] : ["lead"]
                }
            }
            return .init(policy: policy, isBroken: false)
        }
        func settings(_ policies: PolicyRules.Rule...) -> HostPolicy {
            var rules = PolicyRules()
            rules.policies = policies
            return rules.settings(for: machine)
        }
        let all = BootPolicy.Selector()
        let named = BootPolicy.Selector(names: ["node-07"])
        // The policy in force is the first of one, and the first of two.
        #expect(settings(policy("p", all, true)) == settings(policy("p", named, true), policy("q", all, false)))
        #expect(settings(policy("p", all, true)) == settings(policy("p", all, true), policy("q", named, nil)))
        #expect(settings(policy("p", all, true)) != settings(policy("p", all, false)))
        var rules = PolicyRules()
        rules.policies = [policy("one", all, true), policy("two", all, false)]
        #expect(rules.settings(for: machine).isPolicyBroken)
        #expect(rules.conflicts(for: machine).map(\.field) == [field])
        #expect(rules.conflicts(for: machine).map { Set([$0.first, $0.second]) } == [["one", "two"]])
    }

    @Test func `half of the attempts says nothing about the other half`() {
        func attempts(_ general: AttemptsPolicy, _ special: BootPolicy.Selector, _ other: AttemptsPolicy) -> HostPolicy
        {
            var rules = rules(("general", .init(), nil), ("special", special, nil))
            rules.policies[0].policy.attempts = general
            rules.policies[1].policy.attempts = other
            return rules.settings(for: machine)
        }
        let stricter = attempts(.init(full: 1, early: 1), .init(names: ["node-07"]), .init(full: 2))
        #expect(stricter.attempts == Attempts(full: 2, early: 1))
        let halves = attempts(.init(full: 1), .init(), .init(early: 5))
        #expect(halves.attempts == Attempts(full: 1, early: 5) && !halves.isPolicyBroken)
        #expect(attempts(.init(), .init(), .init(full: 4)).attempts == Attempts(full: 4, early: 3))
        #expect(attempts(.init(full: 1), .init(), .init(full: 2, early: 5)).isPolicyBroken)
    }
}
