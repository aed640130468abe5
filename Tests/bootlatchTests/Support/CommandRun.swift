import Foundation
import Programs

/// A program that ran to its end.
struct CommandRun: Sendable {
    var status: Int32
    var output: String
    var errors: String

    /// The program under test: it is built beside the tests.
    static let bootlatch =
        (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])).deletingLastPathComponent()
        .appending(path: "bootlatch").path

    static func bootlatch(_ arguments: String..., environment: [String: String] = [:]) async throws -> CommandRun {
        try await run([bootlatch] + arguments, environment: environment)
    }

    @discardableResult
    static func git(_ arguments: String...) async throws -> String {
        let run = try await run(["/usr/bin/env", "git", "-c", "user.name=Ada", "-c", "user.email=ada@lab"] + arguments)
        guard run.status == 0 else { throw CommandFailed(description: "git \(arguments): \(run.errors)") }
        return run.output.trimmingCharacters(in: .newlines)
    }

    /// Runs a program in an environment without settings of ours; `environment` is added to it.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> CommandRun {
        let scratch = try Scratch()
        let end = await (try start(arguments, environment: environment, in: scratch)).ended()
        let status: Int32? =
            switch end {
            case .exit(let status): status
            case .signal(let signal): 128 + signal
            case nil: nil
            }
        return CommandRun(
            status: status ?? -1, output: try scratch.text("output"), errors: try scratch.text("errors"))
    }

    /// Starts a program; its output goes to the files `output` and `errors` of a folder.
    static func start(_ arguments: [String], environment: [String: String] = [:], in scratch: Scratch) throws
        -> RunningProgram
    {
        let environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BOOTLATCH_") && !$0.key.hasPrefix("GIT_")
        }.merging(environment) { $1 }
        let (output, errors) = (try scratch.create("output"), try scratch.create("errors"))
        defer {
            close(output)
            close(errors)
        }
        return try RunningProgram(arguments, environment: environment, descriptors: [1: output, 2: errors])
    }
}

struct CommandFailed: Error, CustomStringConvertible {
    var description: String
}

/// A folder that is removed with its last reference.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/bl-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: "\(path)/\(name)")), as: UTF8.self)
    }

    func write(_ name: String, _ text: String) throws {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// Opens an empty file for writing; the caller closes it.
    func create(_ name: String) throws -> Int32 {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailed(description: "can't write \(path)/\(name)") }
        return descriptor
    }
}

/// Looks until it is there. For what other processes do: nothing wakes us for that.
@discardableResult
func eventually<Answer>(_ what: String, within limit: Duration = .seconds(30), _ look: () async throws -> Answer?)
    async throws -> Answer
{
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if let answer = try await look() { return answer }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw CommandFailed(description: "not within \(limit): \(what)")
}
