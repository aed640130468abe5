import Foundation
import Git
import Inventory
import Reconcile
import Testing

private let kernel = "osie: {kernel: vmlinuz}"

private func manifest(_ number: Int, _ allow: String = "false", mac: String? = nil, boots: String = kernel) -> String {
    """
    apiVersion: tinkerbell.org/v1alpha1
    kind: Hardware
    metadata: {name: node-\(number)}
    spec:
      interfaces:
        - dhcp: {mac: "\(mac ?? address(number))"}
          netboot:
            allowPXE: \(allow)
            \(boots)

    """
}

private func address(_ number: Int) -> String { "52:54:00:00:00:\(number < 10 ? "0" : "")\(number)" }

private func path(_ number: Int) -> String { "inventory/node-\(number).yaml" }

private func policy(_ spec: String) -> String {
    "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: lab}\nspec: {\(spec)}\n"
}

/// A repo before a push, the push, and what it does: the preview must say what the daemon then decides.
struct PreviewCase: Sendable, CustomTestStringConvertible {
    typealias Files = [String: String?]

    var testDescription: String
    var before: Files
    var commits: [Files]
    /// `KIND MAC REASON`, by the MAC's last two digits.
    var changes: [String]

    init(_ name: String, _ before: Files, _ commits: Files..., does changes: String...) {
        (testDescription, self.before, self.commits, self.changes) = (name, before, commits, changes)
    }
}

private let eleven = Dictionary(uniqueKeysWithValues: (1...11).map { (path($0), Optional(manifest($0))) })
private let fleet: PreviewCase.Files = [
    "inventory/fleet.yaml": (20...29).map { manifest($0) }.joined(separator: "---\n")
]

private let cases = [
    PreviewCase("on", [path(1): manifest(1)], [path(1): manifest(1, "true")], does: "armed 01 armed"),
    PreviewCase("off", [path(1): manifest(1, "true")], [path(1): manifest(1)], does: "disarmed 01 off"),
    PreviewCase(
        "a new host, off", [path(1): manifest(1)], [path(2): manifest(2)], does: "changed 02 off"),
    PreviewCase("a new host, on", [path(1): manifest(1)], [path(2): manifest(2, "true")], does: "armed 02 armed"),
    PreviewCase(
        "removed while on", fleet.merging([path(1): manifest(1, "true")]) { $1 }, [path(1): nil],
        does: "disarmed 01 unknown"),
    PreviewCase(
        "removed while off", fleet.merging([path(1): manifest(1)]) { $1 }, [path(1): nil], does: "changed 01 unknown"),
    PreviewCase("a comment", [path(1): manifest(1, "true")], [path(1): "# rack 1\n" + manifest(1, "true")]),
    PreviewCase("true again", [path(1): manifest(1, "true")], [path(1): manifest(1, "yes")]),
    PreviewCase(
        "another kernel while on", [path(1): manifest(1, "true")],
        [path(1): manifest(1, "true", boots: "osie: {kernel: rescue}")], does: "changed 01 armed"),
    PreviewCase(
        "another kernel while off", [path(1): manifest(1)], [path(1): manifest(1, boots: "osie: {kernel: rescue}")],
        does: "changed 01 off"),
    PreviewCase("nothing to boot", [path(1): manifest(1)], [path(1): manifest(1, "true", boots: "osie: {}")],
        does: "held 01 noPlan"),
    PreviewCase(
        "a MAC edited while on", [path(1): manifest(1, "true")], [path(1): manifest(1, "true", mac: address(9))],
        does: "disarmed 01 unknown", "changed 09 armed"),
    PreviewCase(
        "MACs exchanged while on", [path(1): manifest(1, "true"), path(2): manifest(2, "true")],
        [path(1): manifest(1, "true", mac: address(2)), path(2): manifest(2, "true", mac: address(1))],
        does: "held 02 held:ambiguous", "held 01 held:ambiguous"),
    PreviewCase(
        "a MAC claimed twice", [path(1): manifest(1, "true")], [path(2): manifest(2, mac: address(1))],
        does: "held 01 suspended:duplicate"),
    PreviewCase(
        "a file that breaks while on", [path(1): manifest(1, "true")], [path(1): manifest(1, "\"true\"")],
        does: "held 01 suspended:broken"),
    PreviewCase(
        "a broken file repaired, on as it was", [path(1): manifest(1, "true")], [path(1): "{"],
        [path(1): manifest(1, "true")]),
    PreviewCase(
        "eleven in one commit", eleven, Dictionary(uniqueKeysWithValues: (1...11).map { (path($0), manifest($0, "true")) }),
        does: "held 01 held:overLimit", "held 10 held:overLimit", "held 11 held:overLimit", "held 02 held:overLimit",
        "held 03 held:overLimit", "held 04 held:overLimit", "held 05 held:overLimit", "held 06 held:overLimit",
        "held 07 held:overLimit", "held 08 held:overLimit", "held 09 held:overLimit"),
    PreviewCase(
        "a policy that begins to forbid", [path(1): manifest(1, "true"), path(2): manifest(2)],
        ["policies/lab.yaml": policy("netboot: never")], does: "held 01 never"),
    PreviewCase(
        "armed with the policy that allows it", [path(1): manifest(1), "policies/lab.yaml": policy("netboot: never")],
        [path(1): manifest(1, "true"), "policies/lab.yaml": policy("netboot: allow")], does: "held 01 held:loosened"),
    PreviewCase(
        "armed with a policy that forbids it", [path(1): manifest(1)],
        [path(1): manifest(1, "true"), "policies/lab.yaml": policy("netboot: never")], does: "held 01 never"),
    PreviewCase(
        "a policy file that breaks", [path(1): manifest(1, "true"), "policies/lab.yaml": policy("netboot: allow")],
        ["policies/lab.yaml": policy("netboot: maybe")], does: "held 01 held:brokenPolicy"),
    PreviewCase(
        "on and off in one push", [path(1): manifest(1)], [path(1): manifest(1, "true")], [path(1): manifest(1)],
        does: "changed 01 off"),
    PreviewCase(
        "off and on in one push", [path(1): manifest(1, "true")], [path(1): manifest(1)],
        [path(1): manifest(1, "true")], does: "armed 01 armed"),
    PreviewCase(
        "four times on in one push", [path(1): manifest(1)], [path(1): manifest(1, "true")], [path(1): manifest(1)],
        [path(1): manifest(1, "true")], [path(1): manifest(1)], [path(1): manifest(1, "true")], [path(1): manifest(1)],
        [path(1): manifest(1, "true")], does: "held 01 held:flapping"),
    PreviewCase(
        "most hosts lost", eleven.merging([path(1): manifest(1, "true")]) { $1 },
        Dictionary(uniqueKeysWithValues: (1...6).map { (path($0), nil) }),
        does: "held 01 suspended:lost", "changed 02 suspended:lost", "changed 03 suspended:lost",
        "changed 04 suspended:lost", "changed 05 suspended:lost", "changed 06 suspended:lost"),
]

struct PreviewTests {
    @Test(arguments: cases)
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
            preview.changes.map { "\($0.kind.rawValue) \("\($0.mac)".suffix(2)) \($0.after.reason)" } == example.changes)
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
        let macs = (1...29).compactMap { MACAddress(address($0)) }
        return Dictionary(uniqueKeysWithValues: macs.map { ($0, lab.decision("\($0)")) })
            .filter { $0.value != .ignore(.unknown) || lab.gate.current.inventory.state(of: $0.key) != nil }
    }

    @Test func `a change names the commit, the author and the place that made it`() async throws {
        let lab = try await Lab()
        try lab.change([path(1): manifest(1), path(2): manifest(2)])
        let old = try lab.head()
        try lab.change([path(1): manifest(1, "true")])
        let arming = try lab.head()
        try lab.change([path(2): "# later\n" + manifest(2, "true")])
        let preview = try await lab.preview(from: old, to: lab.head())
        let first = try #require(preview.changes.first)
        #expect(first.since.commit.hex == arming.description)
        #expect(first.since.author == "Ada")
        #expect("\(first.since.location)" == "inventory/node-1.yaml:8:19")
        #expect("\(preview.changes[1].since.location)" == "inventory/node-2.yaml:9:19")
        #expect(first.detail == "may netboot once; boots vmlinuz")
    }

    @Test func `commits that arm few hosts each arm too many when they are merged as one`() async throws {
        let lab = try await Lab()
        try lab.change(eleven)
        let old = try lab.head()
        for number in 1...11 { try lab.change([path(number): manifest(number, "true")]) }
        let walked = try await lab.preview(from: old, to: lab.head())
        #expect(walked.changes.map(\.kind) == Array(repeating: .armed, count: 11))
        let merged = try await lab.preview(from: old, to: lab.head(), asOne: true)
        #expect(merged.kind == .single)
        #expect(merged.changes.map(\.after) == Array(repeating: .localBoot(.held(.overLimit)), count: 11))
    }

    @Test func `what does not descend from the old commit is a force push, and arms nothing`() async throws {
        let lab = try await Lab()
        try lab.change([path(1): manifest(1)])
        let base = try lab.head()
        try lab.change([path(1): "# one\n" + manifest(1)])
        let old = try lab.head()
        try lab.git("reset", "-q", "--hard", base.description)
        try lab.commit([path(1): manifest(1, "true")])
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(preview.kind == .forcePush)
        #expect(preview.changes.map(\.after) == [.localBoot(.held(.forcePush))])
    }

    @Test func `a merge of a branch from before Bootlatch's disarm is stale`() async throws {
        let lab = try await Lab()
        try lab.change([path(1): manifest(1)])
        try lab.git("checkout", "-q", "-b", "side")
        try lab.commit([path(1): manifest(1, "true")])
        try lab.git("checkout", "-q", "main")
        try lab.git("merge", "-q", "--no-ff", "-m", "Install node-1", "side")
        try lab.commit(
            [path(1): manifest(1)],
            "Disable PXE for node-1: provisioned\n\nBootlatch-MAC: \(address(1))\nBootlatch-Arming: 01 armed by Ada")
        try lab.git("checkout", "-q", "-b", "again", "HEAD~1")
        try lab.commit(["docs/a.md": "a"])
        try lab.git("checkout", "-q", "main")
        let old = try lab.head()
        // Somebody resolves the conflict by what the branch says.
        try lab.git("merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "again")
        try lab.commit([path(1): manifest(1, "true")], "Merge again")
        let parents = try lab.git("rev-list", "--parents", "-1", "HEAD").split(separator: " ").count
        #expect(parents == 3)
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(preview.changes.map(\.after) == [.localBoot(.held(.stale))])
    }

    @Test func `files that are not committed are compared with HEAD`() async throws {
        let lab = try await Lab()
        try lab.change([
            path(1): manifest(1), path(2): manifest(2, "true"), path(3): manifest(3), ".gitignore": "*.orig.yaml\n",
        ])
        try lab.write([path(1): manifest(1, "true")])
        try lab.git("add", path(1))
        try lab.write([
            path(2): manifest(2), path(4): manifest(4, "true"), "inventory/a.orig.yaml": manifest(5, "true"),
            "other/b.yaml": manifest(6, "true"), "inventory/\"": "x",
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
        try lab.change([path(1): manifest(1, "\"true\""), path(2): manifest(2)])
        let old = try lab.head()
        try lab.change([path(2): manifest(2, "maybe")])
        let preview = try await lab.preview(from: old, to: lab.head())
        #expect(preview.diagnostics.map { $0.location.path } == [path(2)])
    }

    @Test func `a repo without the folders is empty`() async throws {
        let lab = try await Lab()
        try lab.change(["docs/a.md": "a"])
        let old = try lab.head()
        try lab.change(["docs/a.md": "b"])
        #expect(try await lab.preview(from: old, to: lab.head()).isEmpty)
    }
}

extension Lab {
    fileprivate var clone: String { folder.appending(path: "clone").path }

    fileprivate func head() throws -> ObjectID {
        let text = try git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
        return try #require(ObjectID(hex: text))
    }

    /// Writes files, and removes those that are nil.
    fileprivate func write(_ files: [String: String?]) throws {
        for (path, text) in files {
            let file = URL(filePath: "\(clone)/\(path)")
            guard let text else {
                try FileManager.default.removeItem(at: file)
                continue
            }
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
    }

    fileprivate func commit(_ files: [String: String?], _ message: String = "edit") throws {
        try write(files)
        try git("add", "-A")
        try git("commit", "-q", "--allow-empty", "-m", message)
    }

    /// Commits and pushes.
    fileprivate func change(_ files: [String: String?]) throws {
        try commit(files)
        try git("push", "-q", "origin", "HEAD:main")
    }

    private func previewer() throws -> Previewer {
        Previewer(
            repository: try Repository(bareAt: "\(clone)/.git", create: false), paths: ["inventory", "policies"],
            now: now.wall)
    }

    fileprivate func preview(from old: ObjectID, to new: ObjectID, asOne: Bool = false) async throws -> Preview {
        try await previewer().preview(from: old, to: new, asOne: asOne)
    }

    fileprivate func preview(_ tree: WorkTree?) async throws -> Preview {
        try await previewer().preview(try #require(tree), on: head())
    }
}
