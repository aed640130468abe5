import Foundation
import GitServers
import Testing

@testable import Git

/// Somebody's gpg, with a home of its own. Its agent ends with it.
final class PGPHome: Sendable {
    private let sandbox: Sandbox
    private let home: String
    var path: String { home }

    init() throws {
        sandbox = try Sandbox()
        // Short: the agent's socket lies in it.
        home = sandbox.path
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: home)
    }

    deinit { _ = try? program("gpgconf", ["--homedir", home, "--kill", "all"]) }

    @discardableResult
    func gpg(_ arguments: String..., input: String = "") throws -> String { try gpg(arguments, input: input) }

    @discardableResult
    private func gpg(_ arguments: [String], input: String = "") throws -> String {
        let options = ["--homedir", home, "--batch", "--quiet", "--passphrase", "", "--pinentry-mode", "loopback"]
        return String(decoding: try program("gpg", options + arguments, input: Data(input.utf8)), as: UTF8.self)
    }

    /// A new key, which ends after `expires` as gpg writes it; returns its fingerprint.
    @discardableResult
    func key(_ userID: String, expires: String = "never", at time: String? = nil) throws -> String {
        let clock = time.map { ["--faked-system-time", $0] } ?? []
        try gpg(clock + ["--quick-gen-key", userID, "ed25519", "sign", expires])
        return try fingerprint(userID)
    }

    func fingerprint(_ userID: String) throws -> String {
        let listed = try gpg("--with-colons", "--list-keys", userID).split(separator: "\n")
        let line = try #require(listed.first { $0.hasPrefix("fpr:") })
        return String(line.split(separator: ":", omittingEmptySubsequences: false)[9])
    }

    func exported(_ keys: String...) throws -> [UInt8] {
        Array(try gpgOutput(["--armor", "--export"] + keys).utf8)
    }

    private func gpgOutput(_ arguments: [String]) throws -> String {
        String(decoding: try program("gpg", ["--homedir", home, "--batch"] + arguments), as: UTF8.self)
    }

    /// The certificate that gpg makes with each key, as its first line says to use it.
    func revocation(of fingerprint: String) throws -> String {
        try String(contentsOfFile: "\(home)/openpgp-revocs.d/\(fingerprint).rev", encoding: .utf8)
            .replacing(":-----BEGIN", with: "-----BEGIN")
    }

    /// A commit signed by this key, with more options to gpg. Put together here, because git's own call takes no such options.
    func commit(in origin: Origin, by key: String, _ options: String..., message: String = "Change") throws -> ObjectID
    {
        let tree = try origin.git("mktree")
        let text = "tree \(tree)\nauthor Ada <ada@lab> 1700000000 +0000\ncommitter Ada <ada@lab> 1700000000 +0000\n"
        let body = "\n\(message)\n"
        let all =
            ["--homedir", home, "--batch", "--pinentry-mode", "loopback", "--passphrase", ""] + options
            + ["--armor", "--detach-sign", "--local-user", key]
        let signature = String(decoding: try program("gpg", all, input: Data((text + body).utf8)), as: UTF8.self)
        let header = signature.trimmingCharacters(in: .newlines).split(
            separator: "\n", omittingEmptySubsequences: false
        ).joined(separator: "\n ")
        let id = try origin.git(
            "hash-object", "-t", "commit", "-w", "--stdin", input: text + "gpgsig \(header)\n" + body)
        return try #require(ObjectID(hex: id))
    }
}

@Suite(.enabled(if: has("gpg") && has("gpgconf"), "needs gpg"), .serialized)
struct RepositoryOpenPGPTests {
    private let origin: Origin
    private let repository: Repository

    init() throws {
        origin = try Origin()
        repository = try Repository(bareAt: origin.path, create: false)
    }

    private func check(_ commit: ObjectID, _ keys: [UInt8]...) async throws -> CommitSignature {
        try await repository.signature(of: commit, among: SigningKeys(openPGP: keys))
    }

    @Test func `a commit is signed by the address and the fingerprint of its key`() async throws {
        let home = try PGPHome()
        let fingerprint = try home.key("Ada Ops <ops@lab>")
        try home.key("eve@lab")
        let commit = try home.commit(in: origin, by: "ops@lab")
        let ops = try home.exported("ops@lab")
        let names: Set<String> = [fingerprint, fingerprint.lowercased(), "Ada Ops <ops@lab>", "ops@lab"]
        #expect(try await check(commit, ops) == .by(names))
        // As git makes it, with both keys in one file and rubbish beside it.
        let tree = try origin.git("mktree")
        let made = try program(
            "env",
            [
                "GNUPGHOME=\(home.path)", "git", "-C", origin.path, "-c", "user.signingKey=\(fingerprint)",
                "commit-tree", tree, "-S", "-m", "By git",
            ])
        let byGit = try #require(
            ObjectID(hex: String(decoding: made, as: UTF8.self).trimmingCharacters(in: .newlines)))
        let both = try home.exported("ops@lab", "eve@lab")
        #expect(try await check(byGit, Array("no key".utf8), both).names.contains("ops@lab"))
    }

    @Test func `a signature by another key, of another text or without keys counts for nobody`() async throws {
        let home = try PGPHome()
        try home.key("ops@lab")
        try home.key("eve@lab")
        let commit = try home.commit(in: origin, by: "eve@lab", message: "Enable PXE for one")
        let unknown = try await check(commit, home.exported("ops@lab"))
        #expect(unknown == .none("its OpenPGP signature is by none of the keys in force, or can't be verified"))
        #expect(
            try await check(commit)
                == .none("it is signed with OpenPGP, and there are no OpenPGP keys to verify it with"))
        let text = try origin.git("cat-file", "commit", "\(commit)")
        let forged = try origin.git(
            "hash-object", "-t", "commit", "-w", "--stdin", input: text.replacing("for one", with: "for all") + "\n")
        let id = try #require(ObjectID(hex: forged))
        #expect(try await check(id, home.exported("eve@lab")) == .none("its OpenPGP signature does not fit it"))
        let plain = try origin.commit(["a": "a"])
        #expect(try await check(plain, home.exported("eve@lab")) == .none("it bears no signature"))
    }

    @Test func `a subkey signs for its primary key`() async throws {
        let home = try PGPHome()
        let primary = try home.key("ops@lab")
        try home.gpg("--quick-add-key", primary, "ed25519", "sign", "never")
        let listed = try home.gpg("--with-colons", "--list-keys", primary).split(separator: "\n")
        let subkey = try #require(listed.last { $0.hasPrefix("fpr:") }).split(
            separator: ":", omittingEmptySubsequences: false)[9]
        #expect(primary != subkey)
        let commit = try home.commit(in: origin, by: "\(subkey)!")
        let names = try await check(commit, home.exported("ops@lab")).names
        #expect(names == [primary, primary.lowercased(), "ops@lab"])
    }

    @Test func `an expired key, a revoked one and a weak digest are refused`() async throws {
        let home = try PGPHome()
        try home.key("old@lab", expires: "1d", at: "20250101T000000!")
        let expired = try home.commit(in: origin, by: "old@lab", "--faked-system-time", "20250101T010000!")
        #expect(
            try await check(expired, home.exported("old@lab")) == .none("the OpenPGP key that signed it has expired"))

        let fingerprint = try home.key("gone@lab")
        let revoked = try home.commit(in: origin, by: "gone@lab")
        #expect(try await check(revoked, home.exported("gone@lab")).names.contains("gone@lab"))
        let certificate = try home.revocation(of: fingerprint)
        try home.gpg("--import", input: certificate)
        #expect(
            try await check(revoked, home.exported("gone@lab")) == .none("the OpenPGP key that signed it is revoked"))

        try home.key("ops@lab")
        let weak = try home.commit(in: origin, by: "ops@lab", "--digest-algo", "SHA1")
        #expect(
            try await check(weak, home.exported("ops@lab"))
                == .none("its OpenPGP signature is made with a weak digest, such as SHA-1"))
    }

    @Test func `a revoked user id is nobody's name`() async throws {
        let home = try PGPHome()
        let fingerprint = try home.key("ops@lab")
        try home.gpg("--quick-add-uid", fingerprint, "boss@lab")
        try home.gpg("--quick-revoke-uid", fingerprint, "boss@lab")
        let commit = try home.commit(in: origin, by: fingerprint)
        #expect(
            try await check(commit, home.exported(fingerprint)).names
                == [fingerprint, fingerprint.lowercased(), "ops@lab"])
    }

    @Test func `without gpg the reason says what to install`() async throws {
        let operation = Git.Operation()
        #expect {
            try run(["gpg-that-is-missing"], until: operation)
        } throws: {
            "\($0)".contains("install it (Debian: apt-get install gpg-that-is-missing)")
        }
    }

    @Test func `only one good signature of a document is good`() {
        let valid = "[GNUPG:] VALIDSIG AB 2026-01-01 1 0 4 0 22 8 00 CD"
        let good = "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 1 ops\n\(valid)\n"
        #expect(GPGVerdict(good).fingerprint == "CD")
        for output in [
            "", "gpg: \(good)".replacing("[GNUPG:]", with: "GNUPG:"), good + good, good + "[GNUPG:] BADSIG 1 ops\n",
            good + "[GNUPG:] EXPKEYSIG 1 ops\n", good + "[GNUPG:] REVKEYSIG 1 ops\n",
            good.replacing("8 00", with: "2 00"), good.replacing("8 00", with: "1 00"),
            good.replacing("8 00", with: "8 10"), "[GNUPG:] GOODSIG 1 ops\n", "\(valid)\n",
        ] {
            #expect(GPGVerdict(output).fingerprint == nil, "\(output)")
        }
    }
}
