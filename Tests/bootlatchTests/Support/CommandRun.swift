import Foundation

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
        let process = try start(arguments, environment: environment, in: scratch)
        await process.end()
        return CommandRun(
            status: process.status, output: try scratch.text("output"), errors: try scratch.text("errors"))
    }

    /// Starts a program; its output goes to the files `output` and `errors` of a folder.
    static func start(_ arguments: [String], environment: [String: String] = [:], in scratch: Scratch) throws
        -> RunningCommand
    {
        let process = Process()
        process.executableURL = URL(filePath: arguments[0])
        process.arguments = Array(arguments.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("BOOTLATCH_") && !$0.key.hasPrefix("GIT_")
        }.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try scratch.handle("output")
        process.standardError = try scratch.handle("errors")
        return try RunningCommand(process)
    }
}

/// A program that this test started; it is killed with its last reference.
final class RunningCommand {
    private let process: Process
    private let ended: AsyncStream<Void>

    init(_ process: Process) throws {
        self.process = process
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        ended = stream
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var isRunning: Bool { process.isRunning }
    var status: Int32 { process.terminationStatus }

    func end() async { for await _ in ended {} }

    func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }
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

    func handle(_ name: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: "\(path)/\(name)", contents: nil),
            let handle = FileHandle(forWritingAtPath: "\(path)/\(name)")
        else { throw CommandFailed(description: "can't write \(path)/\(name)") }
        return handle
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
