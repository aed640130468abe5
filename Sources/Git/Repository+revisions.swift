import CLibgit2

extension Repository {
    /// The commit that a revision names in git's own words (`main`, `v1^{}`, `HEAD~3`); nil where it names none, or several.
    /// A branch that only the remote `origin` has counts under its own name.
    package func resolve(_ revision: String) async throws(GitError) -> ObjectID? {
        if let id = try await find(revision) { return id }
        return try await find("refs/remotes/origin/\(revision)")
    }

    /// Commits are missing at the end of the history, as `git clone --depth` leaves it.
    package var isShallow: Bool { git_repository_is_shallow(handle.pointer) == 1 }

    private func find(_ revision: String) async throws(GitError) -> ObjectID? {
        do throws(GitError) {
            return try findByLibrary(revision)
        } catch {
            guard error.isOfMalformedCommit else { throw error }
        }
        let arguments = [
            "git", "-c", "safe.directory=*", "--git-dir", path, "rev-parse", "--verify", "--quiet", "--end-of-options",
            "\(revision)^{commit}",
        ]
        let result = try await bounded(.seconds(10), as: "git rev-parse") { (operation) throws(GitError) in
            try run(arguments, until: operation)
        }
        return ObjectID(hex: result.output.split(separator: "\n").first ?? "")
    }

    private func findByLibrary(_ revision: String) throws(GitError) -> ObjectID? {
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
