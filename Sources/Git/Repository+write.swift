import CLibgit2

extension Repository {
    /// Writes a commit on top of `parent` (nil starts a history) in which each path holds the given bytes, exactly:
    /// no attribute or setting converts them. A path that exists keeps its mode; a new one is a plain file. The files in `removing`
    /// are gone. No ref moves.
    /// With a signer the commit carries its signature.
    package func commit(
        parent: ObjectID?, edits: [(path: String, bytes: [UInt8])], removing: [String] = [], author: Signature,
        committer: Signature, message: String, signer: CommitSigner? = nil
    ) async throws(GitError) -> ObjectID {
        let base = if let parent { try tree(of: parent) } else { try writeEmptyTree() }
        let tree = try writeTree(base, edits, removing: removing)
        guard tree != base else { throw .nothingChanged }
        let text = try commitText(tree, parent, author, committer, message)
        guard let signer else { return try writeCommit(text) }
        let signature = try await signer.signature(of: text, in: path)
        var oid = git_oid()
        try check(
            "write a signed commit",
            git_commit_create_with_signature(&oid, handle.pointer, text, signature, "gpgsig"))
        return ObjectID(oid)
    }

    /// A commit as git stores it (gitformat-commit): what a signature is about.
    private func commitText(
        _ tree: ObjectID, _ parent: ObjectID?, _ author: Signature, _ committer: Signature, _ message: String
    ) throws(GitError) -> String {
        var lines = ["tree \(tree)"]
        if let parent { lines.append("parent \(parent)") }
        lines += ["author \(try header(author))", "committer \(try header(committer))", "", message]
        return lines.joined(separator: "\n")
    }

    private func header(_ value: Signature) throws(GitError) -> String {
        // Through libgit2, which takes out what a name must not hold.
        let made = try makeSignature(value)
        defer { git_signature_free(made) }
        let clean = Signature(made.pointee)
        let (sign, offset) = (clean.offsetMinutes < 0 ? "-" : "+", abs(clean.offsetMinutes))
        let digits = "\(10_000 + offset / 60 * 100 + offset % 60)".dropFirst()
        return "\(clean.name) <\(clean.email)> \(clean.seconds) \(sign)\(digits)"
    }

    private func writeTree(
        _ base: ObjectID, _ edits: [(path: String, bytes: [UInt8])], removing: [String]
    ) throws(GitError) -> ObjectID {
        var updates: [git_tree_update] = []
        // libgit2 wants the paths as C strings that live until the tree is written.
        var paths: [UnsafeMutablePointer<CChar>] = []
        defer { paths.forEach { $0.deallocate() } }
        var seen: Set<String> = []
        for edit in edits {
            guard seen.insert(edit.path).inserted else { throw .cannotEdit(path: edit.path, reason: "edited twice") }
            let mode = try modeForWriting(edit.path, in: base)
            let path = copyCString(edit.path)
            paths.append(path)
            updates.append(
                git_tree_update(
                    action: GIT_TREE_UPDATE_UPSERT, id: try writeBlob(edit.bytes).oid, filemode: mode,
                    path: UnsafePointer(path)))
        }
        for removed in removing {
            let path = copyCString(removed)
            paths.append(path)
            updates.append(
                git_tree_update(
                    action: GIT_TREE_UPDATE_REMOVE, id: git_oid(), filemode: GIT_FILEMODE_UNREADABLE,
                    path: UnsafePointer(path)))
        }
        let baseline = try lookup(tree: base)
        var oid = git_oid()
        let code = git_tree_create_updated(&oid, handle.pointer, baseline.pointer, updates.count, updates)
        guard code == 0 else {
            throw .cannotEdit(path: (edits.map(\.path) + removing).joined(separator: ", "), reason: libraryReason())
        }
        return ObjectID(oid)
    }

    private func modeForWriting(_ path: String, in tree: ObjectID) throws(GitError) -> git_filemode_t {
        guard let entry = try entry(at: path, under: tree) else { return GIT_FILEMODE_BLOB }
        switch entry.file?.kind {
        case .file: return GIT_FILEMODE_BLOB
        case .executable: return GIT_FILEMODE_BLOB_EXECUTABLE
        case .symlink: throw .cannotEdit(path: path, reason: "it is a symbolic link")
        case .submodule: throw .cannotEdit(path: path, reason: "it is a submodule")
        case nil: throw .cannotEdit(path: path, reason: "it is a directory")
        }
    }

    private func writeBlob(_ bytes: [UInt8]) throws(GitError) -> ObjectID {
        var oid = git_oid()
        try check(
            "write a blob",
            bytes.withUnsafeBytes { git_blob_create_from_buffer(&oid, handle.pointer, $0.baseAddress, $0.count) })
        return ObjectID(oid)
    }

    private func writeEmptyTree() throws(GitError) -> ObjectID {
        let builder = try Handle("write a tree", free: git_treebuilder_free) {
            git_treebuilder_new($0, handle.pointer, nil)
        }
        var oid = git_oid()
        try check("write a tree", git_treebuilder_write(&oid, builder.pointer))
        return ObjectID(oid)
    }

    /// Its text as it is: libgit2 would want to read the parent, which may be a commit that it refuses.
    private func writeCommit(_ text: String) throws(GitError) -> ObjectID {
        let database = try Git.database(of: handle)
        let bytes = Array(text.utf8)
        var oid = git_oid()
        try check("write a commit", git_odb_write(&oid, database.pointer, bytes, bytes.count, GIT_OBJECT_COMMIT))
        return ObjectID(oid)
    }
}

/// To be freed by `git_signature_free`.
private func makeSignature(_ value: Signature) throws(GitError) -> UnsafeMutablePointer<git_signature> {
    var made: UnsafeMutablePointer<git_signature>?
    try check(
        "sign as \(value.name) <\(value.email)>",
        git_signature_new(&made, value.name, value.email, value.seconds, Int32(clamping: value.offsetMinutes)))
    guard let made else { throw .library(doing: "sign as \(value.name)", reason: "libgit2 made nothing") }
    return made
}

private func copyCString(_ text: String) -> UnsafeMutablePointer<CChar> {
    let bytes = text.utf8CString
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
    bytes.withUnsafeBufferPointer { source in
        for (index, byte) in source.enumerated() { (copy + index).initialize(to: byte) }
    }
    return copy
}
