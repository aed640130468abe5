import Foundation
import Inventory
import Journal
import Reconcile
import Testing

private let mac = nodeAddress(1)
private let ada = Person(name: "Ada", email: "ada@lab")

struct WriteBackSuspendTests {
    /// Two hosts; the first one is armed.
    private func armed() async throws -> Lab {
        let lab = try await Lab()
        try lab.push([nodePath(1): node(1), nodePath(2): node(2), "policies/lab.yaml": policy("expireAfter: 2h")])
        #expect(await lab.reconciler.reconcile().failure == nil)
        try lab.push([nodePath(1): node(1, "true")])
        #expect(await lab.reconciler.reconcile().failure == nil)
        return lab
    }

    private func isLetIn(_ lab: Lab) -> Bool { if case .netboot = lab.decision(mac) { true } else { false } }

    private func report(_ lab: Lab) async throws {
        let sighting = Sighting(mac: try #require(MACAddress(mac)))
        let arming = try #require(lab.gate.current.inventory[sighting.mac]?.arming)
        let boot = try await lab.journal.admit(sighting, arming, at: lab.now)
        _ = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
    }

    @Test func `a host is suspended and resumed by a person's commits, which leave no trace in the file`() async throws
    {
        let lab = try await armed()
        let address = try #require(MACAddress(mac))
        let edit = try await lab.writeBack.suspend(address, by: ada, reason: "bad PSU")
        #expect(edit.host == Host.ID(name: "node-1") && edit.did == "suspended")
        #expect(lab.decision(mac) == .localBoot(.held(.suspended)))
        #expect(try lab.remoteLog("%an|%s").hasPrefix("Ada|Suspend node-1: bad PSU\n"))
        #expect(try lab.remoteLog("%(trailers:key=Bootlatch-Reason,valueonly,separator=)").hasPrefix("bad PSU\n"))
        await #expect(throws: HandEditError.self) { try await lab.writeBack.suspend(address, by: ada, reason: nil) }
        let refused = await #expect(throws: HandEditError.self) {
            try await lab.writeBack.arm(address, by: ada, reason: nil)
        }
        #expect(refused?.description.contains("inventory/node-1.yaml:3:") == true, "\(refused?.description ?? "")")
        let resumed = try await lab.writeBack.resume(address, by: ada, reason: nil)
        #expect(resumed.did == "resumed" && isLetIn(lab))
        try lab.git("pull", "-q")
        #expect(try lab.git("diff", "HEAD~2").isEmpty)
        await #expect(throws: HandEditError.self) { try await lab.writeBack.resume(address, by: ada, reason: nil) }
    }

    @Test func `everything is suspended by a policy, the writer waits, and what is owed comes after`() async throws {
        let lab = try await armed()
        let edit = try await lab.writeBack.suspend(nil, by: ada, reason: "switch: upgrade")
        #expect(edit.host == nil)
        #expect(lab.decision(mac) == .localBoot(.held(.suspended)))
        #expect(lab.gate.current.inventory.stop?.reason == "switch: upgrade")
        // It was half way through.
        try await report(lab)
        let tip = try lab.remoteLog("%H")
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try lab.remoteLog("%H") == tip)
        #expect(try await lab.journal.owedIntents().map(\.state) == [.owed])
        await #expect(throws: HandEditError.self) { try await lab.writeBack.suspend(nil, by: ada, reason: nil) }
        _ = try await lab.writeBack.resume(nil, by: ada, reason: "done")
        #expect(lab.gate.current.inventory.stop == nil)
        #expect(lab.decision(mac) == .localBoot(.spent(.provisioned)))
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.decision(mac) == .localBoot(.off))
        try lab.git("pull", "-q")
        #expect(try lab.git("ls-files", "policies") == "policies/lab.yaml\n")
        #expect(try lab.git("fsck", "--strict").contains("error") == false)
    }

    @Test func `the folder of the policies may hold nothing else`() async throws {
        let lab = try await Lab()
        try lab.push([nodePath(1): node(1)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        _ = try await lab.writeBack.suspend(nil, by: ada, reason: nil)
        _ = try await lab.writeBack.resume(nil, by: ada, reason: nil)
        try lab.git("pull", "-q")
        #expect(try lab.git("fsck", "--strict").contains("error") == false)
        #expect(try lab.git("ls-tree", "--name-only", "HEAD") == "inventory\n")
    }

    @Test func `disarm works while everything is suspended`() async throws {
        let lab = try await armed()
        _ = try await lab.writeBack.suspend(nil, by: ada, reason: nil)
        _ = try await lab.writeBack.disarm(try #require(MACAddress(mac)), by: ada, reason: nil)
        #expect(lab.decision(mac) == .localBoot(.off))
    }

    @Test func `what somebody wrote into another policy is not ours to take out`() async throws {
        let lab = try await armed()
        try lab.push(["policies/lab.yaml": policy("expireAfter: 2h, suspend: mine")])
        #expect(await lab.reconciler.reconcile().failure == nil)
        for address in [nil, MACAddress(mac)] {
            let refused = await #expect(throws: HandEditError.self) {
                try await lab.writeBack.resume(address, by: ada, reason: nil)
            }
            #expect(refused?.description.contains("policies/lab.yaml:4:") == true, "\(refused?.description ?? "")")
        }
    }

    @Test func `a refusal names the place and the reason`() async throws {
        let lab = try await armed()
        _ = try await lab.writeBack.suspend(nil, by: ada, reason: "switch upgrade")
        #expect(try lab.remoteLog("%(trailers:key=Bootlatch-Suspended,valueonly)").hasPrefix("everything\n"))
        let text = lab.gate.current.explanation(of: lab.decision(mac), for: try #require(MACAddress(mac)), now: lab.now)
        #expect(text.contains("policies/bootlatch-suspend.yaml:7:12 (switch upgrade)"), "\(text)")
    }
}
