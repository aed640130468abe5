import Foundation
import Git
import Inventory
import Journal
import Reconcile
import Testing

private let mac = nodeAddress(1)

/// What git alone tells, of the real repo that a daemon and people have written to.
struct HistoryTests {
    private func history(_ lab: Lab, of reference: String = "node-1") async throws -> [String] {
        try lab.git("fetch", "-q")
        let previewer = Previewer(
            repository: try Repository(
                bareAt: lab.folder.appending(path: "clone").path + "/.git", create: false),
            paths: ["inventory", "policies"], signers: SignerPaths(), now: lab.now.wall)
        let text = try lab.git("rev-parse", "origin/main").trimmingCharacters(in: .newlines)
        let history = try await previewer.history(of: reference, at: try #require(ObjectID(hex: text)))
        return history.entries.map { entry in
            let words = [entry.kind.rawValue, entry.host?.description ?? "all", entry.detail, entry.reason].compactMap {
                $0
            }
            return (words + [entry.since.author, "\(entry.since.location)"]).joined(separator: " | ")
        }
    }

    private func push(_ lab: Lab, _ files: [String: String], _ message: String = "edit") async throws {
        try lab.push(files, message)
        #expect(await lab.reconciler.reconcile().failure == nil)
    }

    private func installed(_ lab: Lab) async throws {
        let sighting = Sighting(mac: try #require(MACAddress(mac)))
        let arming = try #require(lab.gate.current.inventory[sighting.mac]?.arming)
        let boot = try await lab.journal.admit(sighting, arming, at: lab.now)
        _ = try await lab.journal.report(
            .success, hook: boot.hookToken, evidence: "webhook from 10.0.0.7", at: lab.now.wall)
        #expect(try await lab.writeBack.flush() != nil)
    }

    @Test func `every turn of a machine, through renames, by whom and why`() async throws {
        let lab = try await Lab()
        try await push(lab, [nodePath(1): node(1), nodePath(2): node(2, "true")])
        try await push(lab, [nodePath(1): node(1, "true")], "Install\n\nBootlatch-Reason: new disk\nBootlatch-For: 2h")
        try await installed(lab)
        // Another file, another name, and on in a commit of its own.
        try lab.git("pull", "-q")
        try lab.git("mv", nodePath(1), "inventory/rack.yaml")
        let renamed = node(1).replacing("node-1", with: "db-1")
        try await push(lab, ["inventory/rack.yaml": renamed])
        let ada = Person(name: "Grace", email: "grace@lab")
        let address = try #require(MACAddress(mac))
        _ = try await lab.writeBack.arm(address, by: ada, reason: "again")
        _ = try await lab.writeBack.suspend(address, by: ada, reason: "bad PSU")
        _ = try await lab.writeBack.resume(address, by: ada, reason: nil)
        _ = try await lab.writeBack.disarm(address, by: ada, reason: "wrong rack")
        _ = try await lab.writeBack.suspend(nil, by: ada, reason: "move")
        let expected = [
            "armed | node-1 | turned on, for 2h at most | new disk | Ada | inventory/node-1.yaml:8:19",
            "disarmed | node-1 | turned off by Bootlatch: provisioned, webhook from 10.0.0.7 | Bootlatch | inventory/node-1.yaml:8:19",
            "armed | db-1 | turned on | again | Grace | inventory/rack.yaml:8:19",
            "suspended | db-1 | the host | bad PSU | Grace | inventory/rack.yaml:3:61",
            "resumed | db-1 | the host | Grace | inventory/rack.yaml:3:61",
            "disarmed | db-1 | turned off by hand | wrong rack | Grace | inventory/rack.yaml:8:19",
            "suspended | all | everything | move | Grace | policies/bootlatch-suspend.yaml:7:12",
        ]
        #expect(try await history(lab, of: "db-1") == expected)
        #expect(try await history(lab, of: mac) == expected)
        #expect(try await history(lab, of: "node-2").first?.hasPrefix("held | node-2 | on in the first commit") == true)
    }

    @Test func `what a merge brings is told by the commits that it brings`() async throws {
        let lab = try await Lab()
        try await push(lab, [nodePath(1): node(1)])
        try await push(lab, [nodePath(1): node(1, "true")])
        // Somebody has a commit of his own when ours lands, and merges.
        try lab.git("commit", "-q", "--allow-empty", "-m", "mine")
        try await installed(lab)
        try lab.git("fetch", "-q")
        try lab.git("merge", "-q", "-m", "Merge origin", "origin/main")
        try lab.git("push", "-q", "origin", "HEAD:main")
        let lines = try await history(lab)
        #expect(
            lines.last
                == "disarmed | node-1 | turned off by Bootlatch: provisioned, webhook from 10.0.0.7 | Ada | inventory/node-1.yaml:8:19"
        )
    }

    @Test func `holds that git alone shows, annotations, and a manifest that goes while it is on`() async throws {
        let lab = try await Lab()
        try await push(
            lab,
            [
                nodePath(1): node(1), nodePath(2): node(2), nodePath(3): node(3),
                "policies/p.yaml": policy("netboot: never"),
            ])
        try await push(lab, [nodePath(1): node(1, "true"), "policies/p.yaml": policy("netboot: allow")])
        let annotated = node(1, "true").replacing(
            "{name: node-1}", with: "{name: node-1, annotations: {bootlatch.dev/arm: x}}")
        try await push(lab, [nodePath(1): annotated])
        try lab.git("rm", "-q", nodePath(1))
        try await push(lab, [:])
        #expect(
            try await history(lab).map { $0.split(separator: " | ").prefix(3).joined(separator: " | ") } == [
                "held | node-1 | turned on, and held: loosened", "armed | node-1 | bootlatch.dev/arm changed",
                "removed | node-1 | its manifest went while it was on",
            ])
    }

    @Test func `a host that never was is an error`() async throws {
        let lab = try await Lab()
        try await push(lab, [nodePath(1): node(1)])
        await #expect(throws: HistoryError.self) { try await history(lab, of: "nobody") }
        await #expect(throws: HistoryError.self) { try await history(lab, of: "52:54:00:00:00:99") }
        #expect(try await history(lab).isEmpty)
    }
}
