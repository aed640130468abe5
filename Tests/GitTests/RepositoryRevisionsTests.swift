import Foundation
import Git
import GitServers
import Testing

struct RepositoryRevisionsTests {
    @Test func `revisions are found as git finds them`() async throws {
        let origin = try Origin()
        try origin.commit(["a": "1"])
        try origin.commit(["a": "2"])
        try origin.git("tag", "-m", "One", "v1", "main~1")
        let repository = try Repository(bareAt: origin.path, create: false)
        for revision in ["main", "main~1", "main^", "v1", "HEAD", "refs/heads/main", "v1^{commit}"] {
            #expect(try await repository.resolve(revision) == origin.id("\(revision)^{commit}"), "\(revision)")
        }
        let short = String(try origin.git("rev-parse", "main").prefix(10))
        #expect(try await repository.resolve(short) == origin.id("main"))
        #expect(await !repository.isShallow)
    }

    @Test(arguments: ["nobody", "main~5", "v1:", "main:a", "", "a b", "^", "0000000000000000000000000000000000000000"])
    func `a revision that names no commit is nil`(revision: String) async throws {
        let origin = try Origin()
        try origin.commit(["a": "1"])
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.resolve(revision) == nil)
    }

    @Test func `a branch that only the remote has counts under its own name`() async throws {
        let origin = try Origin()
        let tip = try origin.commit(["a": "1"])
        try origin.git("update-ref", "refs/remotes/origin/topic", "main")
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.resolve("topic") == tip)
    }

    @Test func `a shallow clone is known for one`() async throws {
        let origin = try Origin()
        try origin.commit(["a": "1"])
        try origin.commit(["a": "2"])
        let sandbox = try Sandbox()
        let clone = "\(sandbox.path)/clone"
        try program("git", ["clone", "-q", "--depth", "1", "file://\(origin.path)", clone])
        let repository = try Repository(bareAt: "\(clone)/.git", create: false)
        #expect(await repository.isShallow)
        #expect(try await repository.resolve("HEAD") == origin.id("main"))
        #expect(try await repository.resolve("HEAD~1") == nil)
    }
}
