import Foundation
import Git
import Inventory
import Reconcile
import Testing

/// Commits of a branch, each with who signs it.
struct SignedBranch: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var commits: [(files: [String: String?], signer: String?)]
    var isArmed: Bool

    init(_ name: String, _ commits: ([String: String?], String?)..., arms isArmed: Bool) {
        (testDescription, self.isArmed) = (name, isArmed)
        self.commits = commits.map { ($0.0, $0.1) }
    }
}

private let node = Loosening.node

let signedBranches = [
    SignedBranch(
        "on without a signature, then a signed comment", ([node: signedNode(true)], nil),
        ([node: signedNode(true, note: "x")], "ops"), arms: false),
    SignedBranch(
        "signed on, then another kernel", ([node: signedNode(true)], "ops"),
        ([node: signedNode(true).replacing("192.0.2.1/x", with: "192.0.2.1/y")], nil), arms: true),
    SignedBranch(
        "signed on, off, on without a signature", ([node: signedNode(true)], "ops"),
        ([node: signedNode(false)], nil),
        ([node: signedNode(true, note: "x")], nil), arms: false),
    SignedBranch(
        "signed on in a file that does not parse, repaired without a signature",
        ([node: signedNode(true) + "a: ["], "ops"), ([node: signedNode(true)], nil), arms: false),
    SignedBranch(
        "signed on beside a manifest with the same MAC, which goes without a signature",
        (["inventory/b.yaml": signedNode(true, name: "b")], "ops"), ([node: nil], nil), arms: false),
    SignedBranch(
        "signed on, then moved to another file", ([node: signedNode(true)], "ops"),
        ([node: nil, "inventory/b.yaml": signedNode(true)], nil), arms: true),
    SignedBranch(
        "a note about it that nobody signed, then signed on", ([node: signedNode(false, note: "x")], nil),
        ([node: signedNode(true, note: "x")], "ops"), arms: true),
    SignedBranch(
        "signed elsewhere, on by nobody", (["docs/a.md": "a"], "ops"), ([node: signedNode(true)], nil), arms: false),
]

extension Lab {
    /// A commit on the branch `topic`, which a new one begins at main.
    func branch(_ files: [String: String?], isNew: Bool = true) throws {
        if isNew { try git("checkout", "-q", "-b", "topic", "main") }
        try commitFiles(files)
    }

    func commitFiles(_ files: [String: String?]) throws {
        for (path, text) in files {
            let file = URL(filePath: self.path("clone/\(path)"))
            guard let text else {
                try FileManager.default.removeItem(at: file)
                continue
            }
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        try git("add", "-A")
        try git("commit", "-qm", "topic")
    }

    /// Merges `topic` into main and pushes, maybe with something that neither holds.
    func mergeBranch(changing files: [String: String] = [:]) throws {
        try git("checkout", "-q", "main")
        try git("merge", "-q", "--no-ff", "--no-commit", "--allow-unrelated-histories", "topic")
        try commitFiles(files)
        try git("push", "-q", "origin", "HEAD:main")
    }

    func previewed(from old: String, to new: String, asOne: Bool = false) async throws -> Preview {
        let clone = try Repository(bareAt: path("clone/.git"), create: false)
        let previewer = Previewer(
            repository: clone, paths: ["inventory", "policies"], signers: SignerPaths(), now: now.wall)
        return try await previewer.preview(
            from: #require(try await clone.resolve(old)), to: #require(try await clone.resolve(new)), asOne: asOne)
    }

    /// The daemon, a preview of the last commit and the history of it agree on this.
    func expect(_ reason: String) async throws {
        let preview = try await previewed(from: "HEAD^1", to: "HEAD")
        #expect(preview.changes.filter { "\($0.mac)" == signedMAC }.map(\.after.reason) == [reason])
        #expect(await reconciler.reconcile().failure == nil)
        #expect(decision(signedMAC).reason == reason)
        let clone = try Repository(bareAt: path("clone/.git"), create: false)
        let history = try await Previewer(
            repository: clone, paths: ["inventory", "policies"], signers: SignerPaths(), now: now.wall
        ).history(of: signedMAC, at: #require(try await clone.resolve("HEAD")))
        #expect(history.entries.last?.kind == (reason == "armed" ? .armed : .held))
    }
}
