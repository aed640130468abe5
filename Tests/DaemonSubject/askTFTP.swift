import Glibc

enum TFTPReply {
    case data
    case error(String)
}

struct TFTPFailed: Error { let what: String }

/// Asks the TFTP server on 127.0.0.1 for a file of one block (RFC 1350 §2), again and again while it is silent.
func askTFTP(for file: String, from source: String, port: Int) throws -> TFTPReply {
    let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw TFTPFailed(what: "no socket: error \(errno)") }
    defer { close(socket) }
    guard withAddress(source, port: 0, { bind(socket, $0, $1) }) == 0 else {
        throw TFTPFailed(what: "\(source) is no address of ours: error \(errno)")
    }
    let request: [UInt8] = [0, 1] + Array(file.utf8) + [0] + Array("octet".utf8) + [0]
    for _ in 0..<20 {
        _ = withAddress("127.0.0.1", port: port) { sendto(socket, request, request.count, 0, $0, $1) }
        var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&wait, 1, 1000) > 0 else { continue }
        var bytes = [UInt8](repeating: 0, count: 1024)
        var peer = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &peer) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(socket, &bytes, bytes.count, 0, $0, &length)
            }
        }
        switch (count, bytes[1]) {
        case (4..., 3):
            let acknowledgement: [UInt8] = [0, 4, bytes[2], bytes[3]]
            _ = withUnsafePointer(to: peer) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    sendto(socket, acknowledgement, acknowledgement.count, 0, $0, length)
                }
            }
            return .data
        case (5..., 5): return .error(String(decoding: bytes[4..<count].prefix { $0 != 0 }, as: UTF8.self))
        default: throw TFTPFailed(what: "\(count) bytes, opcode \(bytes[1])")
        }
    }
    throw TFTPFailed(what: "nobody answers on port \(port)")
}

private func withAddress(_ text: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int) -> Int {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    inet_pton(AF_INET, text, &address.sin_addr)
    return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

private func withAddress(_ text: String, port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    Int32(withAddress(text, port: port) { Int(body($0, $1)) as Int })
}
