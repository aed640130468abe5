import CLibgit2

extension Repository {
    /// The commit that a revision names in git's own words (`main`, `v1^{}`, `HEAD~3`); nil where it names none, or several.
    /// A branch that only the remote `origin` has counts under its own name.
    package func resolve(_ revision: String) throws(GitError) -> ObjectID? {
        if let id = try find(revision) { return id }
        return try find("refs/remotes/origin/\(revision)")
    }

    /// Commits are missing at the end of the history, as `git clone --depth` leaves it.
    package var isShallow: Bool { git_repository_is_shallow(handle.pointer) == 1 }

    private func find(_ revision: String) throws(GitError) -> ObjectID? {
        var found: OpaquePointer?
        let code = git_revparse_single(&found, handle.pointer, revision)
        defer { git_object_free(found) }
        if noSuch.contains(code) { return nil }
        try check("find \(revision)", code)
        var commit: OpaquePointer?
        let peeled = git_object_peel(&commit, found, GIT_OBJECT_COMMIT)
        defer { git_object_free(commit) }
        if noSuch.contains(peeled) || peeled == GIT_EPEEL.rawValue { return nil }
        try check("find the commit of \(revision)", peeled)
        return ObjectID(git_object_id(commit))
    }
}

private let noSuch = [GIT_ENOTFOUND.rawValue, GIT_EAMBIGUOUS.rawValue, GIT_EINVALIDSPEC.rawValue]
