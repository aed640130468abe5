import Glibc

/// Reads a small text file; `what` says what it is for.
func readText(_ path: String, as what: String) throws(GitError) -> String {
    let limit = 4 << 20
    guard let file = fopen(path, "re") else {
        throw .credentials(reason: "cannot read \(what) \(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        count = fread(buffer.baseAddress, 1, limit, file)
    }
    guard ferror(file) == 0 else { throw .credentials(reason: "cannot read \(what) \(path)") }
    return String(decoding: bytes, as: UTF8.self)
}

/// Writes a text file. A failure is told by its next reader.
func writeText(_ text: String, to path: String) {
    guard let file = fopen(path, "we") else { return }
    fputs(text, file)
    fclose(file)
}
