import Foundation
import Git
import Inventory
import Reconcile
import Testing

/// What a preview says where git alone does not know all that the daemon does.
struct PreviewWalkTests {
    private static func limit(_ limit: Int, _ more: String = "") -> [String: String?] {
        ["policies/lab.yaml": policy("limits: {armedPerCommit: \(limit)}\(more)")]
    }

    private static func three(_ allow: String) -> [String: String?] {
        Dictionary(uniqueKeysWithValues: (1...3).map { (nodePath($0), Optional(node($0, allow))) })
    }

    @Test(arguments: [false, true])
    func `a raised limit is told with what it may release, as the daemon then releases it`(asOne: Bool) async throws {
        let lab = try await Lab()
        try lab.change(Self.three("false").merging(Self.limit(2)) { $1 }.merging([nodePath(4): node(4)]) { $1 })
        #expect(await lab.reconciler.reconcile().failure == nil)
        try lab.change(Self.three("true"))
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.decision(nodeAddress(1)) == .localBoot(.held(.overLimit)))
        let old = try lab.head()
        // What the push itself turns on is armed, and told as that.
        try lab.change(Self.limit(3))
        try lab.change([nodePath(4): node(4, "true")])
        let preview = try await lab.preview(from: old, to: lab.head(), asOne: asOne)
        #expect(preview.changes.map(\.kind) == [.armed, .released, .released, .released])
        let released = try #require(preview.changes.last)
        #expect("\(released.since.location)" == "policies/lab.yaml:1:1")
        #expect(
            released.detail
                == "may netboot once where a daemon holds it `overLimit`, since `limits.armedPerCommit` is 3 now; boots vmlinuz; "
                + "its policies say something else about armedPerCommit")
        #expect(await lab.reconciler.reconcile().failure == nil)
        for number in 1...4 {
            guard case .netboot = lab.decision(nodeAddress(number)) else {
                Issue.record("node-\(number): \(lab.decision(nodeAddress(number)))")
                continue
            }
        }
        // Neither a lower limit, nor one that it turns off with.
        let next = try lab.head()
        try lab.change(Self.limit(1))
        #expect(try await lab.preview(from: next, to: lab.head()).changes.allSatisfy { $0.kind == .changed })
        try lab.change(Self.limit(9).merging(Self.three("false")) { $1 })
        let off = try await lab.preview(from: next, to: lab.head(), asOne: asOne).changes
        #expect(off.map(\.kind) == [.disarmed, .disarmed, .disarmed, .released])
    }

    @Test func `an unsigned raise releases nothing where a signature is asked for`() async throws {
        let lab = try await Lab()
        let signed = ", require: {signedBy: [ops]}"
        try lab.change(Self.three("true").merging(Self.limit(2, signed)) { $1 })
        let old = try lab.head()
        try lab.change(Self.limit(3, signed))
        let made = try await lab.preview(from: old, to: lab.head()).changes
        #expect(made.map(\.kind) == [.changed, .changed, .changed])
        #expect(
            made[0].detail.hasPrefix(
                "what a daemon holds `overLimit` stays held: the commit that raises `limits.armedPerCommit` must be signed by ops;"
            ))
        let merged = try await lab.preview(from: old, to: lab.head(), asOne: true).changes
        #expect(merged.map(\.kind) == [.released, .released, .released])
        #expect(merged[0].detail.contains("is 3 now, if ops signs that; boots"))
    }

    @Test func `a name that no key is known of is told where it is new, and where it holds`() async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1)])
        let first = try lab.head()
        try lab.change(["policies/lab.yaml": policy("require: {signedBy: [ops]}")])
        let second = try lab.head()
        let asked = try await lab.preview(from: first, to: second)
        let told = "policy lab asks for a signature of ops, and no key is known of ops: no commit can arm its hosts; "
        #expect(asked.diagnostics.count == 1 && asked.diagnostics[0].message.hasPrefix(told))
        try lab.change([nodePath(2): node(2)])
        #expect(try await lab.preview(from: second, to: lab.head()).diagnostics == [])
        try lab.change([nodePath(1): node(1, "true")])
        let held = try await lab.preview(from: second, to: lab.head())
        #expect(held.changes.contains { $0.after == .localBoot(.held(.unsigned)) })
        #expect(held.diagnostics.count == 1 && held.diagnostics[0].message.hasPrefix(told))
        // The daemon knows it, too; with a key it is content.
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.gate.current.inventory.diagnostics.map(\.message) == held.diagnostics.map(\.message))
        try lab.change(["policies/allowed_signers": "ops ssh-ed25519 AAAA\n"])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.gate.current.inventory.diagnostics == [])
        #expect(lab.gate.current.inventory.knownSigners == ["ops"])
        // Keys that are not committed yet are nobody's business.
        try lab.git("reset", "-q", "--hard", "\(first)")
        try lab.write([
            "policies/lab.yaml": policy("require: {signedBy: [ops]}"),
            "policies/allowed_signers": "ops ssh-ed25519 AAAA\n",
        ])
        #expect(try await lab.preview(WorkTree.around(lab.clone)).diagnostics == [])
    }

    @Test func `a policy file that goes is the place of what it changes`() async throws {
        let lab = try await Lab()
        try lab.change([
            nodePath(1): node(1, "true"), nodePath(2): node(2), "policies/n7.yaml": policy("expireAfter: 1h"),
        ])
        let old = try lab.head()
        try lab.change(["policies/n7.yaml": nil, nodePath(2): "# two\n" + node(2)])
        let change = try #require(try await lab.preview(from: old, to: lab.head()).changes.first)
        #expect("\(change.since.location)" == "policies/n7.yaml:1:1")
    }

    @Test func `a duplicate that goes leaves off what never could netboot, and disarms nothing`() async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1), nodePath(2): node(2, "true", mac: nodeAddress(1))])
        let old = try lab.head()
        try lab.change([nodePath(2): nil])
        let changes = try await lab.preview(from: old, to: lab.head()).changes
        #expect(changes.map { "\($0.kind) \($0.detail)" } == ["changed claimed once by now, and off"])
    }

    @Test func `a host that nothing introduces is held, not waited for`() async throws {
        let lab = try await Lab()
        func van(_ allow: String) -> String {
            node(1, allow).replacing("- dhcp: {mac: \"\(nodeAddress(1))\"}", with: "- dhcp: {hostname: van}")
                .replacing("{name: node-1}", with: "{name: van, labels: {serial: CZ2041}}")
        }
        try lab.change([nodePath(1): van("false")])
        let old = try lab.head()
        try lab.change([nodePath(1): van("true")])
        let change = try #require(try await lab.preview(from: old, to: lab.head()).changes.first)
        #expect(change.kind == .held && change.after == .localBoot(.waiting))
        #expect(change.detail.hasPrefix("waiting to be seen, and never will be: its serial CZ2041"))
        try lab.change(["policies/lab.yaml": policy("introduce: loader")])
        let introduced = try #require(try await lab.preview(from: old, to: lab.head()).changes.first)
        #expect(introduced.kind == .armed && introduced.detail == "may netboot once it is seen; boots vmlinuz")
    }
}
