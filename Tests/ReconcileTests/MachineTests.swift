import Inventory
import Journal
import Reconcile
import Testing

/// A report, a commit and a hold are about a machine, whatever its manifest is called by now.
struct MachineTests {
    private let left = "52:54:00:12:34:01"
    private let right = "52:54:00:12:34:02"

    private func manifest(_ name: String, _ interfaces: [(mac: String, on: Bool)]) -> String {
        let blocks = interfaces.map { interface in
            """
                - dhcp: {mac: "\(interface.mac)", ip: {address: 10.0.0.7, netmask: 255.255.255.0}}
                  netboot:
                    allowPXE: \(interface.on)
                    allowWorkflow: \(interface.on)
                    ipxe: {url: "http://192.0.2.1/menu.ipxe"}

            """
        }
        let head =
            "apiVersion: tinkerbell.org/v1alpha1\nkind: Hardware\nmetadata: {name: \(name)}\nspec:\n  interfaces:\n"
        return head + blocks.joined()
    }

    private func push(_ lab: Lab, _ name: String, left isLeftOn: Bool, right isRightOn: Bool) async throws {
        try lab.push(["inventory/node.yaml": manifest(name, [(left, isLeftOn), (right, isRightOn)])])
        #expect(await lab.reconciler.reconcile().failure == nil)
    }

    private func boot(_ lab: Lab, _ mac: String, uuid: String? = nil) async throws -> Boot {
        let sighting = Sighting(mac: try #require(MACAddress(mac)), uuid: uuid, address: IPv4Address("10.0.0.7"))
        let arming = try #require(lab.gate.current.inventory[sighting.mac]?.arming)
        return try await lab.journal.admit(sighting, arming, at: lab.now)
    }

    private func isLetIn(_ lab: Lab, _ mac: String) -> Bool {
        if case .netboot = lab.decision(mac) { true } else { false }
    }

    private func report(_ lab: Lab, _ boot: Boot) async throws {
        _ = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
    }

    @Test func `a report spends what the machine was given under its new name`() async throws {
        let lab = try await Lab()
        try await push(lab, "old", left: false, right: false)
        try await push(lab, "old", left: true, right: false)
        try await push(lab, "new", left: true, right: true)
        let boot = try await boot(lab, left)
        #expect(isLetIn(lab, right))
        try await report(lab, boot)
        #expect(lab.decision(right) == .localBoot(.spent(.provisioned)))
    }

    @Test func `one commit disarms a renamed machine, under its new name`() async throws {
        let lab = try await Lab()
        try await push(lab, "old", left: false, right: false)
        try await push(lab, "old", left: true, right: false)
        try await push(lab, "new", left: true, right: true)
        try await report(lab, boot(lab, left))
        #expect(try await lab.writeBack.flush() != nil)
        #expect(try lab.remoteLog("%(trailers:key=Bootlatch-Host,valueonly,separator=%x2C)").hasPrefix("new\n\n"))
        #expect(lab.decision(left) == .localBoot(.off))
        #expect(lab.decision(right) == .localBoot(.off))
    }

    @Test func `a report with an unknown token holds a renamed machine`() async throws {
        let lab = try await Lab()
        try await push(lab, "old", left: false, right: false)
        try await push(lab, "old", left: true, right: false)
        try await push(lab, "new", left: true, right: false)
        try await lab.journal.holdMismatched(Host.ID(name: "new"), evidence: "webhook", at: lab.now.wall)
        #expect(lab.decision(left) == .localBoot(.held(.mismatched)))
    }

    @Test func `a script whose kernel comes from elsewhere may be asked for again, once the boot is over no more`()
        async throws
    {
        let lab = try await Lab()
        try await push(lab, "node", left: false, right: false)
        try await push(lab, "node", left: true, right: false)
        let first = try await boot(lab, left)
        try await lab.journal.kernel(.unseen, of: first.token, at: lab.now.wall)
        #expect(isLetIn(lab, left))
        #expect(try await boot(lab, left).token == first.token)
        lab.advance(seconds: 120)
        #expect(lab.decision(left) == .localBoot(.spent(.exhausted)))
    }

    @Test func `a report on an arming that had run out ends the bytes of its boot`() async throws {
        let lab = try await Lab()
        try await push(lab, "node", left: false, right: false)
        try await push(lab, "node", left: true, right: false)
        let boot = try await boot(lab, left)
        try await lab.journal.kernel(.whole, of: boot.token, at: lab.now.wall)
        lab.advance(seconds: 25 * 3600)
        #expect(try await lab.journal.sweep(at: lab.now) == [boot.arming])
        #expect(
            continueBoot(boot.token, .bootable, in: lab.gate.current, now: lab.now) != .localBoot(.spent(.exhausted)))
        try await report(lab, boot)
        #expect(
            continueBoot(boot.token, .bootable, in: lab.gate.current, now: lab.now) == .localBoot(.spent(.provisioned)))
        #expect(try await lab.journal.owedIntents().count == 1)
    }

    @Test func `a UUID counts that showed while the machine was refused`() async throws {
        let lab = try await Lab()
        let uuid = "4c4c4544-0031-4a10-8053-b4c04f4e4d32"
        try lab.push([
            "inventory/a.yaml": manifest("a", [(left, false)]), "inventory/b.yaml": manifest("b", [(right, false)]),
        ])
        _ = await lab.reconciler.reconcile()
        try lab.push([
            "inventory/a.yaml": manifest("a", [(left, true)]), "inventory/b.yaml": manifest("b", [(right, true)]),
        ])
        _ = await lab.reconciler.reconcile()
        try await lab.journal.saw(Sighting(mac: try #require(MACAddress(right)), uuid: uuid))
        try await report(lab, boot(lab, left, uuid: uuid))
        #expect(lab.decision(right) == .localBoot(.spent(.provisioned)))
    }

    @Test func `a MAC that is back under another name is no longer its lost host's`() async throws {
        let lab = try await Lab()
        let other = "52:54:00:12:34:03"
        func files(_ names: [(name: String, mac: String)]) -> [String: String] {
            Dictionary(
                uniqueKeysWithValues: names.map { ("inventory/\($0.mac).yaml", manifest($0.name, [($0.mac, false)])) })
        }
        try lab.push(files([("a", left), ("b", right), ("c", other)]))
        _ = await lab.reconciler.reconcile()
        try lab.git("rm", "-q", "inventory/\(right).yaml", "inventory/\(other).yaml")
        try lab.push([:], "lose two of three")
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(right) == .localBoot(.suspended(.lost)))
        try lab.push(files([("renamed", right)]))
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(right) == .localBoot(.off))
        #expect(lab.decision(other) == .localBoot(.suspended(.lost)))
    }

    @Test func `a new card beside one that was given away while on is held`() async throws {
        let lab = try await Lab()
        let new = "52:54:00:12:34:03"
        try lab.push([
            "inventory/a.yaml": manifest("a", [(left, false)]), "inventory/b.yaml": manifest("b", [(right, false)]),
        ])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/a.yaml": manifest("a", [(left, true)])])
        _ = await lab.reconciler.reconcile()
        try lab.push([
            "inventory/a.yaml": manifest("a", [(new, true)]),
            "inventory/b.yaml": manifest("b", [(right, false), (left, true)]),
        ])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(new) == .localBoot(.held(.ambiguous)))
        #expect(isLetIn(lab, left))
    }

    @Test func `the annotation of the host that a swapped card comes to arms nothing later`() async throws {
        let lab = try await Lab()
        func annotated(_ text: String) -> String {
            text.replacing("{name: b}", with: "{name: b, annotations: {bootlatch.dev/arm: again}}")
        }
        let a = manifest("a", [(left, true)])
        try lab.push(["inventory/a.yaml": a, "inventory/b.yaml": annotated(manifest("b", [(right, true)]))])
        _ = await lab.reconciler.reconcile()
        let swapped = annotated(manifest("b", [(left, true)]))
        try lab.push(["inventory/a.yaml": manifest("a", [(right, true)]), "inventory/b.yaml": swapped])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(left) == .localBoot(.held(.ambiguous)))
        try lab.push(["inventory/b.yaml": swapped + "# touched\n"])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(left) == .localBoot(.held(.ambiguous)))
    }

    @Test func `a force push back to a commit of ours disarms what was armed since`() async throws {
        let lab = try await Lab()
        try await push(lab, "node", left: false, right: false)
        try await push(lab, "node", left: true, right: false)
        try await report(lab, boot(lab, left))
        let ours = try #require(try await lab.writeBack.flush())
        try await push(lab, "node", left: false, right: true)
        let boot = try await boot(lab, right)
        try lab.git("push", "-q", "--force", "origin", "\(ours.hex):main")
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(right) == .localBoot(.off))
        #expect(
            continueBoot(boot.token, .bootable, in: lab.gate.current, now: lab.now) == .localBoot(.spent(.disarmed)))
    }

    @Test func `one history that is pushed again and again stops being answered`() async throws {
        let lab = try await Lab()
        try await push(lab, "old", left: false, right: false)
        try await push(lab, "old", left: true, right: false)
        try await push(lab, "new", left: true, right: false)
        let theirs = try lab.remoteLog("%H").split(separator: "\n")[0]
        try await report(lab, boot(lab, left))
        #expect(try await lab.writeBack.flush() != nil)
        for drop in 1...3 {
            lab.advance(seconds: 60)
            try lab.git("push", "-q", "--force", "origin", "\(theirs):main")
            _ = await lab.reconciler.reconcile()
            #expect(lab.decision(left) == .localBoot(.spent(.provisioned)))
            #expect(try await (lab.writeBack.flush() == nil) == (drop == 3))
        }
    }

    @Test func `a MAC that two manifests claimed at first sight stays held when one of them is gone`() async throws {
        let lab = try await Lab()
        let annotated = manifest("b", [(left, true)]).replacing(
            "{name: b}", with: "{name: b, annotations: {bootlatch.dev/arm: long-ago}}")
        try lab.push(["inventory/a.yaml": manifest("a", [(left, false)]), "inventory/b.yaml": annotated])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(left) == .localBoot(.suspended(.duplicate)))
        try lab.push(["inventory/a.yaml": manifest("a", [(right, false)])])
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(left) == .localBoot(.held(.firstSight)))
    }
}
