import Glibc

extension Repository {
    /// The number of packs. Each fetch adds one, and reading slows with them.
    package var packs: Int {
        guard let directory = opendir("\(path)/objects/pack") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".pack") { count += 1 }
        }
        return count
    }

    /// Gathers all packs and loose objects in one pack, with the `git` program. Nothing is lost, objects that no ref
    /// reaches included: the journal may still name commits that a force push dropped.
    package func repack(deadline: Duration = .seconds(600)) async throws(GitError) {
        let path = path
        let arguments = [
            "git", "-C", path, "-c", "repack.writeBitmaps=false", "repack", "-a", "-d", "--keep-unreachable", "--quiet",
        ]
        let result = try await bounded(deadline, as: "git repack") { (operation) throws(GitError) in
            try run(arguments, until: operation)
        }
        guard result.status == 0 else { throw .program("git repack", reason: result.reason) }
        // The old handle still maps packs that are gone.
        handle = try Repository.open(path)
    }
}
