import Foundation
import Testing

/// A work tree with the two hosts of `CommandLab`, both off, on its branch main.
struct PlanRepo {
    let scratch: Scratch
    var path: String { scratch.path + "/repo" }

    init() async throws {
        scratch = try Scratch()
        try scratch.write("repo/inventory/node-01.yaml", CommandLab.node)
        try scratch.write(
            "repo/inventory/node-02.yaml", CommandLab.other.replacing("allowPXE: true", with: "allowPXE: false"))
        try scratch.write("repo/policies/lab.yaml", CommandLab.policy)
        try await CommandRun.git("init", "--quiet", "-b", "main", path)
        try await commit("Describe the lab")
    }

    func git(_ arguments: String...) async throws -> String {
        let run = try await CommandRun.run(
            ["/usr/bin/env", "git", "-C", path, "-c", "user.name=Ada", "-c", "user.email=ada@lab"] + arguments)
        guard run.status == 0 else { throw CommandFailed(description: "git \(arguments): \(run.errors)") }
        return run.output.trimmingCharacters(in: .newlines)
    }

    @discardableResult
    func commit(_ message: String) async throws -> String {
        _ = try await git("add", "-A")
        return try await git("commit", "--quiet", "-m", message)
    }

    func set(_ node: String, _ value: String) throws {
        let file = "repo/inventory/\(node).yaml"
        try scratch.write(file, try scratch.text(file).replacing(/allowPXE: \w+/, with: "allowPXE: \(value)"))
    }

    /// A branch that arms node-01, merged into main as GitHub would for its check.
    func pullRequest() async throws {
        _ = try await git("checkout", "--quiet", "-b", "topic")
        try set("node-01", "true")
        try await commit("Install node-01")
        _ = try await git("checkout", "--quiet", "main")
        _ = try await git("merge", "--quiet", "--no-ff", "-m", "Merge", "topic")
    }

    func plan(_ arguments: String...) async throws -> CommandRun {
        try await CommandRun.run(["/usr/bin/env", "-C", path, CommandRun.bootlatch, "plan"] + arguments)
    }
}
