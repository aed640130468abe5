import Glibc
import NIOCore

/// A regular file that is open for reading; closed with its last reference.
final class OpenFile: Sendable {
    let handle: NIOFileHandle
    let size: Int
    /// Changes with the file's content, for `ETag` and caches.
    let version: String

    fileprivate init(handle: NIOFileHandle, size: Int, version: String) {
        self.handle = handle
        self.size = size
        self.version = version
    }

    deinit {
        // NIO insists on an explicit close; a failure on a file that was only read loses nothing.
        try? handle.close()
    }

    /// Reads all of it. Blocks: for the thread pool.
    func readWhole() throws(FileError) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: size)
        while buffer.readableBytes < size {
            let offset = buffer.readableBytes
            let count =
                (try? handle.withUnsafeFileDescriptor { descriptor in
                    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size - offset) { room in
                        max(0, pread(descriptor, room.baseAddress, min(room.count, size - offset), off_t(offset)))
                    }
                }) ?? 0
            guard count > 0 else { throw .unreadable }
        }
        return buffer
    }
}

enum FileError: Error {
    /// Nothing there, or nothing that may be shown.
    case notFound
    case unreadable
    case tooLarge
}

/// A directory that files are served from, and no way out of it.
package struct Directory: Sendable, Hashable {
    package var path: String

    package init(_ path: String) { self.path = path }

    /// Opens a regular file by its relative name. Symlinks are followed inside the directory, never out of it. Blocks: for the
    /// thread pool.
    func open(_ name: String) throws(FileError) -> OpenFile {
        let parts = name.split(separator: "/", omittingEmptySubsequences: true)
        guard !parts.isEmpty, parts.allSatisfy(Self.isPlain) else { throw .notFound }
        guard let root = Self.resolve(path) else { throw .notFound }
        // Not blocking, so that a FIFO left here can't hold the thread.
        let descriptor = Glibc.open(
            root + "/" + parts.joined(separator: "/"), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .notFound }
        let handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
        var status = stat()
        // What was opened is judged, not what its name pointed to a moment ago.
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            let real = Self.resolve("/proc/self/fd/\(descriptor)"), root == "/" || real.hasPrefix(root + "/")
        else {
            try? handle.close()
            throw .notFound
        }
        let modified = status.st_mtim
        return OpenFile(
            handle: handle, size: Int(status.st_size),
            version: "\(status.st_ino)-\(status.st_size)-\(modified.tv_sec).\(modified.tv_nsec)")
    }

    private static func isPlain(_ part: Substring) -> Bool {
        part != "." && part != ".." && !part.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\\") }
    }

    private static func resolve(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
