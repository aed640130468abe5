import CLibgit2

extension Repository {
    /// True when `b` is `a` or descends from it.
    package func isAncestor(_ a: ObjectID, of b: ObjectID) throws(GitError) -> Bool {
        try descends(b, from: a, in: handle)
    }

    /// The best common ancestor of two commits, or nil when their histories share nothing.
    package func mergeBase(of a: ObjectID, and b: ObjectID) throws(GitError) -> ObjectID? {
        var (base, first, second) = (git_oid(), a.oid, b.oid)
        let code = git_merge_base(&base, handle.pointer, &first, &second)
        if code == 0 { return ObjectID(base) }
        try requireCommits(a, b)
        return code == GIT_ENOTFOUND.rawValue ? nil : try mergeBases(of: a, and: b, in: handle).first
    }

    /// The commits of `new`'s history that are not in `old`'s, each after all of its parents.
    package func commits(reachableFrom new: ObjectID, notFrom old: ObjectID?) throws(GitError) -> [ObjectID] {
        try requireCommits(new, old ?? new)
        do {
            return try walked(from: new, downTo: old)
        } catch {
            // libgit2 refuses the whole walk for one malformed commit.
            let known = if let old { try ancestors(of: old, in: handle) } else { Set<ObjectID>() }
            return try history(of: new, without: known, in: handle)
        }
    }

    private func walked(from new: ObjectID, downTo old: ObjectID?) throws(GitError) -> [ObjectID] {
        let walk = try Handle("walk the history", free: git_revwalk_free) { git_revwalk_new($0, handle.pointer) }
        var (oid, doing) = (new.oid, "walk the history of \(new.short)")
        try check(doing, git_revwalk_sorting(walk.pointer, GIT_SORT_TOPOLOGICAL.rawValue | GIT_SORT_REVERSE.rawValue))
        try check(doing, git_revwalk_push(walk.pointer, &oid))
        if let old {
            oid = old.oid
            doing += " down to \(old.short)"
            try check(doing, git_revwalk_hide(walk.pointer, &oid))
        }
        var found: [ObjectID] = []
        while true {
            let code = git_revwalk_next(&oid, walk.pointer)
            if code == GIT_ITEROVER.rawValue { return found }
            try check(doing, code)
            found.append(ObjectID(oid))
        }
    }

    /// The commits after `old` up to `new`, in order: from `new` back, each commit's first parent when that one is
    /// `old` or descends from it, else its lowest parent that does. Nil when `new` does not descend from `old`.
    package func path(from old: ObjectID, to new: ObjectID) throws(GitError) -> [ObjectID]? {
        if old == new { return [] }
        // Parents come first, so whether a commit descends from `old` follows from its parents' answers.
        var previous: [ObjectID: ObjectID] = [:]
        for id in try commits(reachableFrom: new, notFrom: old) {
            previous[id] = try parents(of: id).first { $0 == old || previous[$0] != nil }
        }
        guard previous[new] != nil else { return nil }
        var path: [ObjectID] = []
        var next = new
        while next != old, let parent = previous[next] {
            path.append(next)
            next = parent
        }
        return path.reversed()
    }

    private func requireCommits(_ ids: ObjectID...) throws(GitError) {
        for id in ids { _ = try storedCommit(id, in: handle) }
    }
}
