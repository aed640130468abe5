import Foundation
import Inventory
import Reconcile
import Testing

/// A way to take a signature's requirement from a host, in one commit or several.
struct Loosening: Sendable, CustomTestStringConvertible {
    typealias Files = [String: String?]

    var testDescription: String
    /// What of the repo is other than in the other ways.
    var before: [String: String] = [:]
    var commits: [Files]
    /// The file of the host, and what it says, when it is armed.
    var path = "inventory/node-01.yaml"
    var labels = "rack: a"
    var name = "node-01"

    static let policy = "policies/lab.yaml"
    static let asked = signingPolicy("selector: {matchLabels: {rack: a}}, require: {signedBy: [ops]}")
    static let node = "inventory/node-01.yaml"

    init(
        _ name: String, before: [String: String] = [:], _ commits: Files..., path: String = node,
        labels: String = "rack: a", host: String = "node-01"
    ) {
        (testDescription, self.before, self.commits, self.path) = (name, before, commits, path)
        (self.labels, self.name) = (labels, host)
    }

    static let all = [
        Loosening("the requirement is taken out", [policy: signingPolicy("selector: {matchLabels: {rack: a}}")]),
        Loosening(
            "another may sign, too",
            [policy: signingPolicy("selector: {matchLabels: {rack: a}}, require: {signedBy: [ops, eve]}")]),
        Loosening(
            "another must sign",
            [policy: signingPolicy("selector: {matchLabels: {rack: a}}, require: {signedBy: [eve]}")]),
        Loosening("the policy's file is deleted", [policy: nil]),
        Loosening("the policy's file is renamed", [policy: nil, "policies/lab.txt": asked]),
        Loosening("the policy's file becomes empty", [policy: "# nothing\n"]),
        Loosening(
            "the selector picks another rack",
            [policy: signingPolicy("selector: {matchLabels: {rack: b}}, require: {signedBy: [ops]}")]),
        Loosening(
            "the selector picks fewer of the rack",
            [policy: signingPolicy("selector: {matchLabels: {rack: a}, names: [x]}, require: {signedBy: [ops]}")]),
        Loosening(
            "a more specific policy names another",
            [
                "policies/own.yaml": signingPolicy(
                    "selector: {names: [node-01]}, require: {signedBy: [eve]}", name: "own")
            ]),
        Loosening(
            "a policy as specific names another",
            [
                "policies/a.yaml": signingPolicy(
                    "selector: {matchLabels: {tier: x}}, require: {signedBy: [eve]}", name: "a"),
                node: signedNode(false, labels: "rack: a, tier: x"),
            ], labels: "rack: a, tier: x"),
        Loosening("the file breaks and is deleted", [policy: "{"], [policy: nil]),
        Loosening(
            "the file breaks and is repaired without it", [policy: "{"], [policy: signingPolicy("netboot: allow")]),
        Loosening("the host loses its label", [node: signedNode(false, labels: "")], labels: ""),
        Loosening("the host's label changes", [node: signedNode(false, labels: "rack: b")], labels: "rack: b"),
        Loosening(
            "label and policy change together",
            [
                node: signedNode(false, labels: "rack: b"),
                policy: signingPolicy("selector: {matchLabels: {rack: c}}, require: {signedBy: [ops]}"),
            ], labels: "rack: b"),
        Loosening(
            "the host is renamed",
            before: [policy: signingPolicy("selector: {names: [\"node-*\"]}, require: {signedBy: [ops]}")],
            [node: signedNode(false, name: "machine")], host: "machine"),
        Loosening(
            "the host's file is moved",
            before: [policy: signingPolicy("selector: {paths: [\"inventory/node*\"]}, require: {signedBy: [ops]}")],
            [node: nil, "inventory/x.yaml": signedNode(false)], path: "inventory/x.yaml"),
        Loosening(
            "the host is deleted and comes back without its label", [node: nil], [node: signedNode(false, labels: "")],
            labels: ""),
        Loosening("the host is deleted, then the policy", [node: nil], [policy: nil], [node: signedNode(false)]),
    ]
}

@Suite(.enabled(if: isInstalled("ssh-keygen"), "needs ssh-keygen"))
struct StandingSignaturesTests {
    private static func lab(_ way: Loosening) async throws -> Lab {
        let others = (2...5).map { node($0) }.joined(separator: "---\n")
        let files = [
            Loosening.node: signedNode(false), Loosening.policy: Loosening.asked, "inventory/others.yaml": others,
        ]
        return try await Lab.signed(files.merging(way.before) { $1 })
    }

    private func arm(_ way: Loosening, _ lab: Lab, _ on: Bool = true) throws {
        try lab.edit([way.path: signedNode(on, labels: way.labels, name: way.name)])
    }

    @Test(arguments: Loosening.all)
    func `what an unsigned commit loosens stands, over restarts, until it is taken back`(way: Loosening) async throws {
        let first = try await Self.lab(way)
        let good = try first.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
        for files in way.commits {
            try first.edit(files)
            #expect(await !first.isArmed())
        }
        #expect(try await first.alerts() != [])
        let lab = try await Lab(folder: first.folder)
        try arm(way, lab)
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
        #expect(lab.gate.current.inventory.diagnostics.contains { "\($0)".contains("signature") })
        // Another restart, on top of what stands.
        let again = try await Lab(folder: first.folder)
        try arm(way, again, false)
        try arm(way, again)
        #expect(await !again.isArmed())
        #expect(again.decision(signedMAC) == .localBoot(.held(.unsigned)))
        try again.git("rm", "-rq", "inventory", "policies")
        try again.git("checkout", good, "--", ".")
        try again.push(["README": "back"])
        #expect(await !again.isArmed())
        #expect(again.gate.current.inventory.signatures == StandingSignatures())
        try again.sign(as: "ops")
        try again.edit([Loosening.node: signedNode(true)])
        #expect(await again.isArmed())
        withExtendedLifetime((first, lab)) {}
    }

    @Test(arguments: Loosening.all)
    func `what one of those whom it names loosens by a signed commit is loosened`(way: Loosening) async throws {
        let lab = try await Self.lab(way)
        try lab.sign(as: "ops")
        for files in way.commits {
            try lab.edit(files)
            #expect(await !lab.isArmed())
        }
        #expect(lab.gate.current.inventory.signatures == StandingSignatures())
        #expect(try await lab.alerts() == [])
        let isStillAsked = lab.gate.current.inventory[try #require(MACAddress(signedMAC))].map {
            $0.settings.require.signedBy != nil || $0.settings.isPolicyBroken
        }
        try lab.sign(as: nil)
        try arm(way, lab)
        #expect(await lab.isArmed() == (isStillAsked != true))
    }
}
