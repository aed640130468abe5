import Foundation
import Inventory
import Reconcile
import Testing

struct ReconcilerAuthorsTests {
    private static func policy(_ fields: String) -> String {
        "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: lab}\nspec:\n  expireAfter: 2h\n\(fields)"
    }

    private var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(20)) }

    /// A policy of Ada's, into which Grace wrote a freeze.
    private func frozen() async throws -> (lab: Lab, origins: [RuleOrigin?]) {
        let lab = try await Lab()
        try lab.push([Lab.path(1): Lab.manifest(1, isOn: false), "policies/lab.yaml": Self.policy("")])
        let freeze = "  freeze: [{from: 2020-01-01T00:00:00Z, until: 2099-01-01T00:00:00Z}]\n"
        try Self.policy(freeze).write(
            to: lab.site.appending(path: "clone/policies/lab.yaml"), atomically: true, encoding: .utf8)
        try lab.git("commit", "-qam", "Freeze", "--author", "Grace <grace@lab>")
        try lab.git("push", "-q", "origin", "HEAD:main")
        try #require(await lab.reconciler.reconcile().failure == nil)
        let standing = lab.gate.current
        let interface = try #require(MACAddress(Lab.mac(1)).flatMap { standing.inventory[$0] })
        return (
            lab, [.deadline, .notFrozen, .journal].map { RuleOrigin(of: $0, for: interface, in: standing) }
        )
    }

    @Test func `who wrote a policy's field is found in the mirror`() async throws {
        let (lab, origins) = try await frozen()
        let authored = await lab.reconciler.authored(origins, at: lab.gate.current.inventory.tip, until: soon)
        let commits = try lab.git("log", "--format=%H").split(separator: "\n").map { CommitID(String($0)) }
        #expect(authored.map(\.?.provenance?.commit) == [commits.last, commits.first, nil])
        #expect(authored.map(\.?.location) == origins.map(\.?.location))
        #expect(authored.map(\.?.provenance?.author) == ["Ada", "Grace", nil])
    }

    @Test func `where nothing is found in time, the places stay`() async throws {
        let (lab, origins) = try await frozen()
        let tip = lab.gate.current.inventory.tip
        let never = CommitID(String(repeating: "ab", count: 20))
        for (tip, deadline) in [(nil, soon), (never, soon), (tip, .now)] {
            #expect(await lab.reconciler.authored(origins, at: tip, until: deadline) == origins)
        }
    }

    @Test func `what a commit is known for already is not asked again`() async throws {
        let (lab, origins) = try await frozen()
        var known = try #require(origins[1])
        known.provenance = Provenance(
            commit: CommitID("c"), author: "Ada", committedAt: lab.now.wall, location: try #require(known.location))
        #expect(await lab.reconciler.authored([known], at: lab.gate.current.inventory.tip, until: soon) == [known])
    }
}
