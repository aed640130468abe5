import Foundation
import Git
import Inventory
import Journal
import Reconcile
import Testing

/// Hosts without a MAC against a real repo: the commit that binds them, and what becomes of their arming.
struct BindTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"
    private static let mac = "52:54:00:12:34:51"

    private func manifest(_ name: String = "shop", allow: Bool, labels: String, mac: String? = nil) -> String {
        """
        # Registered by the delivery note.\r
        apiVersion: tinkerbell.org/v1alpha1\r
        kind: Hardware\r
        metadata:\r
          name: \(name)\r
          labels: {\(labels)}   # printed on the lid\r
        spec:\r
          interfaces:\r
            - dhcp:\r
                hostname: \(name)  # no MAC yet\(mac.map { "\r\n        mac: \"\($0)\"" } ?? "")\r
              netboot:\r
                allowPXE: \(allow)  # one install\r
                ipxe: {url: "http://lab/install.ipxe"}

        """
    }

    private static let policy = """
        apiVersion: bootlatch.dev/v1
        kind: BootPolicy
        metadata: {name: shops}
        spec: {introduce: loader}

        """

    private func sighting(_ mac: String = mac, uuid: String? = uuid, serial: String? = "CZ2041") throws -> Sighting {
        Sighting(
            mac: try #require(MACAddress(mac)), uuid: uuid, serial: serial, address: IPv4Address("10.17.0.50"),
            isComplete: true)
    }

    /// A host that waits, off at first and then turned on.
    private func waiting(_ labels: String, _ settings: WriteBack.Settings = .init()) async throws -> Lab {
        let lab = try await Lab(writeBack: settings)
        try lab.push(["inventory/shop.yaml": manifest(allow: false, labels: labels), "policies/p.yaml": Self.policy])
        #expect(await lab.reconciler.reconcile().failure == nil)
        try lab.push(["inventory/shop.yaml": manifest(allow: true, labels: labels)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        return lab
    }

    /// As the daemon does: recognised, owed.
    private func bind(_ lab: Lab, _ sighting: Sighting) async throws -> Journal.Binding {
        switch lab.gate.current.recognise(sighting, now: lab.now) {
        case .nobody: return .refused("nobody")
        case .refused(_, let why): return .refused(why)
        case .host(let host, _, let arming):
            return try await lab.journal.bind(
                arming, of: host, to: sighting, evidence: "script from 10.17.0.50", at: lab.now.wall)
        }
    }

    private func text(_ lab: Lab, _ branch: String = "main") throws -> String {
        try Lab.git(["show", "\(branch):inventory/shop.yaml"], in: lab.folder.appending(path: "remote.git"))
    }

    private func isLetIn(_ lab: Lab, _ mac: String = mac) -> Bool {
        if case .netboot = lab.decision(mac) { true } else { false }
    }

    @Test(arguments: ["uuid: \(uuid)", "serial: cz2041", "bootlatch.dev/uuid: \(uuid), serial: CZ2041"])
    func `the first machine that shows its labels gets its MAC into the manifest, and the arming with it`(
        labels: String
    )
        async throws
    {
        let lab = try await waiting(labels)
        let before = try #require(lab.gate.current.ledger.unspent.first).arming
        #expect(before.mac.isUnseen)
        #expect(lab.decision(Self.mac) == .ignore(.unknown))
        #expect(try await bind(lab, sighting()) == .owed)
        #expect(lab.decision(Self.mac) == .ignore(.unknown))
        let commit = try #require(try await lab.writeBack.flush())
        #expect(try text(lab) == manifest(allow: true, labels: labels, mac: Self.mac))
        #expect(
            try lab.remoteLog("%B").components(separatedBy: "\n\n\n")[0].hasPrefix(
                """
                Bind shop to \(Self.mac)

                Bootlatch-Host: shop
                Bootlatch-MAC: \(Self.mac)
                Bootlatch-Arming: \(before.id) armed by \(before.provenance.commit.short) (Ada)
                Bootlatch-Reason: seen
                Bootlatch-Evidence: script from 10.17.0.50

                """))
        #expect(try lab.remoteLog("%an").hasPrefix("Bootlatch\n"))
        #expect(lab.gate.current.inventory.tip == commit)
        #expect(isLetIn(lab))
        let after = try #require(lab.gate.current.ledger.unspent.first).arming
        #expect(after.id == before.id)
        #expect(after.deadline == before.deadline)
        #expect("\(after.mac)" == Self.mac)
        #expect(try await lab.journal.owedIntents().isEmpty)
        #expect(try await lab.writeBack.flush() == nil)
    }

    @Test func `a bound machine is installed once, like any other`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        _ = try await bind(lab, sighting())
        _ = try await lab.writeBack.flush()
        let arming = try #require(lab.gate.current.ledger.unspent.first).arming.id
        let boot = try await lab.journal.admit(try sighting(), arming, at: lab.now)
        _ = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
        #expect(lab.decision(Self.mac) == .localBoot(.spent(.provisioned)))
        _ = try await lab.writeBack.flush()
        #expect(try text(lab) == manifest(allow: false, labels: "uuid: \(Self.uuid)", mac: Self.mac))
        #expect(try lab.remoteLog("%s").hasPrefix("Disable PXE for shop: provisioned\nBind shop to \(Self.mac)\n"))
        #expect(lab.decision(Self.mac) == .localBoot(.off))
    }

    @Test func `a human who writes the MAC moves the arming, and our commit is not needed any more`() async throws {
        let lab = try await waiting("serial: CZ2041")
        _ = try await bind(lab, sighting())
        try lab.push(["inventory/shop.yaml": manifest(allow: true, labels: "serial: CZ2041", mac: "52:54:00:12:34:99")])
        #expect(try await lab.writeBack.flush() == nil)
        #expect(isLetIn(lab, "52:54:00:12:34:99"))
        #expect(lab.decision(Self.mac) == .ignore(.unknown))
        #expect(try await lab.journal.owedIntents().isEmpty)
    }

    @Test func `a second machine with the same serial is refused, while the bind is owed and ever after`() async throws
    {
        let lab = try await waiting("serial: CZ2041")
        _ = try await bind(lab, sighting())
        let twin = try sighting("52:54:00:12:34:52", uuid: nil)
        #expect(try await bind(lab, twin) == .refused("it was seen as \(Self.mac) first"))
        _ = try await lab.writeBack.flush()
        #expect(try await bind(lab, twin) == .refused("nobody"))
        // The host is gone, and another one is registered with its serial.
        try lab.git("pull", "-q", "--rebase", "origin", "main")
        try lab.git("rm", "-q", "inventory/shop.yaml")
        try lab.push(["inventory/new.yaml": manifest("new", allow: true, labels: "serial: CZ2041")])
        _ = await lab.reconciler.reconcile()
        #expect(lab.gate.current.ledger.unspent.count == 1)
        #expect(try await bind(lab, twin) != .owed)
        #expect(try await lab.writeBack.flush() == nil)
    }

    @Test func `a restart keeps who waits, and what is owed`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        _ = try await bind(lab, sighting())
        let again = try await Lab(folder: lab.folder)
        _ = await again.reconciler.reconcile()
        #expect(again.gate.current.ledger.unspent.map(\.arming.mac.isUnseen) == [true])
        #expect(try await again.writeBack.flush() != nil)
        #expect(isLetIn(again))
        withExtendedLifetime(lab) {}
    }

    @Test func `what a race brings in between is kept`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        _ = try await bind(lab, sighting())
        try lab.push([
            "inventory/shop.yaml": "# moved to the new shop\r\n" + manifest(allow: true, labels: "uuid: \(Self.uuid)")
        ])
        _ = try await lab.writeBack.flush()
        #expect(
            try text(lab) == "# moved to the new shop\r\n"
                + manifest(allow: true, labels: "uuid: \(Self.uuid)", mac: Self.mac))
        #expect(isLetIn(lab))
    }

    @Test func `a host that was turned off meanwhile is not bound`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        _ = try await bind(lab, sighting())
        try lab.push(["inventory/shop.yaml": manifest(allow: false, labels: "uuid: \(Self.uuid)")])
        #expect(try await lab.writeBack.flush() == nil)
        #expect(try await lab.journal.owedIntents().isEmpty)
        #expect(lab.decision(Self.mac) == .ignore(.unknown))
    }

    @Test func `a deadline that passes before the commit leaves the host off, and unbound`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        _ = try await bind(lab, sighting())
        lab.advance(seconds: 25 * 3600)
        #expect(try await lab.journal.sweep(at: lab.now).count == 1)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(try text(lab) == manifest(allow: false, labels: "uuid: \(Self.uuid)"))
        #expect(try !lab.remoteLog("%B").contains("Bootlatch-MAC"))
        #expect(try await lab.journal.owedIntents().isEmpty)
        // Armed anew, the same machine may be bound.
        try lab.push(["inventory/shop.yaml": manifest(allow: true, labels: "uuid: \(Self.uuid)")])
        _ = await lab.reconciler.reconcile()
        #expect(try await bind(lab, sighting()) == .owed)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(isLetIn(lab))
    }

    @Test func `with writeBack.branch the bind is proposed, and its merge lets the machine in`() async throws {
        var settings = WriteBack.Settings()
        settings.branch = "bootlatch/propose"
        let lab = try await waiting("uuid: \(Self.uuid)", settings)
        _ = try await bind(lab, sighting())
        #expect(try await lab.writeBack.flush() != nil)
        #expect(
            try text(lab, "bootlatch/propose") == manifest(allow: true, labels: "uuid: \(Self.uuid)", mac: Self.mac))
        #expect(lab.decision(Self.mac) == .ignore(.unknown))
        #expect(try await lab.journal.owedIntents().map(\.state) == [.proposed])
        #expect(try await lab.writeBack.flush() == nil)
        try lab.git("fetch", "-q", "origin")
        try lab.git("merge", "-q", "--no-ff", "-m", "Merge", "origin/bootlatch/propose")
        try lab.git("push", "-q", "origin", "HEAD:main")
        _ = try await lab.writeBack.flush()
        #expect(isLetIn(lab))
        #expect(try await lab.journal.owedIntents().isEmpty)
    }

    @Test func `a bind that a force push drops is not written again, and lets nobody in`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        _ = try await bind(lab, sighting())
        _ = try await lab.writeBack.flush()
        let before = try lab.remoteLog("%H").split(separator: "\n")[1]
        try lab.git("fetch", "-q", "origin")
        try lab.git("push", "-q", "--force", "origin", "\(before):main")
        _ = await lab.reconciler.reconcile()
        #expect(lab.decision(Self.mac) == .ignore(.unknown))
        #expect(try await bind(lab, sighting()) != .owed)
        #expect(try await lab.writeBack.flush() == nil)
    }

    @Test func `a BareMetalHost is bound by its bootMACAddress`() async throws {
        func host(_ permission: String, _ spec: String) -> String {
            """
            apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata:
              name: shop
              labels: {serial: CZ2041}
              annotations: {bootlatch.dev/netboot: "\(permission)"}   # one install
            spec:
              online: true\(spec)

            """
        }
        let profile = """
            ---
            apiVersion: bootlatch.dev/v1
            kind: BootProfile
            metadata: {name: shop}
            spec: {kernel: vmlinuz}

            """
        let lab = try await Lab()
        let policy = Self.policy.replacing("{introduce: loader}", with: "{introduce: loader, profile: shop}") + profile
        try lab.push(["inventory/shop.yaml": host("deny", ""), "policies/p.yaml": policy])
        _ = await lab.reconciler.reconcile()
        try lab.push(["inventory/shop.yaml": host("allow", "")])
        _ = await lab.reconciler.reconcile()
        #expect(try await bind(lab, sighting(uuid: nil)) == .owed)
        #expect(try await lab.writeBack.flush() != nil)
        #expect(try text(lab) == host("allow", "\n  bootMACAddress: \"\(Self.mac)\""))
        #expect(isLetIn(lab))
    }

    @Test func `a person arms and disarms a host without a MAC by command`() async throws {
        let lab = try await Lab()
        let labels = "uuid: \(Self.uuid)"
        try lab.push(["inventory/shop.yaml": manifest(allow: false, labels: labels)])
        _ = await lab.reconciler.reconcile()
        let key = try #require(MACAddress(unseenBy: ["uuid": Self.uuid]))
        let ada = Person(name: "Ada", email: "ada@lab")
        _ = try await lab.writeBack.arm(key, by: ada, reason: nil)
        #expect(try text(lab) == manifest(allow: true, labels: labels))
        #expect(decideBoot(Sighting(mac: key), in: lab.gate.current, now: lab.now) == .localBoot(.waiting))
        await #expect(throws: HandEditError.self) { try await lab.writeBack.arm(key, by: ada, reason: nil) }
        _ = try await lab.writeBack.disarm(key, by: ada, reason: nil)
        #expect(try text(lab) == manifest(allow: false, labels: labels))
        #expect(lab.gate.current.ledger.unspent.isEmpty)
        #expect(try !lab.remoteLog("%B").contains("Bootlatch-MAC"))
    }

    @Test func `a push that turns on a host without a MAC is an arming to come in its plan`() async throws {
        let lab = try await waiting("uuid: \(Self.uuid)")
        let commits = try lab.remoteLog("%H").split(separator: "\n").compactMap { ObjectID(hex: String($0)) }
        let previewer = Previewer(
            repository: try Repository(bareAt: lab.folder.appending(path: "remote.git").path, create: false),
            paths: ["inventory", "policies"], signers: SignerPaths(), now: lab.now.wall)
        let preview = try await previewer.preview(from: commits[1], to: commits[0], asOne: false)
        #expect(preview.changes.map(\.kind) == [.armed])
        #expect(preview.changes.map(\.detail) == ["may netboot once it is seen; chains to http://lab/install.ipxe"])
    }
}
