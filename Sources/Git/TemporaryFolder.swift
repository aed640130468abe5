import Glibc

/// A folder that only this user can enter, removed with its owner.
package struct TemporaryFolder: ~Copyable {
    package let path: String

    /// - Throws: `GitError.program` where `TMPDIR` can't be written.
    package init() throws(GitError) {
        // mkdtemp(3), which makes it for this user alone under a name that was free: Foundation's folders are everybody's to read.
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // mkdtemp puts what is free in place of the six X.
        var name = Array("\(parent)/bootlatch-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else {
            throw .program("mkdtemp in \(parent)", reason: String(cString: strerror(errno)))
        }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Returns the file's path.
    func write(_ bytes: [UInt8], to name: String) throws(GitError) -> String {
        let file = "\(path)/\(name)"
        guard let stream = fopen(file, "wx") else {
            throw .program("write \(file)", reason: String(cString: strerror(errno)))
        }
        let written = fwrite(bytes, 1, bytes.count, stream)
        guard fclose(stream) == 0, written == bytes.count else {
            throw .program("write \(file)", reason: String(cString: strerror(errno)))
        }
        return file
    }

    deinit { remove(folder: path) }
}

private func remove(folder: String) {
    if let entries = opendir(folder) {
        while let entry = readdir(entries) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX)) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            let path = "\(folder)/\(name)"
            if unlink(path) != 0 { remove(folder: path) }
        }
        closedir(entries)
    }
    rmdir(folder)
}
