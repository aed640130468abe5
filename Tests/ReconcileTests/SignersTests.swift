import Foundation
import Git
import Inventory
import Journal
import Reconcile
import Testing

/// A lab whose people sign with OpenPGP. Their agent ends with it.
private final class PGPLab: Sendable {
    let lab: Lab
    private var home: String { lab.path("gpg") }

    init(
        _ files: [String: String] = [:], signers: (URL) -> SignerPaths = { _ in SignerPaths() }
    ) async throws {
        lab = try await Lab(signers: signers)
        try FileManager.default.createDirectory(
            atPath: lab.path("gpg"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // The program that git runs, so that it finds these keys and no others.
        let script = "#!/bin/sh\nexec gpg --homedir '\(lab.path("gpg"))' --batch \"$@\"\n"
        // By a program: a test that forks while this one has the script open for writing would keep it from being run.
        try Data(script.utf8).write(to: URL(filePath: lab.path("gpg.text")))
        try lab.run("install", "-m", "755", lab.path("gpg.text"), lab.path("gpg.sh"))
        for name in ["ops@lab", "eve@lab"] {
            try lab.run(lab.path("gpg.sh"), "--quiet", "--passphrase", "", "--quick-gen-key", name, "ed25519", "sign")
        }
        let policy = signingPolicy("require: {signedBy: [ops@lab]}")
        try lab.edit(
            [
                "inventory/node-01.yaml": signedNode(false), "policies/lab.yaml": policy,
                "policies/keys/ops.asc": try key("ops@lab"),
            ].merging(files) { $1 })
        #expect(await lab.reconciler.reconcile().failure == nil)
    }

    deinit { try? lab.run("gpgconf", "--homedir", home, "--kill", "all") }

    func key(_ name: String) throws -> String {
        let file = lab.path("\(name).asc")
        try lab.run("gpg", "--homedir", home, "--batch", "--yes", "--armor", "--output", file, "--export", name)
        return try String(contentsOfFile: file, encoding: .utf8)
    }

    func sign(as name: String?) throws {
        try lab.git("config", "gpg.format", "openpgp")
        try lab.git("config", "gpg.program", lab.path("gpg.sh"))
        try lab.git("config", "commit.gpgSign", "\(name != nil)")
        if let name { try lab.git("config", "user.signingKey", name) }
    }

    func arm() async throws -> Bool {
        try lab.edit(["inventory/node-01.yaml": signedNode(false, note: "\(UUID())")])
        try lab.edit(["inventory/node-01.yaml": signedNode(true)])
        return await lab.isArmed()
    }
}

@Suite(.enabled(if: isInstalled("gpg") && isInstalled("gpgconf"), "needs gpg"), .serialized)
struct SignersTests {
    @Test func `a commit signed with OpenPGP arms`() async throws {
        let pgp = try await PGPLab()
        for name in [nil, "eve@lab"] {
            try pgp.sign(as: name)
            #expect(try await !pgp.arm())
            #expect(pgp.lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
        }
        try pgp.sign(as: "ops@lab")
        #expect(try await pgp.arm())
    }

    @Test func `keys in a folder of the machine's own count, change at once, and those of the repo are nobody's`()
        async throws
    {
        let pgp = try await PGPLab(signers: { SignerPaths(openPGP: $0.appending(path: "outside").path) })
        #expect(pgp.lab.gate.current.inventory.knownSigners == nil)
        let file = pgp.lab.path("outside/ops.asc")
        try FileManager.default.createDirectory(atPath: pgp.lab.path("outside"), withIntermediateDirectories: true)
        try pgp.sign(as: "ops@lab")
        #expect(try await !pgp.arm())
        try pgp.key("ops@lab").write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await pgp.arm())
        #expect(pgp.lab.gate.current.inventory.knownSigners?.contains("ops@lab") == true)
        try pgp.sign(as: "eve@lab")
        #expect(try await !pgp.arm())
        try pgp.sign(as: "ops@lab")
        try pgp.key("eve@lab").write(toFile: file, atomically: true, encoding: .utf8)
        #expect(try await !pgp.arm())
        let told = pgp.lab.gate.current.inventory.diagnostics.map(\.message)
        #expect(told.contains { $0.contains("no key is known of ops@lab: no commit can arm its hosts") }, "\(told)")
    }

    @Test func `a plan knows commits that are signed with OpenPGP`() async throws {
        let pgp = try await PGPLab()
        let repository = try Repository(bareAt: pgp.lab.path("clone/.git"), create: false)
        let previewer = Previewer(
            repository: repository, paths: ["inventory", "policies"], signers: SignerPaths(), now: pgp.lab.now.wall)
        func head() throws -> ObjectID {
            try #require(ObjectID(hex: try pgp.lab.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)))
        }
        for (name, after) in [
            (nil, .localBoot(.held(.unsigned))), ("eve@lab", .localBoot(.held(.unsigned))),
            ("ops@lab", .netboot(.chain("http://192.0.2.1/x"))),
        ] as [(String?, Decision)] {
            try pgp.sign(as: name)
            try pgp.lab.edit(["inventory/node-01.yaml": signedNode(false, note: "\(UUID())")])
            let old = try head()
            try pgp.lab.edit(["inventory/node-01.yaml": signedNode(true)])
            let preview = try await previewer.preview(from: old, to: try head(), asOne: false)
            #expect(preview.changes.map(\.after) == [after], "\(name ?? "unsigned")")
            // An unsigned merge arms what the branch's own signed commits turned on.
            let merged = try await previewer.preview(from: old, to: try head(), asOne: true)
            #expect(merged.changes.map(\.after) == [after], "\(name ?? "unsigned"), merged")
        }
    }

    @Test func `OpenPGP keys change only by a commit that one of them signed, also over a restart`() async throws {
        let pgp = try await PGPLab()
        try pgp.sign(as: "eve@lab")
        // A second file of keys, and another kind of keys.
        try pgp.lab.edit(["policies/keys/eve.asc": pgp.key("eve@lab")])
        try pgp.lab.edit([Lab.signersFile: "ops@lab ssh-ed25519 AAAA\n"])
        #expect(try await !pgp.arm())
        #expect(try await pgp.lab.alerts().count == 2)
        let restarted = try await Lab(folder: pgp.lab.folder)
        try restarted.edit(["inventory/node-01.yaml": signedNode(false)])
        try restarted.edit(["inventory/node-01.yaml": signedNode(true)])
        #expect(await !restarted.isArmed())
        #expect(restarted.decision(signedMAC) == .localBoot(.held(.unsigned)))
        try pgp.sign(as: "ops@lab")
        try restarted.edit(["inventory/node-01.yaml": signedNode(false)])
        try restarted.edit(["inventory/node-01.yaml": signedNode(true)])
        #expect(await restarted.isArmed())
        // Signed, the same is taken over; the policy names eve by then.
        try restarted.edit(["policies/keys/eve.asc": nil, Lab.signersFile: nil])
        try restarted.edit([
            "policies/keys/eve.asc": try pgp.key("eve@lab"),
            "policies/lab.yaml": signingPolicy("require: {signedBy: [eve@lab]}"),
        ])
        try pgp.sign(as: "eve@lab")
        try restarted.edit(["inventory/node-01.yaml": signedNode(false)])
        try restarted.edit(["inventory/node-01.yaml": signedNode(true)])
        #expect(await restarted.isArmed())
        withExtendedLifetime(pgp) {}
    }

    @Test func `a signer of one kind may bring keys of the other`() async throws {
        let pgp = try await PGPLab()
        try pgp.lab.makeKey("ops")
        try pgp.sign(as: "ops@lab")
        try pgp.lab.edit([Lab.signersFile: "ops@lab \(try pgp.lab.key("ops"))\n"])
        try pgp.lab.sign(as: "ops")
        #expect(try await pgp.arm())
    }
}
