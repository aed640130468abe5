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

    @Test(
        .enabled(if: PlanRepo.canSign, "needs ssh-keygen"),
        arguments: [(true, "1 armed", "a merge brings it along"), (false, "1 held", "which is not made yet")])
    func `where a policy asks for signatures, a job judges the branch, not the merge that was made for the check`(
        isSigned: Bool, summary: String, note: String
    ) async throws {
        let repo = try await PlanRepo()
        try await repo.askForSignatures()
        try await repo.sign(isSigned)
        let base = try await repo.git("rev-parse", "HEAD")
        try await repo.pullRequest()
        // GitHub's own merge is nobody's.
        try await repo.sign(false)
        _ = try await repo.git("commit", "--quiet", "--amend", "--no-edit")
        let step = try #require(try githubSteps()["Plan"])
        let plan = try await run(step, in: repo, ["GITHUB_STEP_SUMMARY": repo.scratch.path + "/summary.md"])
        #expect(plan.status == 0, "\(plan.errors)")
        let text = try repo.scratch.text("summary.md")
        #expect(text.hasPrefix("### Bootlatch: \(summary)\n") && text.contains(note), "\(text)")
        let job = try await run(gitlabScript(), in: repo, ["CI_MERGE_REQUEST_DIFF_BASE_SHA": base])
        #expect(job.status == 0 && job.output.contains(summary) && job.output.contains(note), "\(job.output)")
    }

    /// GitLab sets the first one in pipelines of merge results only, and leaves it empty elsewhere.
    @Test(arguments: [
        ["CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "BASE"],
        ["CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "BASE", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "nobody"],
        ["CI_MERGE_REQUEST_TARGET_BRANCH_SHA": "", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "BASE"],
        ["CI_MERGE_REQUEST_DIFF_BASE_SHA": "BASE"],
    ])
    func `the GitLab job leaves a Code Quality report, and passes`(variables: [String: String]) async throws {
        let repo = try await PlanRepo()
        let base = try await repo.git("rev-parse", "HEAD")
        try await repo.pullRequest()
        let job = try await run(gitlabScript(), in: repo, variables.mapValues { $0 == "BASE" ? base : $0 })
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

    @Test func `the pre-commit hooks run once for each commit that touches a manifest, a policy or a key`() throws {
        let config = try read("pre-commit/.pre-commit-config.yaml")
        let repo = try #require(config["repos"]?.items.first)
        #expect(config["repos"]?.items.count == 1 && repo["repo"]?.text == "local")
        let hooks = repo["hooks"]?.items ?? []
        #expect(hooks.map { $0["id"]?.text } == ["bootlatch-validate", "bootlatch-plan"])
        let needed: Set = ["id", "name", "language", "entry", "files", "pass_filenames"]
        for hook in hooks {
            let keys = Set(hook.entries.map(\.key.text))
            #expect(needed.isSubset(of: keys) && keys.subtracting(needed).isSubset(of: ["verbose"]), "\(keys)")
            #expect(hook["language"]?.text == "system")
            #expect(hook["pass_filenames"]?.bool == false)
            // Python's `re.search`; these patterns mean the same here.
            let files = try Regex(try #require(hook["files"]?.text))
            for path in ["inventory/a.yaml", "inventory/rack1/n.yml", "policies/lab.yaml", "policies/allowed_signers"] {
                #expect(path.firstMatch(of: files) != nil, "\(path)")
            }
            for path in ["README.md", "docs/inventory/a.yaml", "inventory.yaml", ".github/workflows/policies.yaml"] {
                #expect(path.firstMatch(of: files) == nil, "\(path)")
            }
        }
        // What passes is shown only so.
        #expect(hooks.last?["verbose"]?.bool == true)
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
        .enabled(if: JSONSchema.isThere, JSONSchema.missing),
        arguments: [("github-workflow", "ci/github-workflow.yaml"), ("gitlab-ci", "ci/gitlab-ci.yaml")])
    func `the jobs follow the schemas of their systems`(schema: String, job: String) async throws {
        let root = Self.examples + "../"
        let document = try read(job)
        #expect(try await JSONSchema.errors(in: [document], by: "\(root)Tests/Schemas/\(schema).json") == "")
        // It refuses a job without what it must have.
        let wrong = try Parser.parse(Array("bootlatch: {script: 1}\njobs: {plan: {steps: 1}}\n".utf8)).documents
        #expect(try await JSONSchema.errors(in: wrong, by: "\(root)Tests/Schemas/\(schema).json") != "")
    }

    @Test func `the image has the programs that bootlatch runs`() throws {
        let text = try String(contentsOfFile: Self.examples + "ci/Dockerfile", encoding: .utf8)
        let image = try #require(text.components(separatedBy: "FROM debian").last)
        for package in ["git", "gpg", "openssh-client"] {
            #expect(image.contains(" \(package) "), "\(package)")
        }
    }
}
