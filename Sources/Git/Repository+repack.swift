import Glibc

extension Repository {
    /// The number of packs. Each fetch adds one, and reading slows with them.
    package var packs: Int { entries(of: "\(path)/objects/pack").filter { $0.hasSuffix(".pack") }.count }

    /// The number of objects in files of their own. Each commit of ours adds some.
    package var looseObjects: Int {
        entries(of: "\(path)/objects").filter { $0.utf8.count == 2 && UInt8($0, radix: 16) != nil }
            .reduce(0) { $0 + entries(of: "\(path)/objects/\($1)").filter { $0.utf8.count == 38 }.count }
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

/// The names in a directory; none where there is no such directory.
private func entries(of folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        names.append(
            withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
}
