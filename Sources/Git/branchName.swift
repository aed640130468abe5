import CLibgit2

/// Whether a branch may be called so (git-check-ref-format(1)): `main` or `site/lab`, but not `../x` or `a b`.
///
/// - Throws: `GitError` when libgit2 can't be started.
package func isBranchName(_ name: String) throws(GitError) -> Bool {
    try startLibrary()
    var isValid: Int32 = 0
    return git_branch_name_is_valid(&isValid, name) == 0 && isValid == 1
}
