import CLibgit2

extension Repository {
    /// A second handle on this repository, for many commits at once. It reads what this one holds, and keeps what is written to it in
    /// memory until `store`. Each object in a file of its own would be synced by itself.
    package nonisolated func gathering() throws(GitError) -> Repository { try Repository(gatheringInto: path) }

    static func openGathering(_ path: String) throws(GitError) -> Handle {
        let handle = try open(path)
        try keepInMemory(what: handle)
        return handle
    }

    /// Puts what the commits up to `head` added since `base` into the files of the repository, as one pack: whole and on disk when this
    /// returns, so that refs may name it.
    package func store(_ head: ObjectID, since base: ObjectID) throws(GitError) {
        let pack = try Handle("pack \(head.short)", free: git_packbuilder_free) {
            git_packbuilder_new($0, handle.pointer)
        }
        do throws(GitError) {
            try insertWalk(to: head, since: base, into: pack)
        } catch {
            guard error.isOfMalformedCommit else { throw error }
            try insert(commitsTo: head, since: base, into: pack)
        }
        try check(
            "write the pack of \(head.short)",
            git_packbuilder_write(pack.pointer, path + "/objects/pack", 0, nil, nil))
    }

    private func insertWalk(
        to head: ObjectID, since base: ObjectID, into pack: borrowing Handle
    ) throws(GitError) {
        let walk = try Handle("walk to \(head.short)", free: git_revwalk_free) { git_revwalk_new($0, handle.pointer) }
        var oid = head.oid
        try check("walk to \(head.short)", git_revwalk_push(walk.pointer, &oid))
        oid = base.oid
        try check("walk from \(base.short)", git_revwalk_hide(walk.pointer, &oid))
        try check("pack \(head.short)", git_packbuilder_insert_walk(pack.pointer, walk.pointer))
    }

    /// As `insertWalk`, past a commit that libgit2 does not read.
    private func insert(
        commitsTo head: ObjectID, since base: ObjectID, into pack: borrowing Handle
    ) throws(GitError) {
        for commit in try history(of: head, without: try ancestors(of: base, in: handle), in: handle) {
            let stored = try storedCommit(commit, in: handle)
            try insert(commit, into: pack)
            let old = if let parent = stored.parents.first { try tree(of: parent) } else { ObjectID.emptyTree }
            try insert(tree: stored.tree, notIn: old, into: pack)
        }
    }

    /// A tree and what it holds, but for what the other one has at the same place.
    private func insert(tree: ObjectID, notIn old: ObjectID, into pack: borrowing Handle) throws(GitError) {
        var pending = [(tree, old)]
        while let (new, old) = pending.popLast() {
            if new == old { continue }
            try insert(new, into: pack)
            let newTree = try lookup(tree: new)
            let oldTree = try lookup(tree: old)
            for index in 0..<git_tree_entrycount(newTree.pointer) {
                guard let found = git_tree_entry_byindex(newTree.pointer, index), let entry = RawEntry(found) else {
                    continue
                }
                let before = git_tree_entry_byname(oldTree.pointer, git_tree_entry_name(found)).flatMap(RawEntry.init)
                if entry == before || entry.file?.kind == .submodule { continue }
                if entry.isTree {
                    pending.append((entry.id, before?.isTree == true ? before?.id ?? .emptyTree : .emptyTree))
                } else {
                    try insert(entry.id, into: pack)
                }
            }
        }
    }

    private func insert(_ id: ObjectID, into pack: borrowing Handle) throws(GitError) {
        var oid = id.oid
        try check("pack \(id.short)", git_packbuilder_insert(pack.pointer, &oid, nil))
    }
}

/// What is written through this handle goes to memory: the database asks the backend of the highest number first, and frees it.
private func keepInMemory(what handle: borrowing Handle) throws(GitError) {
    let database = try Git.database(of: handle)
    var memory: OpaquePointer?
    try check("keep objects in memory", git_mempack_new(&memory))
    try check("keep objects in memory", git_odb_add_backend(database.pointer, memory, 999))
}
