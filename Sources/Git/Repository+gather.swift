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
        let walk = try Handle("walk to \(head.short)", free: git_revwalk_free) { git_revwalk_new($0, handle.pointer) }
        var oid = head.oid
        try check("walk to \(head.short)", git_revwalk_push(walk.pointer, &oid))
        oid = base.oid
        try check("walk from \(base.short)", git_revwalk_hide(walk.pointer, &oid))
        let pack = try Handle("pack \(head.short)", free: git_packbuilder_free) {
            git_packbuilder_new($0, handle.pointer)
        }
        try check("pack \(head.short)", git_packbuilder_insert_walk(pack.pointer, walk.pointer))
        try check(
            "write the pack of \(head.short)",
            git_packbuilder_write(pack.pointer, path + "/objects/pack", 0, nil, nil))
    }
}

/// What is written through this handle goes to memory: the database asks the backend of the highest number first, and frees it.
private func keepInMemory(what handle: borrowing Handle) throws(GitError) {
    let repository = handle.pointer
    let database = try Handle("open the objects", free: git_odb_free) { git_repository_odb($0, repository) }
    var memory: OpaquePointer?
    try check("keep objects in memory", git_mempack_new(&memory))
    try check("keep objects in memory", git_odb_add_backend(database.pointer, memory, 999))
}
