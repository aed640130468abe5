import Foundation
import Git
import GitServers
import Testing

/// What git takes for the lines about a commit's author and committer.
enum Malformed: String, CaseIterable, Sendable {
    case unclosed = "author Bob <bob 1700000001 +0000\ncommitter Bob <bob 1700000001 +0000\n"
    case noAddress = "author Bob 1700000001 +0000\ncommitter Bob 1700000001 +0000\n"
    case noTime = "author Bob <bob@lab>\ncommitter Bob <bob@lab>\n"
    case badTime = "author Bob <bob@lab> soon +0000\ncommitter Bob <bob@lab> 99999999999999999999 +0000\n"
    case noCommitter = "author Bob <bob@lab> 1700000001 +0000\n"
    case nothing = ""

    /// A commit with these lines on top of main's tip, with its files changed so, as the new tip.
    func commit(_ files: [String: String], on origin: Origin, merging other: ObjectID? = nil) throws -> ObjectID {
        let old = try origin.id("main")
        try origin.commit(files)
        let tree = try origin.git("rev-parse", "main^{tree}")
        let text =
            "tree \(tree)\nparent \(old)\n" + (other.map { "parent \($0)\n" } ?? "") + rawValue + "\nBy hand\n\nText\n"
        let id = try origin.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", input: text)
        try origin.git("update-ref", "refs/heads/main", id)
        return try origin.id("main")
    }
}

struct StoredCommitTests {
    private let origin: Origin
    private let base: ObjectID
    private let mirror: Mirror

    init() throws {
        origin = try Origin()
        base = try origin.commit(["a": "1\n", "b": "1\n"])
        mirror = try Mirror()
    }

    @Test(arguments: Malformed.allCases)
    func `a commit with malformed lines is read as far as it can be`(lines: Malformed) async throws {
        let bad = try lines.commit(["a": "2\n"], on: origin)
        let repository = try Repository(bareAt: origin.path, create: false)
        let commit = try await repository.commit(bad)
        #expect(commit.parents == [base])
        #expect(commit.message == "By hand\n\nText\n")
        #expect(commit.committer.seconds == ([.noTime, .badTime, .nothing].contains(lines) ? 0 : 1_700_000_001))
        #expect([.noAddress, .nothing].contains(lines) || commit.author.name == "Bob")
        #expect(
            commit.author.email
                == ([.noAddress, .nothing].contains(lines) ? "" : lines == .unclosed ? "bob" : "bob@lab"))
        #expect(try await repository.changes(from: base, to: bad).map(\.path) == ["a"])
    }

    @Test(arguments: Malformed.allCases)
    func `walks go past such a commit`(lines: Malformed) async throws {
        try origin.git("branch", "side")
        let side = try origin.commit(["b": "2\n"], on: "side")
        let bad = try lines.commit(["a": "2\n"], on: origin)
        let after = try origin.commit(["a": "3\n"])
        let merge = try lines.commit(["b": "2\n"], on: origin, merging: side)
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.path(from: base, to: merge) == [bad, after, merge])
        #expect(try await repository.path(from: bad, to: merge) == [after, merge])
        #expect(try await repository.path(from: merge, to: bad) == nil)
        #expect(try await Set(repository.commits(reachableFrom: merge, notFrom: bad)) == [after, side, merge])
        #expect(try await repository.isAncestor(base, of: merge))
        #expect(try await repository.isAncestor(bad, of: merge))
        #expect(try await !repository.isAncestor(merge, of: bad))
        #expect(try await repository.mergeBase(of: after, and: side) == base)
        #expect(try await repository.filesMergedByHand(in: merge, under: []) == [])
        let soon = ContinuousClock.now.advanced(by: .seconds(20))
        #expect(try await repository.origins(of: [1], in: "a", at: merge, until: soon) == [1: after])
        #expect(try await repository.origins(of: [1], in: "a", at: bad, until: soon) == [1: bad])
        #expect(try await repository.resolve("main") == merge)
        #expect(try await repository.resolve("main~1^{commit}") == after)
        #expect(try await repository.resolve("main~9") == nil)
        let missing = try #require(ObjectID(hex: String(repeating: "1", count: 40)))
        await #expect(throws: GitError.missing(missing, kind: "commit")) {
            try await repository.isAncestor(missing, of: merge)
        }
    }

    @Test func `a merge that somebody resolved by hand is told beside such a commit, too`() async throws {
        try origin.git("branch", "side")
        let side = try origin.commit(["b": "2\n"], on: "side")
        let merge = try Malformed.unclosed.commit(["b": "3\n"], on: origin, merging: side)
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.filesMergedByHand(in: merge, under: []) == ["b"])
    }

    @Test(arguments: ["path", "git", "http"], Malformed.allCases)
    func `it is fetched, committed upon and pushed`(route: String, lines: Malformed) async throws {
        let server: Server? =
            switch route {
            case "git": try Server.gitDaemon(origin.path)
            case "http": try Server.http(origin.path)
            default: nil
            }
        let address =
            server.map { "\(route)://127.0.0.1:\($0.port)/\(route == "http" ? "open/" : "")origin.git" } ?? origin.path
        let remote = Remote(try RemoteAddress(address))
        #expect(try await fetch(remote) == base)
        let bad = try lines.commit(["a": "2\n"], on: origin)
        #expect(try await fetch(remote) == bad)
        let after = try origin.commit(["b": "2\n"])
        #expect(try await fetch(remote) == after)
        let again = try lines.commit(["a": "3\n"], on: origin)
        #expect(try await fetch(remote) == again)

        let ours = try await mirror.commit("a", "4\n", on: again)
        let outcome = try await remote.push(
            ours, from: mirror.path, to: "main", expecting: again, deadline: .seconds(20))
        #expect(outcome == .accepted(tip: ours))
        #expect(try origin.git("show", "main:a") == "4")
        // A mirror that begins with such a history.
        let other = try Mirror()
        #expect(
            try await remote.fetch(into: other.path, branch: "main", deadline: .seconds(20)).commit == ours)
        #expect(try await other.repository.path(from: base, to: ours)?.count == 4)
    }

    @Test func `many commits upon it come as one pack of nothing but what is new`() async throws {
        let bad = try Malformed.unclosed.commit(["d/e/f": "1\n", "d/g": "1\n"], on: origin)
        let repository = try Repository(bareAt: origin.path, create: false)
        let gathering = try repository.gathering()
        var head = bad
        for index in 0..<5 {
            head = try await gathering.commit(
                parent: head, edits: [("d/e/f", Array("\(index) of five\n".utf8))], author: ada, committer: ada,
                message: "Edit \(index)")
        }
        try await gathering.store(head, since: bad)
        #expect(try origin.git("show", "\(head):d/e/f") == "4 of five")
        try origin.git("fsck", "--connectivity-only", "\(head)")
        // A commit, three trees and a blob each.
        #expect(try origin.git("count-objects", "-v").contains("in-pack: 25\n"))
    }

    @Test func `files of a work tree differ from a HEAD that is such a commit`() async throws {
        _ = try Malformed.unclosed.commit(["a": "2\n"], on: origin)
        let clone = "\(origin.sandbox.path)/clone"
        try program("git", ["clone", "-q", origin.path, clone])
        for (name, text) in [("a", "3\n"), ("new ü", "1\n")] { _ = try origin.sandbox.write(text, to: "clone/\(name)") }
        let tree = try #require(try WorkTree.around(clone))
        #expect(try await tree.changes() == ["a", "new ü"])
    }

    @Test func `a time beyond every calendar is none`() async throws {
        let text = "tree \(try origin.git("rev-parse", "main^{tree}"))\nauthor A <a@b> 9223372036854775807 +0000\n\n"
        let id = try origin.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", input: text)
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.commit(#require(ObjectID(hex: id))).committer.seconds == 0)
    }

    private func fetch(_ remote: Remote) async throws -> ObjectID {
        try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit
    }
}
