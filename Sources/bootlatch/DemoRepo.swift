import Foundation

/// The bare repo that stands for a team's, and Ada's clone of it: made, written and read by the `git` program alone.
struct DemoRepo: Sendable {
    struct Commit: Sendable {
        var id: String
        var parents: [String]
        var author: String
        var subject: String
        /// Values of the trailers that begin with `Bootlatch-`, by the rest of their names.
        var trailers: [String: String]
        var files: [String]
    }

    static let ada = (name: "Ada", email: "ada@lab.example")

    let bare: String
    private let clone: String

    /// Pushes a first commit with these folders, named as the keys.
    ///
    /// - Throws: `DemoUnmet` with git's own words.
    init(in folder: String, folders: [String: String]) throws {
        bare = folder + "/inventory.git"
        clone = folder + "/ada"
        try Self.git("init", "--quiet", "--bare", "--initial-branch=main", bare)
        try Self.git("clone", "--quiet", bare, clone)
        try Self.git("-C", clone, "checkout", "--quiet", "-B", "main")
        for (name, path) in folders {
            guard FileManager.default.fileExists(atPath: path) else {
                throw DemoUnmet("no folder \(path): run this in the project's folder, or name one with --\(name)")
            }
            try FileManager.default.copyItem(atPath: path, toPath: "\(clone)/\(name)")
        }
        try Self.git("-C", clone, "add", ".")
        try record("Describe the lab")
        try push()
    }

    func read(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(clone)/\(path)")))
    }

    /// - Returns: the new commit's id.
    func change(_ path: String, to bytes: [UInt8], _ subject: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(clone)/\(path)"))
        try Self.git("-C", clone, "add", path)
        try record(subject)
        return try Self.git("-C", clone, "rev-parse", "HEAD")
    }

    func push() throws { try Self.git("-C", clone, "push", "--quiet", "origin", "main") }

    /// The remote branch, as anybody would read it.
    func tip() throws -> String { try Self.git("-C", bare, "rev-parse", "refs/heads/main") }

    func commit(_ revision: String) throws -> Commit {
        let fields = try Self.git(
            "-C", bare, "log", "-1", "--format=%H%x00%P%x00%an%x00%s%x00%(trailers:only,unfold)", revision
        ).split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 5 else { throw DemoUnmet("git log says \(fields)") }
        var trailers: [String: String] = [:]
        for line in fields[4].split(separator: "\n") where line.hasPrefix("Bootlatch-") {
            let parts = line.dropFirst("Bootlatch-".count).split(separator: ":", maxSplits: 1)
            if parts.count == 2 { trailers[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
        }
        let files = try Self.git("-C", bare, "show", "--format=", "--name-only", revision)
        return Commit(
            id: fields[0], parents: fields[1].split(separator: " ").map(String.init), author: fields[2],
            subject: fields[3], trailers: trailers, files: files.split(separator: "\n").map(String.init))
    }

    func blob(_ path: String, at revision: String) throws -> [UInt8] {
        Array(try Self.git("-C", bare, "show", "\(revision):\(path)").utf8)
    }

    /// The commit with its diff, as `git show` prints it.
    func show(_ revision: String) throws -> String { try Self.git("-C", bare, "show", "--unified=1", revision) }

    private func record(_ subject: String) throws {
        try Self.git(
            "-C", clone, "-c", "user.name=\(Self.ada.name)", "-c", "user.email=\(Self.ada.email)", "commit", "--quiet",
            "--message", subject)
    }

    /// Without the user's own configuration: signing and hooks of theirs have no part in this.
    @discardableResult
    private static func git(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GIT_") }
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
        environment["GIT_CONFIG_NOSYSTEM"] = "1"
        environment["GIT_TERMINAL_PROMPT"] = "0"
        process.environment = environment
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let trouble = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let why = process.terminationStatus == 127 ? "git is missing; install it" : trouble
            throw DemoUnmet(
                "git \(arguments.joined(separator: " ")): \(why.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
        return text.trimmingCharacters(in: .newlines)
    }
}
