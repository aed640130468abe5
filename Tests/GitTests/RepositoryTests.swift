import Foundation
import Git
import GitServers
import Testing

struct RepositoryTests {
    @Test func `a repository is created once and opened again`() async throws {
        let sandbox = try Sandbox()
        let path = "\(sandbox.path)/state/mirror.git"
        let first = try Repository(bareAt: path, create: true)
        let id = try await first.commit(
            parent: nil, edits: [("a", [1])], author: ada, committer: ada, message: "Start")
        try await first.setTip(of: "refs/heads/main", to: id)
        let second = try Repository(bareAt: path, create: true)
        #expect(try await second.tip(of: "refs/heads/main") == id)
        #expect(try await second.tip(of: "refs/heads/other") == nil)
    }

    @Test func `a path without a repository is an error that names it`() throws {
        #expect {
            try Repository(bareAt: "/nonexistent/mirror.git", create: false)
        } throws: { error in
            "\(error)".contains("/nonexistent/mirror.git")
        }
    }

    @Test func `a commit is read as git wrote it`() async throws {
        let origin = try Origin()
        let first = try origin.commit(["a": "1"])
        let id = try origin.commit(["a": "2"], message: "Turn on n1\n\nBecause.\n")
        let repository = try Repository(bareAt: origin.path, create: false)
        let commit = try await repository.commit(id)
        #expect(commit.id == id)
        #expect(commit.parents == [first])
        #expect(commit.tree == (try origin.id("main^{tree}")))
        #expect(commit.author == ada)
        #expect(commit.committer == ada)
        #expect(commit.summary == "Turn on n1")
        #expect(commit.message == "Turn on n1\n\nBecause.\n")
    }

    @Test func `a message that is not UTF-8 is repaired`() async throws {
        let origin = try Origin()
        let tree = try origin.git("mktree")
        var raw = Data("tree \(tree)\nauthor A <a@b> 1 -0530\ncommitter A <a@b> 1 -0530\n\n".utf8)
        raw.append(contentsOf: [0x66, 0xfc, 0x72])
        let written = try program(
            "git", ["-C", origin.path, "hash-object", "-t", "commit", "-w", "--stdin"], input: raw)
        let id = try #require(ObjectID(hex: String(decoding: written.prefix(40), as: UTF8.self)))
        let commit = try await Repository(bareAt: origin.path, create: false).commit(id)
        #expect(commit.message == "f\u{fffd}r")
        #expect(commit.author.offsetMinutes == -330)
    }

    @Test func `a blob larger than the limit is not read`() async throws {
        let origin = try Origin()
        try origin.commit(["big": String(repeating: "x", count: 5_000)])
        let id = try origin.id("main:big")
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.blob(id, limit: 5_000).count == 5_000)
        await #expect(throws: GitError.tooLarge(id, size: 5_000, limit: 4_999)) {
            try await repository.blob(id, limit: 4_999)
        }
        let tree = try origin.id("main^{tree}")
        await #expect(throws: GitError.missing(tree, kind: "blob")) { try await repository.blob(tree, limit: 10) }
    }

    @Test func `calls that block do not hold Swift's threads`() async throws {
        let history = try History(seed: 9, count: 60)
        let repositories = try (0..<8).map { _ in try Repository(bareAt: history.origin.path, create: false) }
        let (first, last) = (try #require(history.commits.first), try #require(history.commits.last))
        try await withThrowingTaskGroup { group in
            for repository in repositories {
                group.addTask { for _ in 0..<50 { _ = try await repository.changes(from: first, to: last) } }
            }
            try await group.waitForAll()
        }
    }
}
