import Inventory
import Journal
import Reconcile
import Testing

/// The whole loop, in every dialect: a push arms, a report spends, and the commit changes what it must.
struct DialectTests {
    private static let mac = "52:54:00:12:34:01"

    private static let policy = """
        apiVersion: bootlatch.dev/v1
        kind: BootPolicy
        metadata: {name: lab}
        spec: {profile: installer}
        ---
        apiVersion: bootlatch.dev/v1
        kind: BootProfile
        metadata: {name: installer}
        spec: {kernel: vmlinuz}

        """

    /// A manifest that nobody has turned on or off yet, or with this line about it.
    private static func manifest(_ dialect: Dialect, _ line: String? = nil) -> String {
        let line = line.map { "\n\($0)" } ?? ""
        return switch dialect {
        case .hardwareV1Alpha1:
            """
            apiVersion: tinkerbell.org/v1alpha1
            kind: Hardware
            metadata: {name: node-01}
            spec:
              interfaces:
                - dhcp: {mac: "\(mac)"}
                  netboot:
                    ipxe: {binary: snponly.efi}  # the new one\(line)

            """
        case .hardwareV1Alpha2:
            """
            apiVersion: tinkerbell.org/v1alpha2
            kind: Hardware
            metadata: {name: node-01}
            spec:
              networkInterfaces:
                "\(mac)":  # the left port
                  netboot:
                    ipxe: {binary: snponly.efi}  # the new one\(line)

            """
        case .bareMetalHost:
            """
            apiVersion: metal3.io/v1alpha1
            kind: BareMetalHost
            metadata:
              name: node-01
              annotations:
                inspect.metal3.io: disabled\(line)
            spec:
              online: true
              bootMACAddress: \(mac)  # the left port

            """
        }
    }

    /// The line that turns a machine on by hand, and how it reads after the report.
    private static func line(_ dialect: Dialect) -> (on: String, off: String) {
        switch dialect {
        case .hardwareV1Alpha1: ("        allowPXE: yes   # new disk", "        allowPXE: no   # new disk")
        case .hardwareV1Alpha2: ("        disabled: false   # new disk", "        disabled: true   # new disk")
        case .bareMetalHost:
            ("    bootlatch.dev/netboot: allow   # new disk", "    bootlatch.dev/netboot: deny   # new disk")
        }
    }

    private func isArmed(_ lab: Lab) -> Bool {
        guard case .netboot = lab.decision(Self.mac) else { return false }
        return true
    }

    /// The lines that the last commit of the remote changed.
    private func lastChange(_ lab: Lab) throws -> [String] {
        try lab.git("pull", "-q", "--rebase")
        return try lab.git("diff", "HEAD~1", "--unified=0").split(separator: "\n").map(String.init).filter { line in
            (line.hasPrefix("-") && !line.hasPrefix("---")) || (line.hasPrefix("+") && !line.hasPrefix("+++"))
        }
    }

    private func report(_ lab: Lab) async throws {
        let sighting = Sighting(mac: try #require(MACAddress(Self.mac)))
        let arming = try #require(lab.gate.current.inventory[sighting.mac]?.arming)
        let boot = try await lab.journal.admit(sighting, arming, at: lab.now)
        let spent = try await lab.journal.report(.success, hook: boot.hookToken, evidence: "webhook", at: lab.now.wall)
        #expect(spent == .spent([arming]))
    }

    @Test(arguments: Dialect.allCases)
    func `a push arms, a report spends, and the commit changes one line`(dialect: Dialect) async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": Self.manifest(dialect), "policies/lab.yaml": Self.policy])
        #expect(await lab.reconciler.reconcile().diagnostics == [])
        #expect(lab.decision(Self.mac) == .localBoot(.off))
        let line = Self.line(dialect)
        try lab.push(["inventory/node-01.yaml": Self.manifest(dialect, line.on)], "Reinstall node-01")
        #expect(await lab.reconciler.reconcile().changed.count == 1)
        #expect(isArmed(lab))
        try await report(lab)
        #expect(lab.decision(Self.mac) == .localBoot(.spent(.provisioned)))
        #expect(try await lab.writeBack.flush() != nil)
        #expect(lab.decision(Self.mac) == .localBoot(.off))
        #expect(try lastChange(lab) == ["-\(line.on)", "+\(line.off)"])
        #expect(try lab.remoteLog("%s").hasPrefix("Disable PXE for node-01: provisioned\n"))
    }

    @Test(arguments: Dialect.allCases)
    func `arm and disarm by hand write the dialect's own field`(dialect: Dialect) async throws {
        let lab = try await Lab()
        try lab.push(["inventory/node-01.yaml": Self.manifest(dialect), "policies/lab.yaml": Self.policy])
        _ = await lab.reconciler.reconcile()
        let mac = try #require(MACAddress(Self.mac))
        let ada = Person(name: "Ada", email: "ada@lab")
        let leaf = { (words: String) in words.replacing("netboot.disabled", with: "disabled") }
        let indent = dialect == .bareMetalHost ? "    " : "        "
        _ = try await lab.writeBack.arm(mac, by: ada, reason: nil)
        #expect(isArmed(lab))
        #expect(try lastChange(lab) == ["+\(indent)\(leaf(dialect.on))"])
        _ = try await lab.writeBack.disarm(mac, by: ada, reason: nil)
        #expect(lab.decision(Self.mac) == .localBoot(.off))
        #expect(try lastChange(lab) == ["-\(indent)\(leaf(dialect.on))", "+\(indent)\(leaf(dialect.off))"])
    }
}
