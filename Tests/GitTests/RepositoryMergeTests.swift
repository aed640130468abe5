import Foundation
import Git
import GitServers
import Testing

struct RepositoryMergeTests {
    /// What the two sides of a merge and the merge itself make of a base; nil removes a file.
    struct Example: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var ours: [String: String?]
        var theirs: [String: String?]
        /// Beside what git merges by itself.
        var merge: [String: String?]
        var byHand: [String]
    }

    private static let lines = (1...9).map { "line \($0)\n" }.joined()

    @Test(arguments: [
        Example(testDescription: "other files", ours: ["i/a": "A"], theirs: ["i/b": "B"], merge: [:], byHand: []),
        Example(testDescription: "a new file", ours: ["i/a": "A"], theirs: ["i/new": "B"], merge: [:], byHand: []),
        Example(testDescription: "a removed file", ours: ["i/a": "A"], theirs: ["i/b": nil], merge: [:], byHand: []),
        Example(
            testDescription: "other lines of a file", ours: ["i/long": lines.replacing("line 1", with: "first")],
            theirs: ["i/long": lines.replacing("line 9", with: "last")], merge: [:], byHand: []),
        Example(
            testDescription: "a file that moved and changed", ours: ["i/long": nil, "i/moved": lines],
            theirs: ["i/long": lines.replacing("line 9", with: "last")], merge: [:], byHand: []),
        Example(
            testDescription: "a conflict", ours: ["i/a": "A"], theirs: ["i/a": "B"], merge: ["i/a": "C"],
            byHand: ["i/a"]),
        Example(
            testDescription: "a conflict, one side taken", ours: ["i/a": "A"], theirs: ["i/a": "B"],
            merge: ["i/a": "A"],
            byHand: ["i/a"]),
        Example(
            testDescription: "a conflict, the file removed", ours: ["i/a": "A"], theirs: ["i/a": nil],
            merge: ["i/a": nil], byHand: ["i/a"]),
        Example(
            testDescription: "something new", ours: ["i/a": "A"], theirs: ["i/b": "B"], merge: ["i/c": "C"],
            byHand: ["i/c"]),
        Example(
            testDescription: "their change dropped", ours: ["i/a": "A"], theirs: ["i/b": "B"], merge: ["i/b": "b"],
            byHand: ["i/b"]),
        Example(
            testDescription: "our change dropped", ours: ["i/a": "A"], theirs: ["i/b": "B"], merge: ["i/a": "a"],
            byHand: ["i/a"]),
        Example(
            testDescription: "something new elsewhere", ours: ["i/a": "A"], theirs: ["i/b": "B"], merge: ["x": "C"],
            byHand: []),
    ])
    func `what a merge does by itself is told from what git merges`(example: Example) async throws {
        let work = try Work()
        try work.commit(["i/a": "a", "i/b": "b", "i/long": Self.lines])
        try work.git("checkout", "-q", "-b", "theirs")
        try work.commit(example.theirs)
        try work.git("checkout", "-q", "main")
        try work.commit(example.ours)
        _ = try? work.git("merge", "-q", "--no-ff", "--no-commit", "theirs")
        try work.commit(example.merge)
        let repository = try Repository(bareAt: work.path + "/.git", create: false)
        let objects = try work.git("count-objects")
        let found = try await repository.filesMergedByHand(in: work.id("main"), under: ["i", "p"])
        #expect(found == example.byHand)
        #expect(try work.git("count-objects") == objects)
    }

    @Test func `a merge of three is not told apart`() async throws {
        let work = try Work()
        try work.commit(["i/a": "a"])
        let base = try work.id("main")
        for name in ["b", "c"] {
            try work.git("checkout", "-q", "-b", name, "\(base)")
            try work.commit(["i/\(name)": name])
        }
        try work.git("checkout", "-q", "main")
        try work.commit(["i/main": "main"])
        try work.git("merge", "-q", "-m", "Three", "b", "c")
        let repository = try Repository(bareAt: work.path + "/.git", create: false)
        #expect(try await repository.filesMergedByHand(in: work.id("main"), under: ["i"]) == ["i/b", "i/c"])
    }

    @Test func `histories that share nothing are merged, too`() async throws {
        let work = try Work()
        try work.commit(["i/a": "a"])
        try work.git("checkout", "-q", "--orphan", "other")
        try work.commit(["i/a": nil, "i/b": "b"])
        try work.git("checkout", "-q", "main")
        try work.git("merge", "-q", "--no-edit", "--allow-unrelated-histories", "other")
        let repository = try Repository(bareAt: work.path + "/.git", create: false)
        #expect(try await repository.filesMergedByHand(in: work.id("main"), under: ["i"]) == [])
    }
}

/// A clone that a person works in.
private struct Work {
    private let sandbox: Sandbox
    let path: String

    init() throws {
        sandbox = try Sandbox()
        path = sandbox.path
        try git("init", "-q", "-b", "main")
    }

    @discardableResult
    func git(_ arguments: String...) throws -> String {
        String(decoding: try program("git", ["-C", path] + arguments), as: UTF8.self)
    }

    func id(_ revision: String) throws -> ObjectID {
        try #require(ObjectID(hex: try git("rev-parse", revision).trimmingCharacters(in: .newlines)))
    }

    /// Commits files, or ends the merge that is going on; nil removes one.
    func commit(_ files: [String: String?]) throws {
        for (name, text) in files {
            let file = URL(filePath: "\(path)/\(name)")
            guard let text else {
                try? FileManager.default.removeItem(at: file)
                continue
            }
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        try git("add", "-A")
        try git("commit", "-q", "--allow-empty", "-m", "Change")
    }
}
