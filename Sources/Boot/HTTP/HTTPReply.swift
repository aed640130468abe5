import NIOCore
import NIOHTTP1

/// What goes back to a client.
package struct HTTPReply: Sendable {
    enum Body: Sendable {
        /// Texts of ours that boot nothing.
        case text(String)
        /// A loader, which boots nothing by itself.
        case loader(OpenFile, Range<Int>)
        case bootable(BootableBody)
    }

    var status: HTTPResponseStatus
    var headers = HTTPHeaders()
    var body: Body

    static func text(_ status: HTTPResponseStatus, _ text: String) -> HTTPReply {
        HTTPReply(status: status, headers: ["content-type": "text/plain; charset=utf-8"], body: .text(text))
    }

    static func script(_ body: BootableBody) -> HTTPReply {
        HTTPReply(status: .ok, headers: ["content-type": "text/plain; charset=utf-8"], body: .bootable(body))
    }

    /// A file, or the part of it that the client asked for.
    static func file(_ body: BootableBody, _ request: HTTPRequest) -> HTTPReply {
        var (status, headers, body) = (HTTPResponseStatus.ok, HTTPHeaders.file(body.version), body)
        switch ByteRange(request.headers, size: body.size, version: body.version) {
        case .whole: break
        case .part(let range):
            status = .partialContent
            headers.add(name: "content-range", value: range.header(of: body.size))
            body.narrow(to: range)
        case .unsatisfiable: return unsatisfiable(body.size)
        }
        return HTTPReply(status: status, headers: headers, body: .bootable(body))
    }

    static func file(_ file: OpenFile, named name: String, _ request: HTTPRequest) -> HTTPReply {
        let version = "\"\(file.version)\""
        var (status, headers, part) = (HTTPResponseStatus.ok, HTTPHeaders.file(version), 0..<file.size)
        // UEFI HTTP boot wants to know that this is a program.
        if name.hasSuffix(".efi") { headers.replaceOrAdd(name: "content-type", value: "application/efi") }
        switch ByteRange(request.headers, size: file.size, version: version) {
        case .whole: break
        case .part(let range):
            status = .partialContent
            headers.add(name: "content-range", value: range.header(of: file.size))
            part = range
        case .unsatisfiable: return unsatisfiable(file.size)
        }
        return HTTPReply(status: status, headers: headers, body: .loader(file, part))
    }

    private static func unsatisfiable(_ size: Int) -> HTTPReply {
        var reply = text(.rangeNotSatisfiable, "no such range\n")
        reply.headers.add(name: "content-range", value: "bytes */\(size)")
        return reply
    }

    var contentLength: Int {
        switch body {
        case .text(let text): text.utf8.count
        case .loader(_, let range): range.count
        case .bootable(let body): body.rest.count
        }
    }
}

extension HTTPHeaders {
    fileprivate static func file(_ version: String) -> HTTPHeaders {
        ["content-type": "application/octet-stream", "accept-ranges": "bytes", "etag": version]
    }
}

extension Range<Int> {
    fileprivate func header(of size: Int) -> String { "bytes \(lowerBound)-\(upperBound - 1)/\(size)" }
}
