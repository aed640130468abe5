import CLibgit2

/// A repository that somebody works in, and its files on disk.
package struct WorkTree: Sendable {
    /// For `Repository(bareAt:)`: it reads the objects of any repository.
    package let repository: String
    /// The folder of the files, without a slash at its end; nil for a bare repository.
    package let root: String?

    /// The repository that `path` lies in; nil where there is none up to the root of the disk.
    package static func around(_ path: String) throws(GitError) -> WorkTree? {
        try startLibrary()
        var found: OpaquePointer?
        let code = git_repository_open_ext(&found, path, 0, nil)
        if code == GIT_ENOTFOUND.rawValue { return nil }
        let handle = try Handle("open the repository around \(path)", free: git_repository_free) {
            $0.pointee = found
            return code
        }
        let root = git_repository_workdir(handle.pointer).map { String(cString: $0) }
        return WorkTree(repository: String(cString: git_repository_path(handle.pointer)), root: root.map(withoutSlash))
    }

    /// The files that differ from HEAD's, staged or not, new ones among them unless they are ignored; in order.
    package func changes() async throws(GitError) -> [String] {
        do throws(GitError) {
            return try changesByLibrary()
        } catch {
            guard error.isOfMalformedCommit else { throw error }
        }
        let arguments = [
            "git", "-c", "safe.directory=*", "-C", root ?? repository, "status", "--porcelain", "-z", "--no-renames",
            "--untracked-files=all",
        ]
        let result = try await bounded(.seconds(60), as: "git status") { (operation) throws(GitError) in
            try run(arguments, until: operation)
        }
        guard result.status == 0 else { throw .program("git status", reason: result.reason) }
        // Two letters and a space before each name.
        return result.output.split(separator: "\0").map { String($0.dropFirst(3)) }.sorted()
    }

    private func changesByLibrary() throws(GitError) -> [String] {
        let path = root ?? repository
        let handle = try Handle("open \(path)", free: git_repository_free) { git_repository_open_ext($0, path, 0, nil) }
        var options = git_status_options()
        git_status_options_init(&options, UInt32(GIT_STATUS_OPTIONS_VERSION))
        options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED.rawValue | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS.rawValue
        let list = try Handle("compare the files of \(path) with HEAD", free: git_status_list_free) {
            git_status_list_new($0, handle.pointer, &options)
        }
        var paths: Set<String> = []
        for index in 0..<git_status_list_entrycount(list.pointer) {
            guard let entry = git_status_byindex(list.pointer, index) else { continue }
            for delta in [entry.pointee.head_to_index, entry.pointee.index_to_workdir].compactMap({ $0 }) {
                for file in [delta.pointee.old_file, delta.pointee.new_file] {
                    if let name = file.path { paths.insert(String(cString: name)) }
                }
            }
        }
        return paths.sorted()
    }
}

private func withoutSlash(_ path: String) -> String {
    path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
}
