import Foundation
import Glibc
import Programs

@testable import Git

/// A temporary directory, removed with the last reference to it.
package final class Sandbox: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "bootlatch-git-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

/// The environment of test programs: no configuration but the repository's own.
package let cleanEnvironment = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@lab", "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@lab",
]

/// Runs a program to its end and returns its output.
@discardableResult
package func program(_ name: String, _ arguments: [String], input: Data = Data()) throws -> Data {
    let sandbox = try Sandbox()
    let (source, output, errors) = ("\(sandbox.path)/in", "\(sandbox.path)/out", "\(sandbox.path)/err")
    try input.write(to: URL(filePath: source))
    let script = ["sh", "-c", "in=$1 out=$2 err=$3; shift 3; exec \"$@\" <$in >$out 2>$err", "sh"]
    let child = try spawn(script + [source, output, errors, name] + arguments, environment: cleanEnvironment)
    guard reap(child) == .exit(0) else {
        let said = try Data(contentsOf: URL(filePath: errors)) + Data(contentsOf: URL(filePath: output))
        let text = String(decoding: said, as: UTF8.self)
        throw ProgramFailed(description: "\(name) \(arguments.joined(separator: " ")): \(text)")
    }
    return try Data(contentsOf: URL(filePath: output))
}

/// Where a program is installed; nil when it is not.
package func find(_ name: String) -> String? {
    let path = "\(cleanEnvironment["PATH"] ?? ""):/usr/sbin"
    return path.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}

package func has(_ name: String) -> Bool { find(name) != nil }

/// Text that packing makes no smaller than three quarters of its size.
package func incompressible(_ size: Int) throws -> String {
    let source = FileHandle(forReadingAtPath: "/dev/urandom")
    return String((try source?.read(upToCount: size) ?? Data()).base64EncodedString().prefix(size))
}

/// A bare repository that is made and read with the `git` program.
package final class Origin: Sendable {
    package let sandbox: Sandbox
    package let path: String

    package init() throws {
        sandbox = try Sandbox()
        path = "\(sandbox.path)/origin.git"
        try program("git", ["init", "--quiet", "--bare", "-b", "main", path])
    }

    @discardableResult
    package func git(_ arguments: String..., input: String = "") throws -> String {
        let output = try program("git", ["-C", path] + arguments, input: Data(input.utf8))
        return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    package func id(_ revision: String) throws -> ObjectID {
        guard let id = ObjectID(hex: try git("rev-parse", revision)) else {
            throw ProgramFailed(description: "no id for \(revision)")
        }
        return id
    }

    /// Commits files on top of a branch; nil removes one. `mode` is git's, as `100755`.
    @discardableResult
    package func commit(
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

    package func installHook(_ name: String, _ script: String) throws {
        let file = "\(path)/hooks/\(name)"
        try FileManager.default.createDirectory(atPath: "\(path)/hooks", withIntermediateDirectories: true)
        // By a program: a test that forks while this process has the hook open for writing would keep it from being run ("text
        // file busy").
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: file + ".text"))
        _ = try program("install", ["-m", "755", file + ".text", file])
    }
}
