import Foundation
import Git
import Inventory
import Journal
import Reconcile
import Testing

/// Our commits that bind a MAC, met by a walk: what stands beside them, and journals that do not know them.
struct BindWalkTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"
    private static let mac = "52:54:00:12:34:51"
    private static let path = "inventory/shop.yaml"

    private func shop(_ allow: Bool, rack: String = "a", mac: String? = nil) -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: shop, labels: {rack: \(rack), uuid: \(Self.uuid)}}
        spec:
          interfaces:
            - dhcp: {hostname: shop\(mac.map { ", mac: \"\($0)\"" } ?? "")}
              netboot: {allowPXE: \(allow), ipxe: {url: http://192.0.2.1/x}}

        """
    }

    private func key() throws -> MACAddress { try #require(MACAddress(unseenBy: ["uuid": Self.uuid])) }

    private func sighting() throws -> Sighting {
        Sighting(mac: try #require(MACAddress(Self.mac)), uuid: Self.uuid, isComplete: true)
    }

    /// The machine is seen, and its commit pushed.
    private func bind(_ lab: Lab) async throws {
        guard case .host(let host, _, let arming) = lab.gate.current.recognise(try sighting(), now: lab.now) else {
            Issue.record("\(lab.gate.current.recognise(try sighting(), now: lab.now))")
            return
        }
        let bound = try await lab.journal.bind(
            arming, of: host, to: try sighting(), evidence: "script from 10.17.0.50", at: lab.now.wall)
        #expect(bound == .owed)
        #expect(try await lab.writeBack.flush() != nil)
    }

    private func isLetIn(_ lab: Lab) -> Bool {
        if case .netboot = lab.decision(Self.mac) { true } else { false }
    }

    private func step(_ lab: Lab, _ files: [String: String]) async throws {
        try lab.push(files)
        #expect(await lab.reconciler.reconcile().failure == nil)
    }

    @Test(.enabled(if: isInstalled("ssh-keygen"), "needs ssh-keygen"))
    func `what an unsigned commit loosened of a host that waits stands for the MAC that it is bound to`() async throws {
        let others = (2...5).map { node($0) }.joined(separator: "---\n")
        let lab = try await Lab.signed([
            Self.path: shop(false), Loosening.policy: Loosening.asked, "inventory/others.yaml": others,
        ])
        try await step(lab, [Self.path: shop(false, rack: "b")])
        #expect(Set(lab.gate.current.inventory.signatures.left.keys) == [try key()])
        try lab.sign(as: "ops")
        try await step(lab, [Self.path: shop(true, rack: "b")])
        try await bind(lab)
        #expect(isLetIn(lab))
        let mac = try sighting().mac
        #expect(Set(lab.gate.current.inventory.signatures.left.keys) == [mac])
        let again = try await Lab(folder: lab.folder)
        #expect(await again.reconciler.reconcile().failure == nil)
        #expect(Set(again.gate.current.inventory.signatures.left.keys) == [mac])
        try again.sign(as: nil)
        for isOn in [false, true] { try await step(again, [Self.path: shop(isOn, rack: "b", mac: Self.mac)]) }
        #expect(again.decision(Self.mac) == .localBoot(.held(.unsigned)))
        try again.sign(as: "ops")
        for isOn in [false, true] { try await step(again, [Self.path: shop(isOn, rack: "b", mac: Self.mac)]) }
        #expect(isLetIn(again))
        withExtendedLifetime(lab) {}
    }

    /// A lab with a host that waits and one that is armed, and a journal that goes on from the copy that was made then.
    private func copied() async throws -> (lab: Lab, restored: () async throws -> Lab) {
        let lab = try await Lab()
        for isOn in [false, true] {
            try await step(lab, [Self.path: shop(isOn), nodePath(2): node(2, isOn ? "true" : "false")])
        }
        let file = lab.path("export")
        _ = try JournalCopy.export(
            journal: lab.path("journal.sqlite"), to: file, version: "test", at: lab.now.wall)
        return (
            lab,
            {
                _ = try JournalCopy.restore(file, to: lab.path("restored.sqlite"))
                let old = try await Lab(folder: lab.folder, journal: "restored.sqlite")
                old.clock.now = lab.clock.now
                #expect(await old.reconciler.reconcile().failure == nil)
                return old
            }
        )
    }

    private func isAlarmed(_ lab: Lab) async throws -> Bool {
        try await lab.journal.events().contains {
            $0.event.kind == .alert && $0.event.detail.contains("older than the repo")
        }
    }

    @Test func `a bind that the journal has forgotten moves its arming all the same, and alarms nobody`() async throws {
        let (lab, restored) = try await copied()
        let arming = try #require(lab.gate.current.inventory[try key()]?.arming)
        try await bind(lab)
        let old = try await restored()
        #expect(try await !isAlarmed(old))
        #expect(isLetIn(old))
        #expect(old.gate.current.inventory[try sighting().mac]?.arming == arming)
        #expect(old.gate.current.ledger.unspent.map(\.arming.mac).sorted().map(\.isUnseen) == [false, false])
        #expect(try await old.writeBack.flush() == nil)
    }

    @Test func `the install of a bound machine that the journal has forgotten holds what it believes in`() async throws
    {
        let (lab, restored) = try await copied()
        try await bind(lab)
        let arming = try #require(lab.gate.current.inventory[try sighting().mac]?.arming)
        let boot = try await lab.journal.admit(try sighting(), arming, at: lab.now)
        _ = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
        #expect(try await lab.writeBack.flush() != nil)
        let old = try await restored()
        #expect(try await isAlarmed(old))
        #expect(old.decision(Self.mac) == .localBoot(.off))
        #expect(old.decision(nodeAddress(2)) == .localBoot(.held(.oldState)))
        #expect(try await old.writeBack.flush() == nil)
        // On again, it is a new wish.
        try await step(old, [Self.path: shop(true, mac: Self.mac)])
        #expect(isLetIn(old))
    }
}
