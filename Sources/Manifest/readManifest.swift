import Glibc
import Inventory
import YAML

/// Why a file on disk could not be read.
package struct UnreadableFile: Error, CustomStringConvertible {
    package var description: String
}

/// Reads a manifest from the disk as a commit would hold it: links and what is no plain file are refused, and so is a file that is too
/// large, without reading it. The bytes are empty then.
package func readManifest(
    at file: String, path: String, followsLink: Bool = false
) throws(UnreadableFile) -> (file: ParsedFile, bytes: [UInt8]) {
    // Opening a pipe would wait for somebody who writes.
    let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else {
        if errno == ELOOP { return (ParsedFile(path: path, refused: symlinkAdvice), []) }
        throw UnreadableFile(description: "can't read \(file): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        return (ParsedFile(path: path, refused: "a pipe, socket or device is no manifest; remove it"), [])
    }
    let limit = Parser.Limits().bytes
    if Int(status.st_size) > limit { return (ParsedFile(path: path, bytes: Int(status.st_size), limit: limit), []) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
        let count = read(descriptor, &block, block.count)
        guard count >= 0 else {
            throw UnreadableFile(description: "can't read \(file): \(String(cString: strerror(errno)))")
        }
        if count == 0 { break }
        bytes += block[..<count]
    }
    return (parseManifest(bytes, path: path), bytes)
}

package let symlinkAdvice = "a symbolic link is never followed; commit the file itself"

extension ParsedFile {
    /// A file larger than a manifest may be.
    package init(path: String, bytes: Int, limit: Int) {
        self.init(path: path, refused: "the file has \(bytes) bytes, more than the limit of \(limit); split it")
    }

    /// A file that is not read at all; its hosts, if it ever had any, keep their leases.
    package init(path: String, refused reason: String) {
        self.init(path: path, diagnostics: [Diagnostic(.error, at: SourceLocation(path: path), reason)], isBroken: true)
    }
}
