import CLibgit2

extension Repository {
    /// The files at or under `paths` in which a merge is not what git makes of its parents by itself: somebody resolved a conflict, took
    /// one side or wrote something new. Of a merge of more than two, all files that it changes.
    ///
    /// Writes nothing into the repository.
    package func filesMergedByHand(in merge: ObjectID, under paths: [String]) throws(GitError) -> [String] {
        let parents = try parents(of: merge)
        guard let ours = parents.first else { return [] }
        let changes = try changes(from: ours, to: merge, under: paths)
        guard parents.count == 2 else { return changes.map(\.path) }
        var found: [String: TreeEntry?] = [:]
        for change in try self.changes(from: ours, to: parents[1], under: paths) {
            found.updateValue(change.old, forKey: change.path)
        }
        for change in changes { found.updateValue(change.new, forKey: change.path) }
        if found.isEmpty { return [] }
        guard let index = try automaticMerge(of: ours, and: parents[1]) else { return found.keys.sorted() }
        return found.filter { path, entry in
            let isConflict = (1...3).contains { git_index_get_bypath(index.pointer, path, $0) != nil }
            return isConflict || index.entry(at: path) != entry
        }.keys.sorted()
    }

    /// Nil where several or no merge bases can't be merged, because a commit is one that libgit2 does not read.
    private func automaticMerge(of ours: ObjectID, and theirs: ObjectID) throws(GitError) -> Handle? {
        let doing = "merge \(ours.short) and \(theirs.short)"
        // A handle of its own, whose new blobs stay in memory: a preview may not be allowed to write here.
        let scratch = try Repository.open(path)
        let objects = try database(of: scratch)
        var memory: OpaquePointer?
        try check(doing, git_mempack_new(&memory))
        try check(doing, git_odb_add_backend(objects.pointer, memory, 1000))
        var options = git_merge_options()
        try check(doing, git_merge_options_init(&options, UInt32(GIT_MERGE_OPTIONS_VERSION)))
        options.recursion_limit = 16
        do throws(GitError) {
            var (first, second) = (ours.oid, theirs.oid)
            let left = try Handle(doing, free: git_commit_free) { git_commit_lookup($0, scratch.pointer, &first) }
            let right = try Handle(doing, free: git_commit_free) { git_commit_lookup($0, scratch.pointer, &second) }
            return try Handle(doing, free: git_index_free) {
                git_merge_commits($0, scratch.pointer, left.pointer, right.pointer, &options)
            }
        } catch {
            guard error.isOfMalformedCommit else { throw error }
        }
        let bases = try mergeBases(of: ours, and: theirs, in: handle)
        guard bases.count == 1 else { return nil }
        var trees: [git_oid] = []
        for commit in [bases[0], ours, theirs] { trees.append(try tree(of: commit).oid) }
        let base = try Handle(doing, free: git_tree_free) { git_tree_lookup($0, scratch.pointer, &trees[0]) }
        let left = try Handle(doing, free: git_tree_free) { git_tree_lookup($0, scratch.pointer, &trees[1]) }
        let right = try Handle(doing, free: git_tree_free) { git_tree_lookup($0, scratch.pointer, &trees[2]) }
        return try Handle(doing, free: git_index_free) {
            git_merge_trees($0, scratch.pointer, base.pointer, left.pointer, right.pointer, &options)
        }
    }
}

extension Handle {
    /// An index's entry without a conflict.
    fileprivate func entry(at path: String) -> TreeEntry? {
        guard let entry = git_index_get_bypath(pointer, path, 0)?.pointee else { return nil }
        let id = ObjectID(entry.id)
        return switch entry.mode {
        case GIT_FILEMODE_BLOB_EXECUTABLE.rawValue: TreeEntry(id: id, kind: .executable)
        case GIT_FILEMODE_LINK.rawValue: TreeEntry(id: id, kind: .symlink)
        case GIT_FILEMODE_COMMIT.rawValue: TreeEntry(id: id, kind: .submodule)
        default: TreeEntry(id: id, kind: .file)
        }
    }
}
