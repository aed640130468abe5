import Foundation
import Git
import GitServers
import Testing

struct RepositoryGatherTests {
    /// Commits that change one file each, on top of a history with these files.
    private func make(_ count: Int, in repository: Repository, on base: ObjectID) async throws -> ObjectID {
        var head = base
        for index in 0..<count {
            head = try await repository.commit(
                parent: head, edits: [("inventory/\(index % 10).yaml", Array("\(index)".utf8))], author: ada,
                committer: ada, message: "Edit \(index)")
        }
        return head
    }

    private func packed(_ origin: Origin) throws -> Int {
        let counts = try origin.git("count-objects", "-v").split(separator: "\n")
        let line = try #require(counts.first { $0.hasPrefix("in-pack: ") })
        return try #require(Int(line.dropFirst("in-pack: ".count)))
    }

    private func origin() throws -> (Origin, ObjectID) {
        let origin = try Origin()
        let files = (0..<10).map { ("inventory/\($0).yaml", "on \($0)") } + [("docs/a.md", "a")]
        return (origin, try origin.commit(Dictionary(uniqueKeysWithValues: files)))
    }

    @Test func `many commits come as one pack, of nothing but what is new, and are those that files of their own hold`()
        async throws
    {
        let (origin, base) = try origin()
        let repository = try Repository(bareAt: origin.path, create: false)
        let before = (await repository.looseObjects, await repository.packs)
        let packedBefore = try packed(origin)
        let gathering = try repository.gathering()
        let head = try await make(40, in: gathering, on: base)
        // So far nobody else knows of them.
        await #expect(throws: GitError.self) { try await repository.commit(head) }
        #expect(await repository.looseObjects == before.0)
        try await gathering.store(head, since: base)
        #expect(await repository.looseObjects == before.0)
        #expect(await repository.packs == before.1 + 1)
        // The same handle that looked in vain before.
        #expect(try await repository.commit(head).message == "Edit 39")
        let entry = try #require(try await repository.entry(at: "inventory/9.yaml", in: head))
        #expect(try await repository.blob(entry.id, limit: 100) == Array("39".utf8))
        // A commit, two trees and a blob each.
        #expect(try packed(origin) - packedBefore == 160)
        try origin.git("update-ref", "refs/heads/gathered", head.description)
        #expect(try origin.git("fsck", "--strict") == "")
        #expect(try await make(40, in: repository, on: base) == head)
    }

    @Test func `what is not stored is gone without a trace`() async throws {
        let (origin, base) = try origin()
        let repository = try Repository(bareAt: origin.path, create: false)
        let before = await repository.looseObjects
        let head: ObjectID
        do {
            let gathering = try repository.gathering()
            head = try await make(5, in: gathering, on: base)
        }
        await #expect(throws: GitError.self) { try await repository.commit(head) }
        #expect(await repository.looseObjects == before)
        #expect(try await make(5, in: repository, on: base) == head)
        #expect(try await repository.commit(head).message == "Edit 4")
    }
}
