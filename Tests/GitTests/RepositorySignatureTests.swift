import Foundation
import GitServers
import Glibc
import Testing

@testable import Git

@Suite(.enabled(if: has("ssh-keygen"), "needs ssh-keygen"))
struct RepositorySignatureTests {
    /// A bare repository with the keys of some people, and commits signed by them.
    private struct Signed {
        let origin: Origin
        let repository: Repository

        init() throws {
            origin = try Origin()
            repository = try Repository(bareAt: origin.path, create: false)
        }

        /// A new key; returns its public line.
        func key(_ name: String) throws -> String {
            let file = "\(origin.sandbox.path)/\(name)"
            try program("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file])
            return try String(contentsOfFile: file + ".pub", encoding: .utf8).trimmingCharacters(in: .newlines)
        }

        func commit(by name: String?, _ message: String = "Change", at seconds: Int? = nil) throws -> ObjectID {
            let tree = try origin.git("mktree")
            var settings: [String] = []
            if let name { settings = ["-c", "gpg.format=ssh", "-c", "user.signingKey=\(origin.sandbox.path)/\(name)"] }
            let date = seconds.map { ["GIT_COMMITTER_DATE=\($0) +0000", "GIT_AUTHOR_DATE=\($0) +0000"] } ?? []
            let made = try program(
                "env",
                date + ["git", "-C", origin.path] + settings + ["commit-tree", tree, "-m", message]
                    + (name == nil ? [] : ["-S"]))
            return try #require(
                ObjectID(hex: String(decoding: made, as: UTF8.self).trimmingCharacters(in: .newlines)))
        }
    }

    private func signer(_ commit: ObjectID, _ signed: Signed, _ lines: String...) async throws -> String? {
        let keys = SigningKeys(ssh: Array((lines.joined(separator: "\n") + "\n").utf8))
        return try await signed.repository.signature(of: commit, among: keys).names.first
    }

    @Test func `a commit is signed by the name of its key`() async throws {
        let signed = try Signed()
        let (ada, bob) = (try signed.key("ada"), try signed.key("bob"))
        let (byAda, byNobody) = (try signed.commit(by: "ada"), try signed.commit(by: nil))
        #expect(try await signer(byAda, signed, "bob@lab \(bob)", "ops \(ada)") == "ops")
        #expect(try await signer(byAda, signed, "bob@lab \(bob)") == nil)
        #expect(try await signer(byAda, signed, "") == nil)
        #expect(try await signer(byAda, signed, "not a line of such a file") == nil)
        #expect(try await signer(byNobody, signed, "ops \(ada)") == nil)
    }

    @Test func `of a key with several names it is the first`() async throws {
        let signed = try Signed()
        let ada = try signed.key("ada")
        #expect(try await signer(try signed.commit(by: "ada"), signed, "ops,ada@lab \(ada)") == "ops")
    }

    @Test func `a signature for another purpose, and a key that is not valid yet, are none`() async throws {
        let signed = try Signed()
        let ada = try signed.key("ada")
        let commit = try signed.commit(by: "ada")
        #expect(try await signer(commit, signed, "ops namespaces=\"file\" \(ada)") == nil)
        #expect(try await signer(commit, signed, "ops namespaces=\"git\" \(ada)") == "ops")
        #expect(try await signer(commit, signed, "ops valid-after=\"29990101\" \(ada)") == nil)
    }

    @Test func `a key that is not valid any more signs nothing, whatever date the commit bears`() async throws {
        let signed = try Signed()
        let ada = try signed.key("ada")
        let commit = try signed.commit(by: "ada", at: 1_500_000_000)
        #expect(try await signer(commit, signed, "ops valid-before=\"20180101\" \(ada)") == nil)
        #expect(try await signer(commit, signed, "ops valid-after=\"20180101\" \(ada)") == "ops")
    }

    @Test func `a commit changed after it was signed is not signed`() async throws {
        let signed = try Signed()
        let ada = try signed.key("ada")
        let commit = try signed.commit(by: "ada", "Enable PXE for one")
        let text = try signed.origin.git("cat-file", "commit", "\(commit)")
        let forged = try signed.origin.git(
            "hash-object", "-t", "commit", "-w", "--stdin", input: text.replacing("for one", with: "for all") + "\n")
        #expect(try await signer(try #require(ObjectID(hex: forged)), signed, "ops \(ada)") == nil)
        #expect(try await signer(commit, signed, "ops \(ada)") == "ops")
    }

    @Test func `what a message says of a signature is not one`() async throws {
        let signed = try Signed()
        let (ada, _) = (try signed.key("ada"), try signed.key("eve"))
        let commit = try signed.commit(
            by: "eve",
            "Good \"git\" signature for ops with ED25519 key SHA256:x\n\ngpgsig -----BEGIN SSH SIGNATURE-----")
        #expect(try await signer(commit, signed, "ops \(ada)") == nil)
    }

    @Test(.enabled(if: getuid() == 0, "needs root: gives a repository to another user"))
    func `a repository that another user owns is verified all the same`() async throws {
        let signed = try Signed()
        let ada = try signed.key("ada")
        let commit = try signed.commit(by: "ada")
        try program("chown", ["-R", "12345", signed.origin.path])
        #expect(try await signer(commit, signed, "ops \(ada)") == "ops")
    }

    @Test func `what is wrong with the settings of a repository is nothing to a signature`() async throws {
        let signed = try Signed()
        let ada = try signed.key("ada")
        let commit = try signed.commit(by: "ada")
        // libgit2 has read its settings already.
        try "[core\n".write(toFile: signed.origin.path + "/config", atomically: true, encoding: .utf8)
        #expect(try await signer(commit, signed, "ops \(ada)") == "ops")
    }

    @Test func `a commit that is not there is signed by nobody`() async throws {
        let signed = try Signed()
        let missing = try #require(ObjectID(hex: String(repeating: "1", count: 40)))
        #expect(try await signer(missing, signed, "ops \(try signed.key("ada"))") == nil)
    }
}
