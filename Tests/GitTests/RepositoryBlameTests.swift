import Foundation
import Git
import GitServers
import Testing

struct RepositoryBlameTests {
    private var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(20)) }

    /// What `git blame` says of each line of `path` at a commit.
    private func blamed(_ origin: Origin, _ path: String, at commit: ObjectID) throws -> [Int: ObjectID] {
        var lines: [Int: ObjectID] = [:]
        for text in try origin.git("blame", "--line-porcelain", "\(commit)", "--", path).split(separator: "\n") {
            let words = text.split(separator: " ")
            guard words.count >= 3, let id = ObjectID(hex: words[0]), let line = Int(words[2]) else { continue }
            lines[line] = id
        }
        return lines
    }

    @Test(arguments: [UInt64](1...4))
    func `lines of a random history with merges come from where git blame finds them`(seed: UInt64) async throws {
        let origin = try Origin()
        var random = Seeded(state: seed)
        var versions: [[String]] = []
        var stream = ""
        for index in 1...80 {
            var parents: [Int] = []
            if index > 1 {
                parents = [Int.random(in: max(1, index - 4)..<index, using: &random)]
                let other = Int.random(in: max(1, index - 4)..<index, using: &random)
                if Int.random(in: 0..<4, using: &random) == 0, other != parents[0] { parents.append(other) }
            }
            let texts = parents.map { versions[$0 - 1] }
            var lines = texts.first ?? (1...6).map { "first \($0)" }
            if texts.count == 2 {
                let half = lines.prefix(lines.count / 2)
                lines = half + texts[1].filter { !half.contains($0) }
            }
            for edit in 0..<Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: 0...lines.count, using: &random)
                if lines.count > 3, Bool.random(using: &random), place < lines.count { lines.remove(at: place) }
                lines.insert("line \(index).\(edit)", at: min(place, lines.count))
            }
            versions.append(lines)
            let text = lines.joined(separator: "\n") + (Bool.random(using: &random) ? "\n" : "")
            stream +=
                "commit refs/heads/c\(index)\nmark :\(index)\ncommitter Ada <ada@lab> \(1_700_000_000 + index) +0000\n"
            stream += "data 1\nx\n"
            for (number, parent) in parents.enumerated() { stream += "\(number == 0 ? "from" : "merge") :\(parent)\n" }
            stream += "M 100644 inline policies/lab.yaml\ndata \(text.utf8.count)\n\(text)\n"
        }
        try origin.git("fast-import", "--quiet", input: stream)
        let repository = try Repository(bareAt: origin.path, create: false)
        for index in [20, 40, 60, 70, 75, 80] {
            let tip = try origin.id("c\(index)")
            let expected = try blamed(origin, "policies/lab.yaml", at: tip)
            #expect(expected.count == versions[index - 1].count)
            let found = try await repository.origins(
                of: Set(0...expected.count + 2), in: "policies/lab.yaml", at: tip, until: soon)
            #expect(found == expected, "c\(index)")
        }
    }

    @Test func `a file that got another name is followed`() async throws {
        let origin = try Origin()
        let first = try origin.commit(["policies/a.yaml": "one\ntwo\n"])
        let second = try origin.commit(["policies/a.yaml": "one\nzwei\n"])
        try origin.commit(["policies/a.yaml": nil, "policies/b.yaml": "one\nzwei\n"])
        let tip = try origin.commit(["other": "x"])
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(
            try await repository.origins(of: [1, 2], in: "policies/b.yaml", at: tip, until: soon) == [
                1: first, 2: second,
            ])
    }

    @Test func `lines are counted in the version that they stand in, whatever became of the file`() async throws {
        let origin = try Origin()
        let first = try origin.commit(["a.yaml": "one\ntwo\n"])
        let second = try origin.commit(["a.yaml": "zero\none\ntwo\n"])
        let good = try #require(ObjectID(hex: try origin.git("rev-parse", "main:a.yaml")))
        try origin.commit(["a.yaml": "{\n"])
        let gone = try origin.commit(["a.yaml": nil])
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(
            try await repository.origins(of: [1, 2], in: "a.yaml", content: good, at: gone, until: soon) == [
                1: second, 2: first,
            ])
        let never = try #require(ObjectID(hex: String(repeating: "ab", count: 20)))
        #expect(try await repository.origins(of: [1], in: "a.yaml", content: never, at: gone, until: soon) == [:])
    }

    @Test func `what nobody finds is left out: no such file, line or commit, too large, too late`() async throws {
        let origin = try Origin()
        let tip = try origin.commit(["a.yaml": "one\n", "empty": ""])
        let repository = try Repository(bareAt: origin.path, create: false)
        #expect(try await repository.origins(of: [1], in: "b.yaml", at: tip, until: soon) == [:])
        #expect(try await repository.origins(of: [1], in: "empty", at: tip, until: soon) == [:])
        #expect(try await repository.origins(of: [0, 2], in: "a.yaml", at: tip, until: soon) == [:])
        #expect(try await repository.origins(of: [1], in: "a.yaml", at: tip, limit: 3, until: soon) == [:])
        #expect(try await repository.origins(of: [1], in: "a.yaml", at: tip, until: .now) == [:])
        let missing = try #require(ObjectID(hex: String(repeating: "ab", count: 20)))
        await #expect(throws: GitError.self) {
            try await repository.origins(of: [1], in: "a.yaml", at: missing, until: soon)
        }
    }

    @Test func `five thousand commits that leave the file alone are walked, or left at the deadline`() async throws {
        let origin = try Origin()
        var stream = ""
        for index in 1...5_000 {
            stream += "commit refs/heads/main\nmark :\(index)\ncommitter Ada <ada@lab> \(1_700_000_000 + index) +0000\n"
            stream += "data 1\nx\n"
            if index > 1 { stream += "from :\(index - 1)\n" } else { stream += "M 100644 inline p/a\ndata 2\na\n\n" }
            stream += "M 100644 inline i/\(index % 50)\ndata 4\n\(1000 + index % 1000)\n"
        }
        try origin.git("fast-import", "--quiet", input: stream)
        let repository = try Repository(bareAt: origin.path, create: false)
        let (root, tip) = (try origin.id("main~4999"), try origin.id("main"))
        try await withTaskExecutorPreference(OwnThreads()) { () async throws in
            #expect(try await repository.origins(of: [1], in: "p/a", at: tip, until: soon) == [1: root])
            let late = ContinuousClock.now.advanced(by: .milliseconds(1))
            #expect(try await repository.origins(of: [1], in: "p/a", at: tip, until: late) == [:])
        }
    }
}
