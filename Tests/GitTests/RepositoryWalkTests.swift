import Foundation
import Git
import GitServers
import Testing

struct RepositoryWalkTests {
    @Test(arguments: [UInt64](1...5))
    func `walks of a random history agree with git rev-list`(seed: UInt64) async throws {
        let history = try History(seed: seed, count: 90)
        let repository = try Repository(bareAt: history.origin.path, create: false)
        var random = Seeded(state: seed)
        var found = 0
        for _ in 0..<500 {
            let (old, new) = (
                history.commits.randomElement(using: &random), history.commits.randomElement(using: &random)
            )
            guard let old, let new else { continue }
            let path = try await repository.path(from: old, to: new)
            #expect(path == history.path(from: old, to: new), "\(old) to \(new)")
            #expect(try await repository.isAncestor(old, of: new) == history.descends(new, from: old))
            if path != nil { found += 1 }
        }
        #expect(found > 20)
        for _ in 0..<12 {
            let (old, new) = (
                history.commits.randomElement(using: &random), history.commits.randomElement(using: &random)
            )
            guard let old, let new else { continue }
            let listed = try history.origin.git("rev-list", "\(new)", "^\(old)").split(separator: "\n")
            let walked = try await repository.commits(reachableFrom: new, notFrom: old)
            #expect(walked.map(\.description).sorted() == listed.map(String.init).sorted())
            for (index, id) in walked.enumerated() {
                #expect(history.parents[id]?.allSatisfy { !walked[index...].contains($0) } == true)
            }
            let bases = (try? history.origin.git("merge-base", "--all", "\(old)", "\(new)")) ?? ""
            let base = try await repository.mergeBase(of: old, and: new)
            #expect(base.map { bases.contains($0.description) } ?? bases.isEmpty)
        }
    }

    @Test func `a merge the wrong way round is followed by the parent that holds the old tip`() async throws {
        let origin = try Origin()
        let old = try origin.commit(["a": "1"])
        try origin.git("branch", "side")
        let mine = try origin.commit(["a": "2"])
        try origin.commit(["b": "1"], on: "side")
        let tree = try origin.git("rev-parse", "main^{tree}")
        let merge = try #require(
            ObjectID(hex: try origin.git("commit-tree", tree, "-p", "side", "-p", "main", "-m", "Merge main into side"))
        )
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.path(from: mine, to: merge) == [merge])
        #expect(try await repository.path(from: old, to: merge)?.count == 2)
        #expect(try await repository.path(from: merge, to: mine) == nil)
        #expect(try await repository.path(from: merge, to: merge) == [])
    }

    @Test func `a path of five thousand commits is walked in order`() async throws {
        let origin = try Origin()
        var stream = ""
        for index in 1...5_000 {
            stream += "commit refs/heads/main\nmark :\(index)\ncommitter Ada <ada@lab> \(1_700_000_000 + index) +0000\n"
            stream += "data 1\nx\n"
            if index > 1 { stream += "from :\(index - 1)\n" }
        }
        try origin.git("fast-import", "--quiet", input: stream)
        let repository = try Repository(bareAt: origin.path, create: false)
        let (root, tip) = (try origin.id("main~4999"), try origin.id("main"))
        try await withTaskExecutorPreference(OwnThreads()) { () async throws in
            #expect(try await repository.path(from: root, to: tip)?.count == 4_999)
        }
    }

    @Test func `a commit that the mirror does not hold is named in the error`() async throws {
        let origin = try Origin()
        let tip = try origin.commit(["a": "1"])
        let missing = try #require(ObjectID(hex: String(repeating: "ab", count: 20)))
        let repository = try Repository(bareAt: origin.path, create: false)
        let error = GitError.missing(missing, kind: "commit")
        await #expect(throws: error) { try await repository.path(from: missing, to: tip) }
        await #expect(throws: error) { try await repository.isAncestor(missing, of: tip) }
        await #expect(throws: error) { try await repository.mergeBase(of: missing, and: tip) }
        await #expect(throws: error) { try await repository.commit(missing) }
        #expect(error.description.contains("abababab"))
    }
}
