import Foundation
import Git
import Inventory
import Reconcile
import Testing

struct PreviewTests {
    @Test(arguments: previewCases)
    func `a preview says what the daemon then decides`(example: PreviewCase) async throws {
        let lab = try await Lab()
        // What is on before the push was armed before it, as far as anybody can tell from git.
        try lab.change(example.before.mapValues { $0?.replacing("allowPXE: true", with: "allowPXE: false") })
        #expect(await lab.reconciler.reconcile().failure == nil)
        try lab.change(example.before)
        #expect(await lab.reconciler.reconcile().failure == nil)
        let old = try lab.head()
        let before = try Self.decisions(lab)
        for files in example.commits { try lab.change(files) }
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(
            preview.changes.map { "\($0.kind.rawValue) \("\($0.mac)".suffix(2)) \($0.after.reason)" } == example.changes
        )
        #expect(await lab.reconciler.reconcile().failure == nil)
        let after = try Self.decisions(lab)
        for (mac, decision) in after {
            let change = preview.changes.first { $0.mac == mac }
            #expect(decision == change?.after ?? before[mac] ?? .localBoot(.off), "\(mac)")
        }
        #expect(preview.kind == .commits)
        #expect(preview.steps == example.commits.count)
    }

    private static func decisions(_ lab: Lab) throws -> [MACAddress: Decision] {
        let macs = (1...29).compactMap { MACAddress(nodeAddress($0)) }
        return Dictionary(uniqueKeysWithValues: macs.map { ($0, lab.decision("\($0)")) })
            .filter { $0.value != .ignore(.unknown) || lab.gate.current.inventory.state(of: $0.key) != nil }
    }

    @Test func `a change names the commit, the author and the place that made it`() async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1), nodePath(2): node(2)])
        let old = try lab.head()
        try lab.change([nodePath(1): node(1, "true")])
        let arming = try lab.head()
        try lab.change([nodePath(2): "# later\n" + node(2, "true")])
        let preview = try await lab.preview(from: old, to: lab.head())
        let first = try #require(preview.changes.first)
        #expect(first.since.commit.hex == arming.description)
        #expect(first.since.author == "Ada")
        #expect("\(first.since.location)" == "inventory/node-1.yaml:8:19")
        #expect("\(preview.changes[1].since.location)" == "inventory/node-2.yaml:9:19")
        #expect(first.detail == "may netboot once; boots vmlinuz")
    }

    @Test(arguments: [
        ("osie: {kernel: vmlinuz}", "osie: {kernel: rescue}", "boots rescue (before: boots vmlinuz)"),
        ("osie: {kernel: k}", "osie: {kernel: k, kernelParams: [quiet]}", "boots k, otherwise than before"),
        (
            "osie: {kernel: k}", "osie: {kernel: k}\n        ipxe: {binary: ipxe.efi}",
            "loader ipxe.efi, was the default"
        ),
        ("osie: {kernel: k}", "osie: {kernel: k}\n      disableDhcp: true", "gets no lease"),
    ])
    func `a change says what is other than before`(before: String, after: String, detail: String) async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1, "true", boots: before)])
        let old = try lab.head()
        try lab.change([nodePath(1): node(1, "true", boots: after)])
        #expect(try await lab.preview(from: old, to: lab.head()).changes.map(\.detail) == [detail])
    }

    @Test func `a policy that changes what an armed host may do is told at the policy's place`() async throws {
        let lab = try await Lab()
        try lab.change([
            nodePath(1): node(1, "true"), nodePath(2): node(2), "policies/lab.yaml": policy("expireAfter: 1h"),
        ])
        let old = try lab.head()
        try lab.change(["policies/lab.yaml": "# longer\n" + policy("expireAfter: 2h")])
        let change = try #require(try await lab.preview(from: old, to: lab.head()).changes.first)
        #expect(change.detail == "its policies say something else about expireAfter")
        #expect("\(change.since.location)" == "policies/lab.yaml:2:1")
    }

    @Test func `commits that arm few hosts each arm too many when they are merged as one`() async throws {
        let lab = try await Lab()
        try lab.change(elevenNodes)
        let old = try lab.head()
        for number in 1...11 { try lab.change([nodePath(number): node(number, "true")]) }
        let walked = try await lab.preview(from: old, to: lab.head())
        #expect(walked.changes.map(\.kind) == Array(repeating: .armed, count: 11))
        let merged = try await lab.preview(from: old, to: lab.head(), asOne: true)
        #expect(merged.kind == .single)
        #expect(merged.changes.map(\.after) == Array(repeating: .localBoot(.held(.overLimit)), count: 11))
    }

    @Test func `what does not descend from the old commit is a force push, and arms nothing`() async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1)])
        let base = try lab.head()
        try lab.change([nodePath(1): "# one\n" + node(1)])
        let old = try lab.head()
        try lab.git("reset", "-q", "--hard", base.description)
        try lab.commit([nodePath(1): node(1, "true")])
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(preview.kind == .forcePush)
        #expect(preview.changes.map(\.after) == [.localBoot(.held(.forcePush))])
    }

    @Test func `a merge of a branch from before Bootlatch's disarm is stale`() async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1)])
        try lab.git("checkout", "-q", "-b", "side")
        try lab.commit([nodePath(1): node(1, "true")])
        try lab.git("checkout", "-q", "main")
        try lab.git("merge", "-q", "--no-ff", "-m", "Install node-1", "side")
        try lab.commit(
            [nodePath(1): node(1)],
            "Disable PXE for node-1: provisioned\n\nBootlatch-MAC: \(nodeAddress(1))\nBootlatch-Arming: 01 armed by Ada"
        )
        try lab.git("checkout", "-q", "-b", "again", "HEAD~1")
        try lab.commit(["docs/a.md": "a"])
        try lab.git("checkout", "-q", "main")
        let old = try lab.head()
        // Somebody resolves the conflict by what the branch says.
        try lab.git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "again")
        try lab.commit([nodePath(1): node(1, "true")], "Merge again")
        let parents = try lab.git("rev-list", "--parents", "-1", "HEAD").split(separator: " ").count
        #expect(parents == 3)
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(preview.changes.map(\.after) == [.localBoot(.held(.stale))])
    }

    @Test func `files that are not committed are compared with HEAD`() async throws {
        let lab = try await Lab()
        try lab.change([
            nodePath(1): node(1), nodePath(2): node(2, "true"), nodePath(3): node(3), ".gitignore": "*.orig.yaml\n",
        ])
        try lab.write([nodePath(1): node(1, "true")])
        try lab.git("add", nodePath(1))
        try lab.write([
            nodePath(2): node(2), nodePath(4): node(4, "true"), "inventory/a.orig.yaml": node(5, "true"),
            "other/b.yaml": node(6, "true"), "inventory/\"": "x",
        ])
        let preview = try await lab.preview(WorkTree.around(lab.clone))
        #expect(preview.kind == .workTree)
        #expect(preview.to == nil)
        #expect(preview.changes.map { "\($0.kind) \($0.host)" } == ["armed node-1", "disarmed node-2", "armed node-4"])
        #expect(preview.changes.allSatisfy { !$0.since.isCommitted })
        try lab.git("add", ".")
        try lab.git("commit", "-qm", "All")
        #expect(try await lab.preview(WorkTree.around(lab.clone)).changes == [])
    }

    @Test func `what is wrong in a changed file is told, what was wrong before is not`() async throws {
        let lab = try await Lab()
        try lab.change([nodePath(1): node(1, "\"true\""), nodePath(2): node(2)])
        let old = try lab.head()
        try lab.change([nodePath(2): node(2, "maybe")])
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(preview.diagnostics.map { $0.location.path } == [nodePath(2)])
    }

    @Test func `a repo without the folders is empty`() async throws {
        let lab = try await Lab()
        try lab.change(["docs/a.md": "a"])
        let old = try lab.head()
        try lab.change(["docs/a.md": "b"])
        #expect(try await lab.preview(from: old, to: lab.head()).isEmpty)
    }
}
