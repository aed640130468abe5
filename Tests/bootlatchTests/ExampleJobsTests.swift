import Foundation
import Testing
import YAML

/// The jobs of examples/ci and examples/pre-commit, as CI would run them.
struct ExampleJobsTests {
    private static let examples =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/examples/"

    private func read(_ name: String) throws -> Node {
        let data = try #require(FileManager.default.contents(atPath: Self.examples + name))
        return try #require(try Parser.parse(Array(data)).documents.first)
    }

    /// Runs a shell script in the repo, with `bootlatch` in the search path.
    private func run(_ script: String, in repo: PlanRepo, _ environment: [String: String] = [:]) async throws
        -> CommandRun
    {
        let folder = URL(filePath: CommandRun.bootlatch).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try await CommandRun.run(
            ["/usr/bin/env", "-C", repo.path, "bash", "-e", "-o", "pipefail", "-c", script],
            environment: environment.merging(["PATH": "\(folder):\(path)"]) { $1 })
    }

    /// The text of each step of the GitHub job that is a shell's.
    private func githubSteps() throws -> [String: String] {
        let steps = try read("ci/github-workflow.yaml")["jobs"]?["plan"]?["steps"]?.items ?? []
        return Dictionary(
            uniqueKeysWithValues: steps.compactMap { step in
                step["run"].flatMap { run in step["name"].map { ($0.text, run.text) } }
            })
    }

    private func gitlabScript() throws -> String {
        let lines = try read("ci/gitlab-ci.yaml")["bootlatch"]?["script"]?.items ?? []
        return lines.map(\.text).joined(separator: "\n")
    }

    @Test func `the GitHub job annotates a pull request, and passes`() async throws {
        let repo = try await PlanRepo()
        try await repo.pullRequest()
        let steps = try githubSteps()
        #expect(steps.keys.sorted() == ["Plan", "Validate"])
        let summary = repo.scratch.path + "/summary.md"
        let plan = try await run(try #require(steps["Plan"]), in: repo, ["GITHUB_STEP_SUMMARY": summary])
        #expect(plan.status == 0, "\(plan.output)\(plan.errors)")
        #expect(
            plan.output.hasPrefix("::warning file=inventory/node-01.yaml,line=10,col=19,title=armed%3A lab/node-01::"))
        #expect(try repo.scratch.text("summary.md").hasPrefix("### Bootlatch: 1 armed\n"))
        #expect(try repo.scratch.text("repo/plan.md") == repo.scratch.text("summary.md"))
        let validate = try await run(try #require(steps["Validate"]), in: repo)
        #expect(validate.status == 0, "\(validate.output)")
    }

    @Test func `the GitLab job leaves a Code Quality report, and passes`() async throws {
        let repo = try await PlanRepo()
        let base = try await repo.git("rev-parse", "HEAD")
        try await repo.pullRequest()
        let job = try await run(gitlabScript(), in: repo, ["CI_MERGE_REQUEST_DIFF_BASE_SHA": base])
        #expect(job.status == 0, "\(job.output)\(job.errors)")
        #expect(job.output.contains("armed   lab/node-01"))
        let report = Data(try repo.scratch.text("repo/gl-code-quality-report.json").utf8)
        let entries = try JSONSerialization.jsonObject(with: report) as? [[String: Any]]
        #expect(entries?.map { $0["check_name"] as? String } == ["bootlatch/armed"])
    }

    @Test func `neither job passes when there is no plan, or a manifest is in error`() async throws {
        let repo = try await PlanRepo()
        let steps = try githubSteps()
        let summary = ["GITHUB_STEP_SUMMARY": repo.scratch.path + "/summary.md"]
        // There is no commit before the first.
        #expect(try await run(try #require(steps["Plan"]), in: repo, summary).status != 0)
        #expect(try await run(gitlabScript(), in: repo, ["CI_MERGE_REQUEST_DIFF_BASE_SHA": "nobody"]).status != 0)
        try repo.set("node-01", "maybe")
        let base = try await repo.git("rev-parse", "HEAD")
        try await repo.commit("Break node-01")
        #expect(try await run(try #require(steps["Validate"]), in: repo).status == 1)
        #expect(try await run(gitlabScript(), in: repo, ["CI_MERGE_REQUEST_DIFF_BASE_SHA": base]).status != 0)
    }

    @Test func `the pre-commit hooks show the plan, and stop a manifest that is in error`() async throws {
        let hooks = try read("pre-commit/.pre-commit-config.yaml")["repos"]?.items.first?["hooks"]?.items ?? []
        let entries = hooks.compactMap { $0["entry"]?.text }
        try #require(entries.count == 2)
        let repo = try await PlanRepo()
        try repo.set("node-01", "true")
        #expect(try await run(entries[0], in: repo).status == 0)
        let plan = try await run(entries[1], in: repo)
        #expect(plan.status == 0)
        #expect(plan.output.contains("armed   lab/node-01"))
        try repo.set("node-01", "maybe")
        #expect(try await run(entries[0], in: repo).status == 1)
    }

    @Test(
        .enabled(if: hasSchemas, "needs check-jsonschema (from PyPI) in the search path"),
        arguments: [
            ["--builtin-schema", "vendor.github-workflows", "ci/github-workflow.yaml"],
            ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", "ci/gitlab-ci.yaml"],
        ])
    func `the jobs follow the schemas of their systems`(arguments: [String]) async throws {
        let run = try await CommandRun.run(
            ["/usr/bin/env", "-C", Self.examples, "check-jsonschema"] + arguments)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    private static let hasSchemas = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/check-jsonschema")
    }
}
