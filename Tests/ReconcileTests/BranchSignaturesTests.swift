import Foundation
import Git
import Inventory
import Journal
import Reconcile
import Testing

private let node = Loosening.node

/// What a merge may arm where a policy asks for a signature. Each time the daemon, `plan` and `history` must agree.
@Suite(.enabled(if: isInstalled("ssh-keygen"), "needs ssh-keygen"))
struct BranchSignaturesTests {
    struct Merge: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Who signs the commit of the branch.
        var branch: String?
        var merge: String?
        var isArmed: Bool
        /// A preview of the branch as one commit, from before the merge.
        var isArmedAsOne: Bool

        init(_ name: String, _ branch: String?, _ merge: String?, arms isArmed: Bool, asOne: Bool) {
            (testDescription, self.branch, self.merge, self.isArmed) = (name, branch, merge, isArmed)
            isArmedAsOne = asOne
        }
    }

    private static func lab(_ files: [String: String] = [:]) async throws -> Lab {
        try await Lab.signed(
            [node: signedNode(false), Loosening.policy: Loosening.asked].merging(files) { $1 })
    }

    @Test(arguments: [
        Merge("a signed branch, merged without a signature", "ops", nil, arms: true, asOne: true),
        Merge("an unsigned branch, merged by a signed commit", nil, "ops", arms: true, asOne: false),
        Merge("both signed", "ops", "ops", arms: true, asOne: true),
        Merge("a signed branch, merged by somebody else", "ops", "eve", arms: true, asOne: true),
        Merge("neither signed", nil, nil, arms: false, asOne: false),
        Merge("a branch that somebody else signed", "eve", nil, arms: false, asOne: false),
    ])
    func `a merge arms when it is signed, or what it brings is`(example: Merge) async throws {
        let lab = try await Self.lab()
        try lab.sign(as: example.branch)
        try lab.branch([node: signedNode(true)])
        let asOne = try await lab.previewed(from: "main", to: "topic", asOne: true)
        #expect(asOne.changes.map(\.after.reason) == [example.isArmedAsOne ? "armed" : "held:unsigned"])
        #expect(asOne.isSignedByBranch == example.isArmedAsOne)
        try lab.sign(as: example.merge)
        try lab.mergeBranch()
        try await lab.expect(example.isArmed ? "armed" : "held:unsigned")
    }

    @Test(arguments: signedBranches)
    func `each commit that had a say in turning it on must be signed`(branch: SignedBranch) async throws {
        let lab = try await Self.lab()
        for (index, commit) in branch.commits.enumerated() {
            try lab.sign(as: commit.signer)
            try lab.branch(commit.files, isNew: index == 0)
        }
        try lab.sign(as: nil)
        try lab.mergeBranch()
        let isArmed = await lab.isArmed() || lab.decision(signedMAC) == .netboot(.chain("http://192.0.2.1/y"))
        #expect(isArmed == branch.isArmed, "\(lab.decision(signedMAC))")
        #expect(isArmed || lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
        let preview = try await lab.previewed(from: "main~1", to: "main")
        #expect(preview.changes.first { "\($0.mac)" == signedMAC }?.after == lab.decision(signedMAC))
    }

    @Test func `a host that an unsigned commit of the branch adds, and a signed one turns on, is armed`() async throws {
        let lab = try await Lab.signed([Loosening.policy: Loosening.asked])
        try lab.branch([node: signedNode(false)])
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true)], isNew: false)
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("armed")
    }

    @Test(arguments: [
        [node: signedNode(true, note: "evil")], [node: signedNode(true).replacing("/x", with: "/evil")],
        ["policies/other.yaml": signingPolicy("expireAfter: 240h", name: "other")],
    ])
    func `a merge that changes something by itself needs its own signature`(files: [String: String]) async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true)])
        try lab.sign(as: nil)
        try lab.mergeBranch(changing: files)
        try await lab.expect("held:unsigned")
        let held = try await lab.journal.events().filter { $0.event.kind == .held }.map(\.event.detail)
        let file = try #require(files.keys.first)
        #expect(held.first?.contains("is no plain merge, it changes \(file) by itself") == true, "\(held)")
    }

    @Test func `a merge that turns it on itself needs its own signature`() async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "ops")
        try lab.branch(["docs/a.md": "a"])
        try lab.sign(as: nil)
        try lab.mergeBranch(changing: [node: signedNode(true)])
        try await lab.expect("held:unsigned")
    }

    @Test(arguments: [(String?.none, false), (String?.some("ops"), true)])
    func `a squash is a commit of its own`(signer: String?, isArmed: Bool) async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true)])
        try lab.sign(as: signer)
        try lab.git("checkout", "-q", "main")
        try lab.git("merge", "-q", "--squash", "topic")
        try lab.git("commit", "-qm", "Squashed")
        try lab.git("push", "-q", "origin", "HEAD:main")
        try await lab.expect(isArmed ? "armed" : "held:unsigned")
    }

    @Test func `a branch that took main in meanwhile is still signed, also where somebody else did that`() async throws
    {
        let lab = try await Self.lab(["inventory/b.yaml": "# b\n"])
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true)])
        try lab.sign(as: nil)
        try lab.git("checkout", "-q", "main")
        try lab.edit(["inventory/b.yaml": "# c\n", "policies/b.yaml": signingPolicy("expireAfter: 1h", name: "b")])
        try lab.git("checkout", "-q", "topic")
        try lab.git("merge", "-q", "-m", "Update", "main")
        try lab.mergeBranch()
        try await lab.expect("armed")
    }

    @Test func `one side's permission does not arm the other side's card`() async throws {
        // Lines apart, so that git merges them by itself.
        func host(_ mac: String, _ allow: Bool) -> String {
            signedNode(allow).replacing(signedMAC, with: mac)
                .replacing("      netboot", with: "      # 1\n      # 2\n      # 3\n      netboot")
        }
        let other = "52:54:00:12:34:02"
        let lab = try await Self.lab([node: host(other, false)])
        try lab.sign(as: "ops")
        try lab.branch([node: host(other, true)])
        try lab.sign(as: nil)
        try lab.git("checkout", "-q", "main")
        try lab.edit([node: host(signedMAC, false)])
        try lab.mergeBranch()
        try await lab.expect("held:unsigned")
    }

    /// A plain merge of a branch whose commit is signed arms, and a later commit turns it off again.
    private func mergeSigned(_ lab: Lab) async throws {
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true)])
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("armed")
        try lab.edit([node: signedNode(false)])
        #expect(await !lab.isArmed())
    }

    @Test func `what was merged once can't be merged again`() async throws {
        let lab = try await Self.lab()
        try await mergeSigned(lab)
        let tree = try lab.git("rev-parse", "topic^{tree}").trimmingCharacters(in: .newlines)
        let merge = try lab.git("commit-tree", tree, "-p", "main", "-p", "topic", "-m", "Again")
        try lab.git("reset", "-q", "--hard", merge.trimmingCharacters(in: .newlines))
        try lab.git("push", "-q", "origin", "HEAD:main")
        try await lab.expect("held:unsigned")
    }

    @Test func `nor after a force push that dropped the first merge`() async throws {
        let lab = try await Self.lab()
        let base = try lab.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
        try await mergeSigned(lab)
        try lab.git("reset", "-q", "--hard", base)
        try lab.git("push", "-qf", "origin", "HEAD:main")
        #expect(await !lab.isArmed())
        try lab.mergeBranch()
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
    }

    @Test func `a signed commit of another repo arms nothing here`() async throws {
        let lab = try await Lab.signed([Loosening.policy: Loosening.asked])
        try lab.sign(as: "ops")
        try lab.git("checkout", "-q", "--orphan", "topic")
        try lab.git("rm", "-rqf", ".")
        try lab.commitFiles([node: signedNode(true)])
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("held:unsigned")
    }

    @Test func `what loosens is judged by the merge's own signature, as before`() async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true), Loosening.policy: nil])
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("armed")
        #expect(try await lab.alerts().count == 1)
        try lab.edit([node: signedNode(false)])
        try lab.edit([node: signedNode(true)])
        #expect(await !lab.isArmed())
        #expect(lab.decision(signedMAC) == .localBoot(.held(.unsigned)))
    }

    @Test func `a guard that the branch lifts holds what it arms`() async throws {
        let lab = try await Self.lab(["policies/n.yaml": signingPolicy("netboot: never", name: "n")])
        try lab.sign(as: "ops")
        try lab.branch([node: signedNode(true), "policies/n.yaml": nil])
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("held:loosened")
    }

    @Test func `keys that the branch brings count for nobody in it`() async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "eve")
        try lab.branch([Lab.signersFile: "ops \(try lab.key("eve"))\n"])
        try lab.branch([node: signedNode(true)], isNew: false)
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("held:unsigned")
    }

    @Test func `a changed annotation counts as a turn-on`() async throws {
        func annotated(_ word: String) -> String {
            signedNode(true).replacing(
                "labels: {rack: a}", with: "labels: {rack: a}, annotations: {bootlatch.dev/arm: \(word)}")
        }
        let lab = try await Self.lab()
        try lab.edit([node: annotated("a")])
        #expect(await !lab.isArmed())
        try lab.sign(as: "ops")
        try lab.branch([node: annotated("b")])
        try lab.sign(as: nil)
        try lab.mergeBranch()
        try await lab.expect("armed")
    }

    @Test func `a hold names the commit of the branch that is not signed`() async throws {
        let lab = try await Self.lab()
        try lab.sign(as: "eve")
        try lab.branch([node: signedNode(true)])
        let commit = try lab.git("rev-parse", "--short=8", "HEAD").trimmingCharacters(in: .newlines)
        try lab.sign(as: nil)
        try lab.mergeBranch()
        #expect(await !lab.isArmed())
        let held = try await lab.journal.events().filter { $0.event.kind == .held }.map(\.event.detail)
        let words =
            "unsigned: its commit must be signed by ops, and it bears no signature. Of what it merges, \(commit) had a say in "
            + "turning it on, and its ssh signature is by none of the allowed signers"
        #expect(held.first?.hasPrefix(words) == true, "\(held)")
    }
}
