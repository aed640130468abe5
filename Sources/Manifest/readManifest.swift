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
    guard let bytes = readBytes(of: descriptor, atMost: limit) else {
        throw UnreadableFile(description: "can't read \(file): \(String(cString: strerror(errno)))")
    }
    return (parseManifest(bytes, path: path), bytes)
}

/// Reads a template from the disk as a commit would hold it.
///
/// - Parameter path: in the work tree whose folder is `root`.
package func readTemplate(at path: String, in root: String) -> TemplateFile {
    var file = root
    var status = stat()
    for part in path.split(separator: "/") {
        file += "/" + part
        guard lstat(file, &status) == 0 else { return missingTemplate }
        if status.st_mode & S_IFMT == S_IFLNK { return .unusable(symlinkAdvice) }
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return missingTemplate }
    guard status.st_size <= templateLimit else { return tooLargeTemplate(Int(status.st_size)) }
    let descriptor = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return .unusable("it can't be read: \(String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    guard let bytes = readBytes(of: descriptor, atMost: templateLimit) else {
        return .unusable("it can't be read: \(String(cString: strerror(errno)))")
    }
    return parseTemplate(bytes)
}

/// One byte more where there are more than `limit`; nil on an error.
private func readBytes(of descriptor: Int32, atMost limit: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= limit {
        let count = read(descriptor, &block, block.count)
        if count < 0 { return nil }
        if count == 0 { break }
        bytes += block[..<count]
    }
    return bytes
}

package let submoduleAdvice = "a submodule is never followed; commit its files themselves"
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
