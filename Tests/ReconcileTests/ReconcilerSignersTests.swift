import Foundation
import Inventory
import Journal
import Reconcile
import Testing

private let mac = "52:54:00:12:34:01"
@Suite(.enabled(if: isInstalled("ssh-keygen"), "needs ssh-keygen"))
struct ReconcilerSignersTests {
    private static let file = "policies/allowed_signers"
    private static let policy = """
        apiVersion: bootlatch.dev/v1
        kind: BootPolicy
        metadata: {name: lab}
        spec: {require: {signedBy: [ops]}}

        """

    private static func manifest(_ allow: Bool, note: String = "-") -> String {
        """
        apiVersion: tinkerbell.org/v1alpha1
        kind: Hardware
        metadata: {name: node-01}  # \(note)
        spec:
          interfaces:
            - dhcp: {mac: "\(mac)"}
              netboot: {allowPXE: \(allow), ipxe: {url: http://192.0.2.1/x}}

        """
    }

    /// A lab whose repo knows ops' key.
    private static func lab() async throws -> Lab {
        let lab = try await Lab()
        for name in ["ops", "eve"] {
            try lab.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", lab.path(name))
        }
        try lab.push(
            [
                "inventory/node-01.yaml": manifest(false), "policies/lab.yaml": policy,
                file: "ops \(try lab.key("ops"))\n",
            ])
        #expect(await lab.reconciler.reconcile().failure == nil)
        return lab
    }

    private func isArmed(_ lab: Lab) async -> Bool {
        #expect(await lab.reconciler.reconcile().failure == nil)
        return lab.decision(mac) == .netboot(.chain("http://192.0.2.1/x"))
    }

    @Test func `only a commit that a signer signed arms`() async throws {
        let lab = try await Self.lab()
        for name in [nil, "eve"] {
            try lab.sign(as: name)
            try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
            #expect(await !isArmed(lab))
            #expect(lab.decision(mac) == .localBoot(.held(.unsigned)))
            try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        }
        try lab.sign(as: "ops")
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await isArmed(lab))
        // Off needs nobody's signature.
        try lab.sign(as: nil)
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        #expect(await !isArmed(lab))
    }

    @Test func `of two commits between two polls each is judged by its own signature`() async throws {
        let lab = try await Self.lab()
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        try lab.sign(as: "ops")
        try lab.push(["inventory/node-01.yaml": Self.manifest(true, note: "x")])
        #expect(await !isArmed(lab))
    }

    @Test func `a commit that brings its own key does not arm, and the key stays out, also over a restart`()
        async throws
    {
        let lab = try await Self.lab()
        try lab.sign(as: "eve")
        try lab.push([
            Self.file: "ops \(try lab.key("eve"))\n", "inventory/node-01.yaml": Self.manifest(true),
        ])
        #expect(await !isArmed(lab))
        #expect(try await lab.journal.events(of: nil, after: 0, limit: 100).contains { $0.event.kind == .alert })
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await !isArmed(lab))

        let restarted = try await Lab(folder: lab.folder)
        try restarted.push(["inventory/node-01.yaml": Self.manifest(false)])
        try restarted.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await !isArmed(restarted))
        // The old key is still the one that counts.
        try restarted.sign(as: "ops")
        try restarted.push(["inventory/node-01.yaml": Self.manifest(false)])
        try restarted.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await isArmed(restarted))
        withExtendedLifetime(lab) {}
    }

    @Test func `a commit that a signer signed changes the keys, for the commits after it`() async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "ops")
        try lab.push([Self.file: "ops \(try lab.key("eve"))\n"])
        try lab.sign(as: "eve")
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await isArmed(lab))
        try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
        try lab.sign(as: "ops")
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await !isArmed(lab))
    }

    @Test func `without the file nobody is a signer, and a removal that nobody signed removes nobody`() async throws {
        let lab = try await Self.lab()
        try FileManager.default.removeItem(atPath: lab.path("clone/\(Self.file)"))
        try lab.push(["README": "x"])
        #expect(await lab.reconciler.reconcile().failure == nil)
        try lab.sign(as: "ops")
        try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
        #expect(await isArmed(lab))
    }

    @Test func `a commit of bootlatch arm says that a person must sign`() async throws {
        let lab = try await Self.lab()
        let address = try #require(MACAddress(mac))
        await #expect(throws: HandEditError.self) {
            try await lab.writeBack.arm(address, by: Person(name: "Ada", email: "ada@lab"), reason: nil)
        }
    }

    @Test func `keys outside of the repo change at once, and a key that the repo brings is nobody's`() async throws {
        let outside = { (folder: URL) in SignerPaths(ssh: folder.appending(path: "signers").path) }
        let lab = try await Lab(signers: outside)
        for name in ["ops", "eve"] { try lab.makeKey(name) }
        func names(_ name: String) throws {
            try "ops \(try lab.key(name))\n".write(toFile: lab.path("signers"), atomically: true, encoding: .utf8)
        }
        func toggle(as name: String) async throws -> Bool {
            try lab.sign(as: name)
            try lab.push(["inventory/node-01.yaml": Self.manifest(false)])
            try lab.push(["inventory/node-01.yaml": Self.manifest(true)])
            return await isArmed(lab)
        }
        try names("ops")
        try lab.push(["policies/lab.yaml": Self.policy, Self.file: "ops \(try lab.key("eve"))\n"])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(try await toggle(as: "ops"))
        #expect(try await !toggle(as: "eve"))
        try names("eve")
        #expect(try await toggle(as: "eve"))
        #expect(try await !toggle(as: "ops"))
        // What can't be verified is not signed.
        try FileManager.default.removeItem(atPath: lab.path("signers"))
        #expect(try await !toggle(as: "eve"))
    }

    @Test func `with one kind of key outside, the first keys of the other kind need a signature, too`() async throws {
        let outside = { (folder: URL) in SignerPaths(ssh: folder.appending(path: "signers").path) }
        let lab = try await Lab(signers: outside)
        try lab.makeKey("ops")
        try "ops \(try lab.key("ops"))\n".write(toFile: lab.path("signers"), atomically: true, encoding: .utf8)
        try lab.push(["policies/lab.yaml": Self.policy, "inventory/node-01.yaml": Self.manifest(false)])
        #expect(await lab.reconciler.reconcile().failure == nil)
        // As somebody would who makes an OpenPGP key with ops' address.
        try lab.push(["policies/keys/ops.asc": "a key"])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(try await lab.alerts().contains { $0.contains("policies/keys was changed by a commit that none") })
        try lab.sign(as: "ops")
        try lab.push(["policies/keys/ops.asc": "another key"])
        #expect(await lab.reconciler.reconcile().failure == nil)
        #expect(try await lab.alerts().count == 1)
    }
}
