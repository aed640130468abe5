import Foundation
import Inventory
import Journal
import Reconcile
import Testing

private let mac = "52:54:00:12:34:01"

private func manifest(_ allow: Bool, mac: String = mac, name: String = "node-01", extra: String = "") -> String {
    """
    apiVersion: tinkerbell.org/v1alpha1
    kind: Hardware
    metadata:
      name: \(name)\(extra)
    spec:
      interfaces:
        - dhcp:
            mac: \(mac)  # the left port
            hostname: \(name)
          netboot:
            allowPXE: \(allow)  # one install only
            allowWorkflow: \(allow)
            ipxe:
              contents: |
                #!ipxe
                kernel {{artifacts}}/vmlinuz hook={{hookURL}}

    """
}

struct ReconcilerTests {
    private func sighting() throws -> Sighting { Sighting(mac: try #require(MACAddress(mac))) }

    private func report(_ lab: Lab) async throws -> Boot {
        let arming = try #require(lab.gate.current.inventory[try sighting().mac]?.arming)
        let boot = try await lab.journal.admit(try sighting(), arming, at: lab.now)
        let reported = try await lab.journal.report(
            .success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
        #expect(reported == .spent([arming]))
        return boot
    }

    @Test func `a policy's change is told of the hosts that it lets in, though their files are the same`() async throws
    {
        let lab = try await Lab()
        let policy = "apiVersion: bootlatch.dev/v1\nkind: BootPolicy\nmetadata: {name: lab}\nspec: "
        try lab.push(["inventory/node-01.yaml": manifest(false), "policies/lab.yaml": policy + "{netboot: never}\n"])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/node-01.yaml": manifest(true)])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(mac) == .localBoot(.never))
        try lab.push(["policies/lab.yaml": policy + "{netboot: allow}\n"])
        let changed = await lab.reconciler.reconcile().changed
        #expect(changed.map(\.mac) == [try sighting().mac] && changed.first?.before == .localBoot(.never))
    }

    @Test func `a push arms, a report spends, and the disarm commit changes only the flags`() async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": manifest(false)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(lab.decision(mac) == .localBoot(.off))
        try lab.push(["inventory/node-01.yaml": manifest(true)], "reinstall node-01")
        let pass = await lab.reconciler.reconcile()
        #expect(pass.changed.count == 1)
        guard case .netboot(.script) = lab.decision(mac) else {
            Issue.record("not armed: \(lab.decision(mac))")
            return
        }
        _ = try await report(lab)
        #expect(lab.decision(mac) == .localBoot(.spent(.provisioned)))
        let tip = try await lab.writeBack.flush()
        #expect(tip != nil)
        #expect(lab.decision(mac) == .localBoot(.off))
        try lab.git("pull", "-q")
        let diff = try lab.git("diff", "HEAD~1", "--unified=0")
        #expect(diff.contains("-        allowPXE: true  # one install only\n-        allowWorkflow: true\n"))
        #expect(diff.contains("+        allowPXE: false  # one install only\n+        allowWorkflow: false\n"))
        let message = try lab.remoteLog("%B")
        #expect(
            message.hasPrefix(
                "Disable PXE for node-01: provisioned\n\nBootlatch-Host: node-01\nBootlatch-MAC: \(mac)\n"))
        #expect(try await lab.writeBack.flush() == nil)
    }

    @Test func `what is on at first sight is held, and nothing is written about it`() async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": manifest(true)])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(mac) == .localBoot(.held(.firstSight)))
        #expect(try await lab.writeBack.flush() == nil)
        _ = try await lab.reconciler.accept(Host.ID(name: "node-01"))
        guard case .netboot = lab.decision(mac) else {
            Issue.record("not accepted: \(lab.decision(mac))")
            return
        }
    }

    @Test func `git revert of the disarm arms again`() async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": manifest(false)])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/node-01.yaml": manifest(true)])
        _ = await lab.reconciler.reconcile()
        _ = try await report(lab)
        _ = try await lab.writeBack.flush()
        try lab.git("pull", "-q")
        try lab.git("revert", "--no-edit", "HEAD")
        try lab.git("push", "-q", "origin", "HEAD:main")
        _ = await lab.reconciler.reconcile()
        guard case .netboot = lab.decision(mac) else {
            Issue.record("not armed again: \(lab.decision(mac))")
            return
        }
    }

    @Test func `a restart keeps a spent arming spent`() async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": manifest(false)])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/node-01.yaml": manifest(true)])
        _ = await lab.reconciler.reconcile()
        _ = try await report(lab)
        let again = try await Lab(folder: lab.folder)
        _ = await again.reconciler.reconcile()
        #expect(again.decision(mac) == .localBoot(.spent(.provisioned)))
        #expect(try await again.writeBack.flush() != nil)
        #expect(again.decision(mac) == .localBoot(.off))
    }

    @Test func `a damaged mirror is told with the folder to remove, and is made anew without it`() async throws {
        let lab = try await Lab()
        try await lab.arm(1...1)
        let mirror = lab.folder.appending(path: "mirror.git")
        let script = """
            mv objects/pack/*.pack . && rm -f objects/pack/*
            for pack in *.pack; do git unpack-objects -q < $pack; done
            id=$(git rev-parse refs/remotes/origin/main:inventory/n1.yaml)
            rm -f objects/$(echo $id | cut -c1-2)/$(echo $id | cut -c3-)
            """
        try Lab.run(["sh", "-c", script], in: mirror)
        let damaged = try await Lab(folder: lab.folder)
        let failure = await damaged.reconciler.reconcile().failure
        #expect(failure?.contains("remove the folder \(mirror.path)") == true, "\(failure ?? "")")
        try FileManager.default.removeItem(at: mirror)
        let again = try await Lab(folder: lab.folder)
        #expect(await again.reconciler.reconcile().failure == nil)
        #expect(again.isLetIn(1))
    }
}
