import Foundation
import Testing
import YAML

/// The step of the GitHub job that writes the plan as a comment: its JavaScript, with GitHub's client replaced by one that takes notes.
@Suite(.enabled(if: CommentStep.isThere, "needs node (Debian: nodejs)"))
struct CommentStepTests {
    private typealias Call = [String: Any]

    /// - Parameter comments: those that stand there before, by their ids.
    private func run(_ plan: String?, comments: [Int: String] = [:]) async throws -> [Call] {
        let scratch = try Scratch()
        if let plan { try scratch.write("plan.md", plan) }
        let standing = comments.sorted { $0.key < $1.key }.map { ["id": $0.key, "body": $0.value] as Call }
        let json = String(decoding: try JSONSerialization.data(withJSONObject: standing), as: UTF8.self)
        let script = try CommentStep.script()
        let program = """
            const calls = []
            const note = name => args => { calls.push({ name, ...args }); return Promise.resolve({ data: {} }) }
            const context = { repo: { owner: 'lab', repo: 'inventory' }, issue: { owner: 'lab', repo: 'inventory', number: 7 } }
            const issues = { listComments: note('list'), createComment: note('create'), updateComment: note('update') }
            const github = { rest: { issues }, paginate: async (call, args) => { await call(args); return \(json) } }
            ;(async () => {
            \(script)
            })().then(() => console.log(JSON.stringify(calls)))
            """
        try scratch.write("step.js", program)
        let run = try await CommandRun.run(["/usr/bin/env", "-C", scratch.path, "node", "step.js"])
        try #require(run.status == 0, "\(run.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [Call])
    }

    @Test func `the first plan of a pull request becomes a comment`() async throws {
        let calls = try await run("### Bootlatch: 1 armed\n", comments: [1: "Looks good, says <!-- bootlatch plan -->"])
        #expect(calls.map { $0["name"] as? String } == ["list", "create"])
        #expect(calls[1]["issue_number"] as? Int == 7)
        #expect(calls[1]["owner"] as? String == "lab" && calls[1]["repo"] as? String == "inventory")
        #expect(calls[1]["body"] as? String == "<!-- bootlatch plan -->\n### Bootlatch: 1 armed\n")
    }

    @Test func `a later plan replaces it`() async throws {
        let calls = try await run("new", comments: [4: "x", 5: "<!-- bootlatch plan -->\nold"])
        #expect(calls.map { $0["name"] as? String } == ["list", "update"])
        #expect(calls[1]["comment_id"] as? Int == 5)
        #expect(calls[1]["body"] as? String == "<!-- bootlatch plan -->\nnew")
    }

    @Test func `without a plan nothing is written`() async throws {
        #expect(try await run(nil).isEmpty)
    }

    @Test func `the plan of five hundred files fits into a comment, and into ten annotations`() async throws {
        let repo = try await PlanRepo()
        for number in 1...500 {
            let digits = String(1000 + number)
            let mac = "52:54:00:aa:\(digits.prefix(2)):\(digits.suffix(2))"
            try repo.scratch.write(
                "repo/inventory/a-rather-long-folder-name/rack-\(number)/node-\(number).yaml",
                CommandLab.node.replacing("node-01", with: "node-\(number)-of-the-large-room").replacing(
                    "52:54:00:12:34:01", with: mac
                ).replacing("10.10.20.11", with: "10.20.\(number / 200).\(number % 200 + 1)"))
        }
        try await repo.commit("Add five hundred hosts")
        let markdown = try await repo.plan("--merge", "HEAD~1..HEAD", "-o", "markdown")
        #expect(markdown.status == 1)
        #expect(markdown.output.contains("500 changed"))
        let body = try #require(try await run(markdown.output).last?["body"] as? String)
        #expect(body.utf16.count < 65_536 && body.utf16.count > 40_000)
        let annotations = try await repo.plan("--merge", "HEAD~1..HEAD", "-o", "github")
        #expect(annotations.output.split(separator: "\n").count { $0.hasPrefix("::") } == 10)
    }
}

private enum CommentStep {
    static let isThere = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/node")
    }

    static func script() throws -> String {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../examples/ci/github-workflow.yaml")
        let tree = try Parser.parse([UInt8](try Data(contentsOf: file)))
        let steps = tree.documents.first?["jobs"]?["plan"]?["steps"]?.items ?? []
        let step = steps.first { $0["name"]?.text == "Comment" }
        return try #require(step?["with"]?["script"]?.text)
    }
}
