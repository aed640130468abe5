import Glibc
import Programs

/// The `git` program in one repository, as one person at one time of the sequence's clock.
struct Git {
    var directory: String
    var person = "Ada"
    var time: Int64 = 0

    static func environment(person: String, time: Int64) -> [String: String] {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        return [
            "PATH": "\(path)", "HOME": "/nonexistent", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "GIT_MERGE_AUTOEDIT": "no", "GIT_OPTIONAL_LOCKS": "0",
            "GIT_AUTHOR_NAME": "\(person)", "GIT_AUTHOR_EMAIL": "\(person)@lab", "GIT_AUTHOR_DATE": "@\(time) +0000",
            "GIT_COMMITTER_NAME": "\(person)", "GIT_COMMITTER_EMAIL": "\(person)@lab",
            "GIT_COMMITTER_DATE": "@\(time) +0000",
        ]
    }

    @discardableResult
    func callAsFunction(_ arguments: String...) throws -> String {
        try runToEnd(
            ["git", "-C", directory, "-c", "gc.auto=0", "-c", "advice.detachedHead=false"] + arguments,
            environment: Git.environment(person: person, time: time))
    }
}

/// Reads objects through one `git cat-file --batch`.
final class ObjectReader {
    private let batch: CoProcess

    init(directory: String) throws {
        batch = try CoProcess(
            ["git", "-C", directory, "cat-file", "--batch"], environment: Git.environment(person: "Oracle", time: 0))
    }

    /// The object's id and bytes, or nil where `name` (an id or a ref) names nothing.
    func read(_ name: String) throws -> (id: String, bytes: [UInt8])? {
        try batch.send(name + "\n")
        let header = try batch.line().split(separator: " ")
        guard header.count == 3, let size = Int(header[2]) else { return nil }
        let bytes = try batch.bytes(size + 1)
        return (String(header[0]), Array(bytes.dropLast()))
    }
}

/// Writes commits through one `git fast-import`, and moves branches through one `git update-ref`.
final class ObjectWriter {
    private let imports: CoProcess
    private let refs: CoProcess

    init(directory: String) throws {
        let environment = Git.environment(person: "Ada", time: 0)
        imports = try CoProcess(
            ["git", "-C", directory, "-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force"],
            environment: environment)
        refs = try CoProcess(["git", "-C", directory, "update-ref", "--stdin"], environment: environment)
    }

    /// Makes a commit; a change without content deletes the file. Moves no branch.
    func commit(
        _ message: String, parents: [String], changes: [(path: String, content: String?)], person: String, time: Int64
    ) throws -> String {
        // One ref of its own: fast-import writes all refs it knows again at each checkpoint.
        var text = "commit refs/oracle/written\nmark :1\n"
        for role in ["author", "committer"] { text += "\(role) \(person) <\(person)@lab> \(time) +0000\n" }
        text += "data \(message.utf8.count)\n\(message)\n"
        if let first = parents.first { text += "from \(first)\n" }
        for parent in parents.dropFirst() { text += "merge \(parent)\n" }
        for (path, content) in changes {
            if let content {
                text += "M 100644 inline \(path)\ndata \(content.utf8.count)\n\(content)\n"
            } else {
                text += "D \(path)\n"
            }
        }
        if parents.isEmpty { text = "reset refs/oracle/written\n\n" + text }
        try imports.send(text + "\nget-mark :1\ncheckpoint\nprogress done\n")
        let id = try imports.line()
        guard id.utf8.count == 40, try imports.line() == "progress done" else {
            throw ProgramFailed(description: "git fast-import: \(id)")
        }
        return id
    }

    func move(_ branch: String, to id: String) throws {
        try refs.send("start\nupdate refs/heads/\(branch) \(id)\ncommit\n")
        for expected in ["start: ok", "commit: ok"] {
            let answer = try refs.line()
            guard answer == expected else {
                throw ProgramFailed(description: "git update-ref: \(answer)")
            }
        }
    }
}
