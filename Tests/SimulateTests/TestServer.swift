import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP server on a port of the kernel's choice, or on a socket file.
struct TestServer {
    struct Request: Sendable {
        var method: HTTPMethod
        var path: String
        var headers: HTTPHeaders
        var body: String
    }

    struct Answer: Sendable {
        enum End: Sendable {
            case complete
            /// No answer at all.
            case never
            /// The connection closes before the announced length.
            case cut
            /// No length: the body lasts until the connection closes.
            case close
            /// The connection stays open without a length.
            case open
        }

        var status = HTTPResponseStatus.ok
        var body = ""
        var end = End.complete
    }

    var port: Int

    @discardableResult
    static func with<Result>(
        path: String? = nil, _ answer: @escaping @Sendable (Request) -> Answer,
        _ body: (TestServer) async throws -> Result
    ) async throws -> Result {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(answer))
                }
            }
        let channel =
            if let path {
                try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            }
        do {
            let result = try await body(TestServer(port: channel.localAddress?.port ?? 0))
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let answer: @Sendable (Request) -> Answer
        private var request: Request?

        init(_ answer: @escaping @Sendable (Request) -> Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                request = Request(method: head.method, path: head.uri, headers: head.headers, body: "")
            case .body(let part): request?.body += String(buffer: part)
            case .end: if let request { write(answer(request), to: request, context) }
            }
        }

        private func write(_ answer: Answer, to request: Request, _ context: ChannelHandlerContext) {
            if case .never = answer.end { return }
            // Towards HTTP/1.1 NIO would send chunks where there is no length.
            let version: HTTPVersion = if case .close = answer.end { .http1_0 } else { .http1_1 }
            var headers = HTTPHeaders()
            switch answer.end {
            case .complete: headers.add(name: "Content-Length", value: "\(answer.body.utf8.count)")
            case .cut: headers.add(name: "Content-Length", value: "\(answer.body.utf8.count + 1)")
            case .close: headers.add(name: "Connection", value: "close")
            case .open, .never: headers.add(name: "Transfer-Encoding", value: "chunked")
            }
            context.write(
                wrapOutboundOut(.head(HTTPResponseHead(version: version, status: answer.status, headers: headers))),
                promise: nil)
            if request.method != .HEAD, !answer.body.isEmpty {
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            }
            switch answer.end {
            case .complete: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .open, .never: context.flush()
            case .cut, .close:
                let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in
                    bound.value.close(promise: nil)
                }
            }
        }
    }
}
