import Inventory
import Logging
import NIOCore
import NIOHTTP1

/// One connection: collects a request, waits for its reply, writes it piece by piece. NIO's pipeline handler in front holds back
/// the next request until the reply is out.
final class HTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Asks a connection to end after the reply that it is busy with.
    struct Quiesce: Sendable {}

    private enum State {
        case idle
        case receiving(HTTPRequestHead, ByteBuffer)
        /// The rest of a request that was answered before its end is thrown away.
        case replying(keepAlive: Bool)
    }

    static let largestBody = 1 << 20

    private let responder: HTTPResponder
    private let patience: TimeAmount
    private let kernels: AsyncStream<(Token, Boot.Kernel)>.Continuation
    private var state = State.idle
    private var isQuiescing = false
    private var timer: Scheduled<Void>?

    /// `patience`: for the next request to arrive whole, and for each piece of a reply to go out.
    init(
        _ responder: HTTPResponder, patience: TimeAmount,
        kernels: AsyncStream<(Token, Boot.Kernel)>.Continuation
    ) {
        self.responder = responder
        self.patience = patience
        self.kernels = kernels
    }

    func channelActive(context: ChannelHandlerContext) { expect(context) }

    func channelInactive(context: ChannelHandlerContext) { timer?.cancel() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is Quiesce else { return context.fireUserInboundEventTriggered(event) }
        isQuiescing = true
        if case .idle = state { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), _):
            let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
            guard length <= Self.largestBody else { return tooLarge(context) }
            if head.headers.first(name: "expect")?.lowercased() == "100-continue" {
                context.writeAndFlush(
                    wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
            }
            state = .receiving(head, ByteBuffer())
        case (.body(var part), .receiving(let head, var body)):
            guard body.readableBytes + part.readableBytes <= Self.largestBody else { return tooLarge(context) }
            state = .idle
            body.writeBuffer(&part)
            state = .receiving(head, body)
        case (.end, .receiving(let head, let body)): reply(to: head, body, context)
        default: break
        }
    }

    private func tooLarge(_ context: ChannelHandlerContext) {
        state = .replying(keepAlive: false)
        write(.text(.payloadTooLarge, "bodies end at 1 MiB\n"), isHead: false, context)
    }

    private func reply(to head: HTTPRequestHead, _ body: ByteBuffer, _ context: ChannelHandlerContext) {
        timer?.cancel()
        state = .replying(keepAlive: head.isKeepAlive)
        let source = context.remoteAddress.flatMap { Endpoint($0)?.address }
        guard
            let request = HTTPRequest(head.method, head.uri, headers: head.headers, body: body, source: source)
        else { return write(.text(.badRequest, "not a path\n"), isHead: false, context) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let responder = responder
        context.eventLoop.makeFutureWithTask { await responder.respond(to: request) }
            .whenSuccess { reply in
                let (handler, context) = bound.value
                handler.write(reply, isHead: request.method == .HEAD, context)
            }
    }

    /// The next request must arrive whole within the patience.
    private func expect(_ context: ChannelHandlerContext) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }
}

extension HTTPHandler {
    private func write(_ reply: HTTPReply, isHead: Bool, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        var head = HTTPResponseHead(version: .http1_1, status: reply.status, headers: reply.headers)
        head.headers.replaceOrAdd(name: "content-length", value: "\(reply.contentLength)")
        if case .replying(let keepAlive) = state, !keepAlive || isQuiescing {
            state = .replying(keepAlive: false)
            head.headers.replaceOrAdd(name: "connection", value: "close")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        guard !isHead else { return end(context) }
        switch reply.body {
        case .text(let text): writeWhole(.byteBuffer(ByteBuffer(string: text)), context)
        case .loader(let file, let range):
            let region = FileRegion(fileHandle: file.handle, readerIndex: range.lowerBound, endIndex: range.upperBound)
            // The file must stay open until its bytes are out.
            writePiece(.fileRegion(region), context) { handler, context in
                withExtendedLifetime(file) { handler.end(context) }
            }
        case .bootable(let body):
            if let script = body.script { return writeWhole(.byteBuffer(script), context) }
            writeNext(of: body, context)
        }
    }

    /// One piece of bootable bytes for one permit; a boot that lost its permission ends in the middle of a file.
    private func writeNext(of body: BootableBody, _ context: ChannelHandlerContext) {
        guard !body.rest.isEmpty else { return end(context) }
        switch responder.plane.gate.permitBytes(body.token, now: responder.plane.actions.now()) {
        case .refused(let decision):
            responder.plane.log.info(
                "download ended", metadata: ["boot": "\(body.token)", "reason": "\(decision.reason)"])
            context.close(promise: nil)
        case .granted(let permit):
            var body = body
            guard let (data, range) = body.next(permit) else { return end(context) }
            let rest = body
            writePiece(data, context) { handler, context in
                handler.count(range, of: rest)
                handler.writeNext(of: rest, context)
            }
        }
    }

    private func count(_ range: Range<Int>, of body: BootableBody) {
        guard body.isKernel, responder.progress.wrote(range, of: body.size, body.token, body.version) else { return }
        kernels.yield((body.token, .whole))
    }

    private func writeWhole(_ data: IOData, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.body(data)), promise: nil)
        end(context)
    }

    private func writePiece(
        _ data: IOData, _ context: ChannelHandlerContext,
        then next: @escaping (HTTPHandler, ChannelHandlerContext) -> Void
    ) {
        expect(context)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success: next(self, context)
            case .failure: context.close(promise: nil)
            }
        }
        context.writeAndFlush(wrapOutboundOut(.body(data)), promise: promise)
    }

    private func end(_ context: ChannelHandlerContext) {
        guard case .replying(let mayStay) = state else { return }
        let keepAlive = mayStay && !isQuiescing
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            if !keepAlive { context.close(promise: nil) }
        }
        state = .idle
        expect(context)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }
}
