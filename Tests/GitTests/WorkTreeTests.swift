import Foundation
import Git
import GitServers
import Testing

struct WorkTreeTests {
    private let sandbox: Sandbox
    private var clone: String { "\(sandbox.path)/clone" }

    init() throws {
        sandbox = try Sandbox()
        try program("git", ["init", "-q", "-b", "main", clone])
        for name in ["kept", "edited", "removed", "staged"] { _ = try sandbox.write("1\n", to: "clone/\(name)") }
        try program("git", ["-C", clone, "add", "."])
        try program("git", ["-C", clone, "commit", "-q", "-m", "One"])
    }

    @Test func `it is found from a folder inside it`() throws {
        try FileManager.default.createDirectory(atPath: "\(clone)/a/b", withIntermediateDirectories: true)
        let tree = try #require(try WorkTree.around("\(clone)/a/b"))
        #expect(tree.root.map { URL(filePath: $0).lastPathComponent } == "clone")
        #expect(tree.repository.hasSuffix("/clone/.git/"))
    }

    @Test func `a linked work tree is its own`() async throws {
        try program("git", ["-C", clone, "worktree", "add", "-q", "../second"])
        _ = try sandbox.write("2\n", to: "second/edited")
        let tree = try #require(try WorkTree.around("\(sandbox.path)/second"))
        #expect(try await tree.changes() == ["edited"])
        let repository = try Repository(bareAt: tree.repository, create: false)
        #expect(try await repository.resolve("HEAD") != nil)
        #expect(try await repository.resolve("second") != nil)
    }

    @Test func `a bare repository has no files, and a plain folder no repository`() throws {
        let origin = try Origin()
        #expect(try WorkTree.around(origin.path)?.root == nil)
        #expect(try WorkTree.around(origin.path) != nil)
        #expect(try WorkTree.around(try Sandbox().path) == nil)
        #expect(try WorkTree.around("/nonexistent") == nil)
    }

    @Test func `edited, removed, staged and new files differ from HEAD, ignored ones don't`() async throws {
        _ = try sandbox.write("2\n", to: "clone/edited")
        try FileManager.default.removeItem(atPath: "\(clone)/removed")
        _ = try sandbox.write("2\n", to: "clone/staged")
        try program("git", ["-C", clone, "add", "staged"])
        _ = try sandbox.write("ignored\n", to: "clone/.gitignore")
        _ = try sandbox.write("x\n", to: "clone/ignored")
        try FileManager.default.createDirectory(atPath: "\(clone)/new", withIntermediateDirectories: true)
        _ = try sandbox.write("x\n", to: "clone/new/file")
        let tree = try #require(try WorkTree.around(clone))
        #expect(try await tree.changes() == [".gitignore", "edited", "new/file", "removed", "staged"])
    }
}
