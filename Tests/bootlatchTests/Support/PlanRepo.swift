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

    static let canSign = FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")

    /// A policy asks that ops sign, whose key is made and known from here on.
    func askForSignatures() async throws {
        let key = scratch.path + "/key"
        _ = try await CommandRun.run(["/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
        for setting in [["gpg.format", "ssh"], ["user.signingKey", key]] {
            _ = try await git("config", setting[0], setting[1])
        }
        let policy = CommandLab.policy.replacing("installer}", with: "installer, require: {signedBy: [ops]}}")
        try scratch.write("repo/policies/lab.yaml", policy)
        try scratch.write("repo/policies/allowed_signers", "ops \(try scratch.text("key.pub"))")
        try await commit("Ask for signatures")
    }

    /// The commits from here on are signed by ops, or by nobody.
    func sign(_ isSigned: Bool) async throws { _ = try await git("config", "commit.gpgSign", "\(isSigned)") }
}
