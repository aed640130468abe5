import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 client: one connection for each request, over TCP or a UNIX socket, without TLS, proxies or redirects.
///
/// Every status is an answer; only what kept an answer from arriving is an error.
package struct HTTPClient: Sendable {
    package enum Target: Hashable, Sendable, CustomStringConvertible {
        case tcp(host: String, port: Int)
        /// The path of a socket file.
        case unix(path: String)

        package var description: String {
            switch self {
            case .tcp(let host, let port): "\(host):\(port)"
            case .unix(let path): path
            }
        }
    }

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unreachable(Target, String)
        case timedOut(Target)
        /// The body was longer than the limit, in bytes.
        case tooLong(limit: Int)
        /// The connection ended before the answer did, or the answer was not HTTP.
        case broken(Target, String)

        package var description: String {
            switch self {
            case .unreachable(let target, let why): "cannot connect to \(target): \(why)"
            case .timedOut(let target): "\(target) did not answer in time"
            case .tooLong(let limit): "the answer is longer than \(limit) bytes"
            case .broken(let target, let why): "the answer of \(target) broke off: \(why)"
            }
        }
    }

    package struct Head: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
    }

    package struct Response: Sendable {
        package var status: Int
        package var headers: HTTPHeaders
        package var body: ByteBuffer

        package var text: String { String(buffer: body) }
    }

    package enum Flow: Sendable {
        case goOn
        /// Close the connection without reading the rest.
        case stop
    }

    /// The local address to connect from; nil leaves it to the kernel.
    package var source: String?
    package var group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

    package init(source: String? = nil) { self.source = source }

    /// Sends a request and gathers the answer.
    /// - Parameters:
    ///   - path: path and query, as they go on the wire.
    ///   - limit: the longest body taken, in bytes.
    package func request(
        _ method: HTTPMethod, _ target: Target, path: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        limit: Int = 16 << 20, deadline: ContinuousClock.Instant
    ) async throws -> Response {
        var gathered = ByteBuffer()
        let head = try await stream(method, target, path: path, headers: headers, body: body, deadline: deadline) {
            chunk in
            guard gathered.readableBytes + chunk.readableBytes <= limit else { throw Failure.tooLong(limit: limit) }
            gathered.writeImmutableBuffer(chunk)
            return .goOn
        }
        return Response(status: head.status, headers: head.headers, body: gathered)
    }

    /// Sends a request and hands over the answer piece by piece, as it arrives; a slow receiver slows the server down.
    /// - Parameters:
    ///   - deadline: nil for a stream of events without an end; cancel the task to leave it.
    ///   - onHead: called before the first piece.
    ///   - onChunk: called for each piece; its error ends the request and is thrown on.
    @discardableResult
    package func stream(
        _ method: HTTPMethod, _ target: Target, path: String, headers: HTTPHeaders = [:], body: ByteBuffer? = nil,
        deadline: ContinuousClock.Instant?, onHead: (Head) async throws -> Void = { _ in },
        onChunk: (ByteBuffer) async throws -> Flow
    ) async throws -> Head {
        let connection = try await connect(to: target, deadline: deadline)
        let timer = deadline.map { deadline in
            connection.channel.eventLoop.scheduleTask(in: deadline.fromNow) {
                // The error goes first: a body that lasts until the connection closes would else look complete.
                connection.channel.pipeline.fireErrorCaught(Failure.timedOut(target))
                connection.channel.close(promise: nil)
            }
        }
        defer { timer?.cancel() }
        let request = Self.head(method, target, path: path, headers: headers, length: body?.readableBytes)
        do {
            return try await connection.executeThenClose { inbound, outbound in
                try await outbound.write(.head(request))
                if let body { try await outbound.write(.body(.byteBuffer(body))) }
                try await outbound.write(.end(nil))
                return try await Self.read(inbound, from: target, onHead: onHead, onChunk: onChunk)
            }
        } catch {
            try Task.checkCancellation()
            if let deadline, ContinuousClock.now >= deadline { throw Failure.timedOut(target) }
            switch error {
            case is ChannelError, is HTTPParserError, is IOError: throw Failure.broken(target, "\(error)")
            default: throw error
            }
        }
    }

    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private func connect(to target: Target, deadline: ContinuousClock.Instant?) async throws -> Connection {
        try Task.checkCancellation()
        if let deadline, ContinuousClock.now >= deadline { throw Failure.timedOut(target) }
        let limit = min(deadline?.fromNow ?? .seconds(30), .seconds(30))
        do {
            var bootstrap = ClientBootstrap(group: group).connectTimeout(limit)
            if let source, case .tcp = target {
                bootstrap = bootstrap.bind(to: try SocketAddress(ipAddress: source, port: 0))
            }
            switch target {
            case .tcp(let host, let port):
                return try await bootstrap.connect(host: host, port: port, channelInitializer: Self.initialize)
            case .unix(let path):
                return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: Self.initialize)
            }
        } catch {
            if let deadline, ContinuousClock.now >= deadline { throw Failure.timedOut(target) }
            throw Failure.unreachable(target, Self.reason(of: error))
        }
    }

    /// NIO's own text for a refused connection quotes its sources.
    private static func reason(of error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    @Sendable private static func initialize(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            return try Connection(wrappingChannelSynchronously: channel)
        }
    }

    private static func head(
        _ method: HTTPMethod, _ target: Target, path: String, headers: HTTPHeaders, length: Int?
    ) -> HTTPRequestHead {
        var headers = headers
        if !headers.contains(name: "host") {
            switch target {
            case .tcp(let host, let port): headers.add(name: "Host", value: port == 80 ? host : "\(host):\(port)")
            case .unix: headers.add(name: "Host", value: "localhost")
            }
        }
        if let length {
            headers.replaceOrAdd(name: "Content-Length", value: "\(length)")
        } else if method == .POST || method == .PUT {
            headers.replaceOrAdd(name: "Content-Length", value: "0")
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    }

    private static func read(
        _ inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, from target: Target,
        onHead: (Head) async throws -> Void, onChunk: (ByteBuffer) async throws -> Flow
    ) async throws -> Head {
        var answer: Head?
        for try await part in inbound {
            switch part {
            case .head(let head):
                let received = Head(status: Int(head.status.code), headers: head.headers)
                answer = received
                try await onHead(received)
            case .body(let chunk):
                if case .stop = try await onChunk(chunk), let answer { return answer }
            case .end:
                if let answer { return answer }
            }
        }
        try Task.checkCancellation()
        throw Failure.broken(target, "the connection was closed")
    }
}

extension ContinuousClock.Instant {
    /// What is left until then, for NIO; never negative.
    var fromNow: TimeAmount { TimeAmount(max(.zero, ContinuousClock.now.duration(to: self))) }
}
