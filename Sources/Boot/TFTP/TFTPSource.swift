import Inventory
import NIOCore
import NIOPosix
import Synchronization

/// Finds the bytes for TFTP requests: loaders from their directory, stub scripts.
package struct TFTPSource: Sendable {
    package struct Content: Sendable {
        package var bytes: ByteBuffer
        package var isStub: Bool
    }

    package enum Result: Sendable {
        case content(Content)
        case refused(TFTPErrorCode, String)
    }

    var plane: BootPlane
    var urls: BootURLs
    var loaders: LoaderCache

    package init(plane: BootPlane, urls: BootURLs, loaders: Directory) {
        self.plane = plane
        self.urls = urls
        self.loaders = LoaderCache(loaders)
    }

    package func content(for request: TFTPRequest, from client: Endpoint) async -> Result {
        let now = plane.actions.now()
        let standing = plane.gate.current
        let mac = TFTPName(request.file).mac ?? plane.mac(of: client.address)
        let decision = mac.map { mac in
            plane.addresses.visited(by: mac)
            return plane.decide(Sighting(mac: mac, address: client.address), on: .tftp, in: standing)
        }
        let question = TFTPQuestion(
            request, mac: mac, decision: decision,
            refuse: mac.flatMap { standing.inventory[$0]?.settings.refuse.pxe } ?? .auto,
            finishedLoader: plane.addresses.finishedLoaderLately(at: client.address, now.wall))
        switch answer(to: question) {
        case .refuse(let code, let reason): return .refused(code, reason)
        case .stub(let mac): return .content(Content(bytes: ByteBuffer(string: urls.stub(mac)), isStub: true))
        case .loader(let name):
            do {
                let bytes = try await loaders.bytes(of: name)
                return .content(Content(bytes: request.mode == "netascii" ? bytes.netascii : bytes, isStub: false))
            } catch FileError.tooLarge {
                return .refused(.undefined, "larger than a loader may be")
            } catch {
                return .refused(.notFound, "no such loader")
            }
        }
    }
}

/// The loaders directory, with what was read last kept in memory: a rack that boots reads one file.
final class LoaderCache: Sendable {
    private struct Entry {
        var version: String
        var bytes: ByteBuffer
    }

    static let largestFile = 512 << 20
    private static let largestKept = 16 << 20
    private static let mostKept = 8

    private let directory: Directory
    private let entries = Mutex<[String: Entry]>([:])

    init(_ directory: Directory) { self.directory = directory }

    func bytes(of name: String) async throws -> ByteBuffer {
        try await NIOThreadPool.singleton.runIfActive { try self.read(name) }
    }

    private func read(_ name: String) throws -> ByteBuffer {
        let file = try directory.open(name)
        guard file.size <= Self.largestFile else { throw FileError.tooLarge }
        if let kept = entries.withLock({ $0[name] }), kept.version == file.version { return kept.bytes }
        let bytes = try file.readWhole()
        if file.size <= Self.largestKept {
            entries.withLock { entries in
                if entries.count >= Self.mostKept { entries.removeAll() }
                entries[name] = Entry(version: file.version, bytes: bytes)
            }
        }
        return bytes
    }
}

extension ByteBuffer {
    /// As NVT ASCII: a line ends in CR LF, and a bare CR has a NUL behind it (RFC 1350 §1, RFC 764).
    fileprivate var netascii: ByteBuffer {
        var result = ByteBuffer()
        result.reserveCapacity(readableBytes + readableBytes / 32)
        for byte in readableBytesView {
            switch byte {
            case UInt8(ascii: "\n"): result.writeBytes([UInt8(ascii: "\r"), byte])
            case UInt8(ascii: "\r"): result.writeBytes([byte, 0])
            default: result.writeInteger(byte)
            }
        }
        return result
    }
}
