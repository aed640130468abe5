import Programs

/// The commits of the real repo, read by the `git` program and remembered.
package final class History {
    struct Commit {
        let id: String
        let tree: String
        let parents: [String]
        let time: Int64
        let message: String
    }

    private let objects: ObjectReader
    private var commits: [String: Commit] = [:]
    private var ancestors: [String: Set<String>] = [:]
    private var files: [String: [String: String]] = [:]
    private var sheets: [String: Sheet] = [:]

    package init(directory: String) throws { objects = try ObjectReader(directory: directory) }

    func tip(_ branch: String) throws -> String? { try objects.read("refs/heads/\(branch)")?.id }

    func commit(_ id: String) throws -> Commit {
        if let known = commits[id] { return known }
        guard let object = try objects.read(id) else {
            throw ProgramFailed(description: "no commit \(id)")
        }
        let text = String(decoding: object.bytes, as: UTF8.self)
        var parts = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        var tree = ""
        var parents: [String] = []
        var time: Int64 = 0
        while let line = parts.popFirst(), !line.isEmpty {
            let words = line.split(separator: " ")
            switch words.first {
            case "tree": tree = String(words[1])
            case "parent": parents.append(String(words[1]))
            case "committer": time = Int64(words[words.count - 2]) ?? 0
            default: break
            }
        }
        let commit = Commit(
            id: id, tree: tree, parents: parents, time: time, message: parts.joined(separator: "\n"))
        commits[id] = commit
        return commit
    }

    /// All commits that can be reached from `id`, with itself.
    func reach(_ id: String) throws -> Set<String> {
        if let known = ancestors[id] { return known }
        var reached: Set<String> = [id]
        for parent in try commit(id).parents { reached.formUnion(try reach(parent)) }
        ancestors[id] = reached
        return reached
    }

    func descends(_ id: String, from ancestor: String) throws -> Bool { try reach(id).contains(ancestor) }

    /// The commits after `old` up to `new`, oldest first: at each merge the first parent that holds `old`.
    func path(from old: String, to new: String) throws -> [String] {
        var path: [String] = []
        var id = new
        while id != old {
            path.append(id)
            guard let parent = try commit(id).parents.first(where: { try descends($0, from: old) }) else { break }
            id = parent
        }
        return path.reversed()
    }

    /// The files under `inventory/` and `policies/` in a commit.
    func tree(_ id: String) throws -> [String: Sheet] {
        let root = try commit(id).tree
        if files[root] == nil {
            var found: [String: String] = [:]
            try walk(root, prefix: "", into: &found)
            files[root] = found
        }
        var result: [String: Sheet] = [:]
        for (path, blob) in files[root] ?? [:] { result[path] = try sheet(blob) }
        return result
    }

    func text(_ path: String, in id: String) throws -> String? {
        _ = try tree(id)
        guard let blob = files[try commit(id).tree]?[path], let object = try objects.read(blob) else { return nil }
        return String(decoding: object.bytes, as: UTF8.self)
    }

    private func sheet(_ blob: String) throws -> Sheet {
        if let known = sheets[blob] { return known }
        let sheet = Sheet(String(decoding: try objects.read(blob)?.bytes ?? [], as: UTF8.self))
        sheets[blob] = sheet
        return sheet
    }

    private func walk(_ tree: String, prefix: String, into found: inout [String: String]) throws {
        guard let bytes = try objects.read(tree)?.bytes else { return }
        var rest = bytes[...]
        while let space = rest.firstIndex(of: 32), let end = rest[space...].firstIndex(of: 0) {
            let isTree = rest[rest.startIndex] == UInt8(ascii: "4")
            let path = prefix + String(decoding: rest[(space + 1)..<end], as: UTF8.self)
            let id = rest[(end + 1)..<(end + 21)].map { byte in
                let hex = String(byte, radix: 16)
                return hex.utf8.count == 1 ? "0" + hex : hex
            }.joined()
            rest = rest[(end + 21)...]
            if isTree { try walk(id, prefix: path + "/", into: &found) } else { found[path] = id }
        }
    }
}
