import CLibgit2

extension Remote {
    /// Brings `commit` of a repository in this machine's file system, with its history, into the mirror; moves no ref. libgit2's own
    /// transport for paths would copy the objects of all branches and tags, and all of them again at each fetch.
    func copy(_ commit: ObjectID, into mirror: borrowing Handle, _ session: Session) throws(GitError) {
        let path = address.path
        let source = try Handle("open \(path)", free: git_repository_free) { git_repository_open($0, path) }
        let walk = try Handle("walk \(path)", free: git_revwalk_free) { git_revwalk_new($0, source.pointer) }
        var oid = commit.oid
        try session.check(git_revwalk_push(walk.pointer, &oid))
        for known in try tips(of: mirror) {
            oid = known.oid
            // A force push may have dropped it there, and gc removed it: then its history is copied again.
            if git_revwalk_hide(walk.pointer, &oid) < 0 { git_error_clear() }
        }
        let pack = try Handle("pack \(path)", free: git_packbuilder_free) { git_packbuilder_new($0, source.pointer) }
        // As many threads as there are processors: comparing the objects of a large inventory takes longest.
        git_packbuilder_set_threads(pack.pointer, 0)
        let (callbacks, payload) = (session.callbacks, session.callbacks.payload)
        try session.check(git_packbuilder_set_callbacks(pack.pointer, callbacks.pack_progress, payload))
        try session.check(git_packbuilder_insert_walk(pack.pointer, walk.pointer))
        if git_packbuilder_object_count(pack.pointer) == 0 { return }
        let folder = String(cString: git_repository_path(mirror.pointer)) + "objects/pack"
        try session.check(
            git_packbuilder_write(pack.pointer, folder, 0, callbacks.transfer_progress, payload))
    }

    /// What the mirror holds with all its history.
    private func tips(of mirror: borrowing Handle) throws(GitError) -> [ObjectID] {
        var names = git_strarray()
        try check("list the mirror's refs", git_reference_list(&names, mirror.pointer))
        defer { git_strarray_dispose(&names) }
        var tips: [ObjectID] = []
        for index in 0..<names.count {
            guard let name = names.strings?[index] else { continue }
            if let id = try tip(of: String(cString: name), in: mirror) { tips.append(id) }
        }
        return tips
    }
}
