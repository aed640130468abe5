import CLibgit2
import Glibc

extension Repository {
    /// More files than this between two commits is a mistake, or a tree that holds itself many times over.
    private static let limit = 1_000_000

    /// The files that differ between two commits' trees, ordered by path; nil stands for a commit without files. Only
    /// what lies at or under `paths` (all, when empty) is read. Subtrees with equal ids are not.
    package func changes(
        from old: ObjectID?, to new: ObjectID?, under paths: [String] = []
    ) throws(GitError) -> [TreeChange] {
        var walk = TreeWalk()
        let (oldRoot, newRoot) = (try root(of: old), try root(of: new))
        for path in outermost(paths) {
            if path.isEmpty {
                walk.add(oldRoot, newRoot, at: [])
            } else {
                let (old, new) = (try entry(at: path, under: oldRoot), try entry(at: path, under: newRoot))
                walk.compare(old, new, at: Array(path.utf8))
            }
        }
        while let (path, old, new) = walk.next() {
            let oldTree = try lookup(tree: old)
            let newTree = try lookup(tree: new)
            walk.compare(oldTree, newTree, at: path)
            guard walk.count <= Self.limit else { throw .tooManyChanges(limit: Self.limit) }
        }
        return walk.changes.sorted { $0.path < $1.path }
    }

    /// What `path` holds in `commit`; nil for nothing, and for a directory.
    package func entry(at path: String, in commit: ObjectID) throws(GitError) -> TreeEntry? {
        try entry(at: path, under: try tree(of: commit))?.file
    }

    /// The id of what `path` holds in `commit`, a file's or a folder's; nil for nothing, a link or a submodule.
    package func content(at path: String, in commit: ObjectID) throws(GitError) -> ObjectID? {
        guard let entry = try entry(at: path, under: try tree(of: commit)) else { return nil }
        if entry.isTree { return entry.id }
        guard let file = entry.file, file.kind == .file || file.kind == .executable else { return nil }
        return file.id
    }

    /// The bytes of the file with this id, or of the folder's own files whose names end so, in their order.
    package func contents(of id: ObjectID, suffix: String, limit: Int) throws(GitError) -> [[UInt8]] {
        guard let tree = try? lookup(tree: id) else { return [try blob(id, limit: limit)] }
        var contents: [[UInt8]] = []
        for index in 0..<git_tree_entrycount(tree.pointer) {
            guard let entry = git_tree_entry_byindex(tree.pointer, index), let raw = RawEntry(entry),
                raw.file?.kind == .file || raw.file?.kind == .executable,
                String(decoding: name(of: entry), as: UTF8.self).hasSuffix(suffix)
            else { continue }
            contents.append(try blob(raw.id, limit: limit))
        }
        return contents
    }

    private func root(of commit: ObjectID?) throws(GitError) -> ObjectID {
        guard let commit else { return .emptyTree }
        return try tree(of: commit)
    }

    func entry(at path: String, under root: ObjectID) throws(GitError) -> RawEntry? {
        let tree = try lookup(tree: root)
        var found: OpaquePointer?
        let code = git_tree_entry_bypath(&found, tree.pointer, path)
        defer { git_tree_entry_free(found) }
        if code == GIT_ENOTFOUND.rawValue { return nil }
        try check("look up \(path)", code)
        return found.flatMap(RawEntry.init)
    }
}

/// `paths` without those inside others, and without slashes at their ends. The repository's root is "".
private func outermost(_ paths: [String]) -> [String] {
    let parts = paths.map { $0.split(separator: "/").filter { $0 != "." } }
    guard !parts.isEmpty else { return [""] }
    return Set(
        parts.filter { path in !parts.contains { $0.count < path.count && path.starts(with: $0) } }
            .map { $0.joined(separator: "/") }
    ).sorted()
}

/// One entry of a tree, directories included.
struct RawEntry: Equatable {
    let id: ObjectID
    let mode: UInt32

    init?(_ entry: OpaquePointer) {
        guard let id = ObjectID(git_tree_entry_id(entry)) else { return nil }
        self.id = id
        mode = git_tree_entry_filemode(entry).rawValue
    }

    var isTree: Bool { mode == GIT_FILEMODE_TREE.rawValue }

    /// The entry as callers see it; nil for a directory.
    var file: TreeEntry? {
        switch mode {
        case GIT_FILEMODE_TREE.rawValue: nil
        case GIT_FILEMODE_BLOB_EXECUTABLE.rawValue: TreeEntry(id: id, kind: .executable)
        case GIT_FILEMODE_LINK.rawValue: TreeEntry(id: id, kind: .symlink)
        case GIT_FILEMODE_COMMIT.rawValue: TreeEntry(id: id, kind: .submodule)
        default: TreeEntry(id: id, kind: .file)
        }
    }
}

extension ObjectID {
    /// The tree without entries, which every repository knows.
    static let emptyTree: ObjectID = {
        var oid = git_oid()
        git_oid_fromstr(&oid, "4b825dc642cb6eb9a060e54bf8d69288fbee4904")
        return ObjectID(oid)
    }()
}

/// Pairs of trees still to be compared, and the changes found so far. Not recursive: nesting is the repository's choice.
private struct TreeWalk {
    private(set) var changes: [TreeChange] = []
    private(set) var count = 0
    private var pending: [(path: [UInt8], old: ObjectID, new: ObjectID)] = []

    mutating func next() -> (path: [UInt8], old: ObjectID, new: ObjectID)? { pending.popLast() }

    mutating func add(_ old: ObjectID, _ new: ObjectID, at path: [UInt8]) {
        guard old != new else { return }
        count += 1
        pending.append((path, old, new))
    }

    /// Notes how one path differs. A directory on one side is compared with the empty tree on the other.
    mutating func compare(_ old: RawEntry?, _ new: RawEntry?, at path: [UInt8]) {
        guard old != new else { return }
        let (oldTree, newTree) = (old.flatMap { $0.isTree ? $0.id : nil }, new.flatMap { $0.isTree ? $0.id : nil })
        add(oldTree ?? .emptyTree, newTree ?? .emptyTree, at: path)
        let (oldFile, newFile) = (old?.file, new?.file)
        guard oldFile != nil || newFile != nil else { return }
        count += 1
        let text = String(validating: path, as: UTF8.self)
        changes.append(
            TreeChange(
                path: text ?? String(decoding: path, as: UTF8.self), isUTF8: text != nil, old: oldFile, new: newFile))
    }

    /// Compares two trees entry by entry; both are sorted the same way.
    mutating func compare(_ old: borrowing Handle, _ new: borrowing Handle, at path: [UInt8]) {
        var (i, j) = (0, 0)
        while true {
            let (a, b) = (git_tree_entry_byindex(old.pointer, i), git_tree_entry_byindex(new.pointer, j))
            if a == nil && b == nil { return }
            let order = a == nil ? 1 : b == nil ? -1 : git_tree_entry_cmp(a, b)
            if order <= 0 { i += 1 }
            if order >= 0 { j += 1 }
            if order == 0, git_oid_equal(git_tree_entry_id(a), git_tree_entry_id(b)) == 1,
                git_tree_entry_filemode(a) == git_tree_entry_filemode(b)
            {
                continue
            }
            compare(
                order <= 0 ? a.flatMap(RawEntry.init) : nil, order >= 0 ? b.flatMap(RawEntry.init) : nil,
                at: (path.isEmpty ? [] : path + [UInt8(ascii: "/")]) + name(of: order > 0 ? b : a))
        }
    }
}

private func name(of entry: OpaquePointer?) -> [UInt8] {
    guard let name = git_tree_entry_name(entry) else { return [] }
    return Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
}
