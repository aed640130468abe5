import Foundation
import Git
import GitServers
import Testing

struct RepositoryWriteTests {
    @Test func `a commit without a work tree is the one that git would make`() async throws {
        let origin = try Origin()
        let parent = try origin.commit(["inventory/a.yaml": "on\n", "inventory/b.yaml": "on\n", "README": "x"])
        let repository = try Repository(bareAt: origin.path, create: false)
        let id = try await repository.commit(
            parent: parent,
            edits: [("inventory/a.yaml", Array("off\n".utf8)), ("inventory/new/c.yaml", Array("on\n".utf8))],
            author: ada, committer: ada, message: "Disable PXE\n\nBootlatch-Host: n1\n")
        let expected = try origin.commit(
            ["inventory/a.yaml": "off\n", "inventory/new/c.yaml": "on\n"],
            message: "Disable PXE\n\nBootlatch-Host: n1\n")
        #expect(id == expected)
        #expect(try origin.git("fsck", "--strict") == "")
        #expect(try origin.git("log", "-1", "--format=%(trailers:key=Bootlatch-Host,valueonly)") == "n1\n".dropLast())
    }

    @Test func `an existing file keeps its mode, a new one is plain`() async throws {
        let origin = try Origin()
        let parent = try origin.commit(["run.sh": "1"], mode: "100755")
        let repository = try Repository(bareAt: origin.path, create: false)
        let id = try await repository.commit(
            parent: parent, edits: [("run.sh", [2]), ("new", [3])], author: ada, committer: ada, message: "x")
        #expect(try await repository.entry(at: "run.sh", in: id)?.kind == .executable)
        #expect(try await repository.entry(at: "new", in: id)?.kind == .file)
    }

    @Test func `bytes are stored as they are, whatever .gitattributes and autocrlf say`() async throws {
        let origin = try Origin()
        try origin.git("config", "core.autocrlf", "input")
        let parent = try origin.commit([".gitattributes": "* text eol=lf filter=lfs ident\n", "a.yaml": "x"])
        let repository = try Repository(bareAt: origin.path, create: false)
        let bytes = Array("\u{feff}a: 1\r\n# $Id$\r\n".utf8) + [0, 0xff]
        let id = try await repository.commit(
            parent: parent, edits: [("a.yaml", bytes)], author: ada, committer: ada, message: "x")
        let entry = try #require(try await repository.entry(at: "a.yaml", in: id))
        #expect(try await repository.blob(entry.id, limit: 100) == bytes)
    }

    @Test func `edits that change nothing are no commit`() async throws {
        let origin = try Origin()
        let parent = try origin.commit(["a": "1"])
        let repository = try Repository(bareAt: origin.path, create: false)
        await #expect(throws: GitError.nothingChanged) {
            try await repository.commit(
                parent: parent, edits: [("a", Array("1".utf8))], author: ada, committer: ada, message: "x")
        }
    }

    @Test(arguments: ["", "/a", "../a", "dir/../a", ".git/config", "link", "module", "dir", "file/below", "dir//a"])
    func `a path that cannot be written is refused`(path: String) async throws {
        let origin = try Origin()
        try origin.commit(["dir/a": "1", "file": "2"])
        let module = "M 160000 \(String(repeating: "1", count: 40)) module\nM 120000 inline link\ndata 1\nx\n"
        let header = "commit refs/heads/main\ncommitter Ada <ada@lab> 1 +0000\ndata 1\nx\nfrom refs/heads/main^0\n"
        try origin.git("fast-import", "--quiet", input: header + module)
        let parent = try origin.id("main")
        let repository = try Repository(bareAt: origin.path, create: false)
        await #expect(throws: GitError.self) {
            try await repository.commit(
                parent: parent, edits: [(path, [1])], author: ada, committer: ada, message: "x")
        }
    }

    @Test func `one file edited twice is refused`() async throws {
        let mirror = try Mirror()
        await #expect(throws: GitError.cannotEdit(path: "a", reason: "edited twice")) {
            try await mirror.repository.commit(
                parent: nil, edits: [("a", [1]), ("a", [2])], author: ada, committer: ada, message: "x")
        }
    }
}
