import CLibgit2

/// A bare repository on disk: objects, walks, tree diffs and commits without a work tree. All calls block its own
/// queue only.
package actor Repository {
    package nonisolated let path: String
    var handle: Handle
    private let executor = QueueExecutor(label: "bootlatch.git.repository")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the bare repository at `path`; with `create`, makes it where there is none.
    package init(bareAt path: String, create: Bool) throws(GitError) {
        self.path = path
        handle = try Repository.open(path, create: create)
    }

    /// See `gathering`.
    init(gatheringInto path: String) throws(GitError) {
        self.path = path
        handle = try Repository.openGathering(path)
    }

    /// Opens a second handle on the same repository. A handle belongs to one thread at a time.
    static func open(_ path: String, create: Bool = false) throws(GitError) -> Handle {
        try startLibrary()
        do {
            return try Handle("open", free: git_repository_free) { git_repository_open_bare($0, path) }
        } catch {
            guard create else { throw error.named(path) }
        }
        do {
            // Initialising one that exists already repairs what is missing of it and keeps all else.
            return try Handle("create", free: git_repository_free) { out in
                var options = git_repository_init_options()
                git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
                options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
                return git_repository_init_ext(out, path, &options)
            }
        } catch {
            throw error.named(path)
        }
    }

    /// The object that `ref` (its full name) points at, or nil when there is no such ref.
    package func tip(of ref: String) throws(GitError) -> ObjectID? {
        try Git.tip(of: ref, in: handle)
    }

    /// Points `ref` (its full name) at `id`, wherever it pointed before.
    package func setTip(of ref: String, to id: ObjectID) throws(GitError) {
        try Git.setTip(of: ref, to: id, in: handle)
    }

    /// Also one whose author or committer is malformed: see `StoredCommit`.
    package func commit(_ id: ObjectID) throws(GitError) -> Commit {
        let commit = try storedCommit(id, in: handle)
        return Commit(
            id: id, parents: commit.parents, tree: commit.tree, author: commit.author, committer: commit.committer,
            message: commit.message)
    }

    /// The bytes of a blob. Its size, at most `limit` bytes, is read before its bytes are.
    package func blob(_ id: ObjectID, limit: Int) throws(GitError) -> [UInt8] {
        try read(id, from: try database(of: handle), limit: limit)
    }

    /// As `blob` for each of `ids`, in their order: one turn of the actor's for all of them.
    package func blobs(_ ids: [ObjectID], limit: Int) throws(GitError) -> [Result<[UInt8], GitError>] {
        let database = try Git.database(of: handle)
        return ids.map { id in Result { () throws(GitError) in try read(id, from: database, limit: limit) } }
    }

    private func read(_ id: ObjectID, from database: borrowing Handle, limit: Int) throws(GitError) -> [UInt8] {
        var (oid, size, type) = (id.oid, 0, GIT_OBJECT_ANY)
        guard git_odb_read_header(&size, &type, database.pointer, &oid) == 0, type == GIT_OBJECT_BLOB else {
            throw .missing(id, kind: "blob")
        }
        guard size <= limit else { throw .tooLarge(id, size: size, limit: limit) }
        let blob = try lookup(id, "blob", free: git_blob_free, git_blob_lookup)
        return Array(UnsafeRawBufferPointer(start: git_blob_rawcontent(blob.pointer), count: size))
    }

    func lookup(tree id: ObjectID) throws(GitError) -> Handle {
        try lookup(id, "tree", free: git_tree_free, git_tree_lookup)
    }

    /// The id of a commit's tree.
    func tree(of commit: ObjectID) throws(GitError) -> ObjectID { try storedCommit(commit, in: handle).tree }

    func parents(of commit: ObjectID) throws(GitError) -> [ObjectID] { try storedCommit(commit, in: handle).parents }

    private func lookup(
        _ id: ObjectID, _ kind: String, free: @escaping @convention(c) (OpaquePointer?) -> Void,
        _ find: (UnsafeMutablePointer<OpaquePointer?>, OpaquePointer, UnsafePointer<git_oid>) -> Int32
    ) throws(GitError) -> Handle {
        var (oid, code) = (id.oid, Int32(0))
        do {
            return try Handle("read the \(kind) \(id.short)", free: free) { out in
                code = find(out, handle.pointer, &oid)
                return code
            }
        } catch {
            throw code == GIT_ENOTFOUND.rawValue ? .missing(id, kind: kind) : error
        }
    }
}

func tip(of ref: String, in repository: borrowing Handle) throws(GitError) -> ObjectID? {
    var oid = git_oid()
    let code = git_reference_name_to_id(&oid, repository.pointer, ref)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    try check("read \(ref)", code)
    return ObjectID(oid)
}

func setTip(of ref: String, to id: ObjectID, in repository: borrowing Handle) throws(GitError) {
    var oid = id.oid
    _ = try Handle("set \(ref)", free: git_reference_free) {
        git_reference_create($0, repository.pointer, ref, &oid, 1, nil)
    }
}

extension GitError {
    /// The same failure, as one of the repository at `path`.
    fileprivate func named(_ path: String) -> GitError {
        guard case .library(_, let reason) = self else { return self }
        return .repository(path: path, reason: reason)
    }
}
