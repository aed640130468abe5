import Foundation
import Glibc

@testable import Git

/// A temporary directory, removed with the last reference to it.
final class Sandbox: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "bootlatch-git-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

struct ProgramFailed: Error, CustomStringConvertible {
    let description: String
}

/// The environment of test programs: no configuration but the repository's own.
let cleanEnvironment = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@lab", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@lab",
]

/// Runs a program to its end and returns its output. Not by Foundation's `Process`, which waits for ever for the exit
/// of any program as soon as one, such as sshd, closes the descriptors it inherits.
@discardableResult
func program(_ name: String, _ arguments: [String], input: Data = Data()) throws -> Data {
    let sandbox = try Sandbox()
    let (source, output, errors) = ("\(sandbox.path)/in", "\(sandbox.path)/out", "\(sandbox.path)/err")
    try input.write(to: URL(filePath: source))
    let script = ["sh", "-c", "in=$1 out=$2 err=$3; shift 3; exec \"$@\" <$in >$out 2>$err", "sh"]
    let child = try spawn(
        script + [source, output, errors, name] + arguments, cleanEnvironment, output: 1, errors: 2)
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else {
        let text = String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self)
        throw ProgramFailed(description: "\(name) \(arguments.joined(separator: " ")): \(text)")
    }
    return try Data(contentsOf: URL(filePath: output))
}

/// Where a program is installed; nil when it is not.
func find(_ name: String) -> String? {
    let path = "\(cleanEnvironment["PATH"] ?? ""):/usr/sbin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}

func has(_ name: String) -> Bool { find(name) != nil }

/// A bare repository that is made and read with the `git` program.
final class Origin: Sendable {
    let sandbox: Sandbox
    let path: String

    init() throws {
        sandbox = try Sandbox()
        path = "\(sandbox.path)/origin.git"
        try program("git", ["init", "--quiet", "--bare", "-b", "main", path])
    }

    @discardableResult
    func git(_ arguments: String..., input: String = "") throws -> String {
        let output = try program("git", ["-C", path] + arguments, input: Data(input.utf8))
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    func id(_ revision: String) throws -> ObjectID {
        guard let id = ObjectID(hex: try git("rev-parse", revision)) else {
            throw ProgramFailed(description: "no id for \(revision)")
        }
        return id
    }

    /// Commits files on top of a branch; nil removes one. `mode` is git's, as `100755`.
    @discardableResult
    func commit(
        _ files: [String: String?], on branch: String = "main", mode: String = "100644", message: String = "Change"
    ) throws -> ObjectID {
        let ref = "refs/heads/\(branch)"
        let parent = try git("for-each-ref", "--format=%(objectname)", ref)
        var stream = "commit \(ref)\ncommitter Ada <ada@lab> 1700000000 +0100\ndata \(message.utf8.count)\n\(message)\n"
        if !parent.isEmpty { stream += "from \(parent)\n" }
        for (path, text) in files.sorted(by: { $0.key < $1.key }) {
            stream += text.map { "M \(mode) inline \(path)\ndata \($0.utf8.count)\n\($0)\n" } ?? "D \(path)\n"
        }
        try git("fast-import", "--quiet", "--force", input: stream)
        return try id(ref)
    }

    func installHook(_ name: String, _ script: String) throws {
        let file = "\(path)/hooks/\(name)"
        try FileManager.default.createDirectory(atPath: "\(path)/hooks", withIntermediateDirectories: true)
        // By a program: a test that forks while this process has the hook open for writing would keep it from being run ("text
        // file busy").
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: file + ".text"))
        _ = try program("install", ["-m", "755", file + ".text", file])
    }
}

/// A mirror as the daemon keeps it.
final class Mirror: Sendable {
    let sandbox: Sandbox
    let repository: Repository
    var path: String { repository.path }

    init() throws {
        sandbox = try Sandbox()
        repository = try Repository(bareAt: "\(sandbox.path)/mirror.git", create: true)
    }

    /// Writes a commit that sets one file.
    func commit(_ file: String, _ text: String, on parent: ObjectID) async throws -> ObjectID {
        try await repository.commit(
            parent: parent, edits: [(file, Array(text.utf8))], author: ada, committer: ada, message: "Set \(file)")
    }
}

let ada = Signature(name: "Ada", email: "ada@lab", seconds: 1_700_000_000, offsetMinutes: 60)

/// Numbers that are the same in each run (splitmix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
