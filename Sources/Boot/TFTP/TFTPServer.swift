import Inventory
import Logging
import NIOCore
import NIOPosix

/// Takes requests on the server's port and opens a session for each.
final class TFTPHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let source: TFTPSource
    private let local: IPv4Address
    private var sessions: [Endpoint: (any Channel)?] = [:]

    /// Sockets are bounded: a flood of requests must not take the daemon's descriptors.
    static let mostSessions = 1024

    init(_ source: TFTPSource, local: IPv4Address) {
        self.source = source
        self.local = local
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let client = Endpoint(envelope.remoteAddress), let packet = try? TFTPPacket(decoding: envelope.data)
        else { return }
        switch packet {
        case .read(let request): begin(request, from: client, at: envelope.remoteAddress, context)
        case .write: refuse(.accessViolation, "read only", envelope.remoteAddress, context)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        for channel in sessions.values { channel?.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        source.plane.log.debug("TFTP socket error", metadata: ["error": "\(error)"])
    }

    private func begin(
        _ request: TFTPRequest, from client: Endpoint, at address: SocketAddress, _ context: ChannelHandlerContext
    ) {
        // A repeated request: its transfer repeats the first packet by itself.
        guard sessions[client] == nil else { return }
        guard sessions.count < Self.mostSessions else { return refuse(.undefined, "busy", address, context) }
        sessions.updateValue(nil, forKey: client)
        let loop = context.eventLoop
        let bound = NIOLoopBound((self, context), eventLoop: loop)
        let source = source
        loop.makeFutureWithTask { await source.content(for: request, from: client) }
            .whenComplete { result in
                let (handler, context) = bound.value
                switch result {
                case .success(.content(let content)):
                    handler.open(request, content, client, address, context)
                case .success(.refused(let code, let reason)):
                    handler.sessions[client] = nil
                    handler.refuse(code, reason, address, context)
                case .failure:
                    handler.sessions[client] = nil
                    handler.refuse(.undefined, "not now", address, context)
                }
            }
    }

    private func open(
        _ request: TFTPRequest, _ content: TFTPSource.Content, _ client: Endpoint, _ address: SocketAddress,
        _ context: ChannelHandlerContext
    ) {
        let source = source
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let log = source.plane.log
        guard let local = Endpoint(local, 0).socketAddress else { return }
        DatagramBootstrap(group: context.eventLoop)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let session = TFTPSession(request, content: content.bytes, to: address, log: log) { isWhole in
                        bound.value.ended(content, client, isWhole)
                    }
                    try channel.pipeline.syncOperations.addHandler(session)
                }
            }
            .bind(to: local)
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    if bound.value.sessions[client] != nil { bound.value.sessions.updateValue(channel, forKey: client) }
                case .failure(let error):
                    bound.value.sessions[client] = nil
                    log.warning("can't open a socket for TFTP", metadata: ["error": "\(error)"])
                }
            }
    }

    private func ended(_ content: TFTPSource.Content, _ client: Endpoint, _ isWhole: Bool) {
        sessions[client] = nil
        guard isWhole else { return }
        if content.isStub {
            source.plane.addresses.finishedStub(at: client.address)
        } else {
            source.plane.addresses.finishedLoader(at: client.address, source.plane.actions.now().wall)
        }
    }

    private func refuse(
        _ code: TFTPErrorCode, _ reason: String, _ address: SocketAddress, _ context: ChannelHandlerContext
    ) {
        source.plane.log.info("TFTP refused", metadata: ["client": "\(address)", "reason": "\(reason)"])
        let bytes = TFTPPacket.error(code, reason).encoded(by: context.channel.allocator)
        context.writeAndFlush(wrapOutboundOut(AddressedEnvelope(remoteAddress: address, data: bytes)), promise: nil)
    }
}

enum TFTPServer {
    static func bind(
        _ source: TFTPSource, address: IPv4Address, port: Int, loop: any EventLoop
    ) async throws -> any Channel {
        let bootstrap = DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: 1 << 20)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 2048))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(TFTPHandler(source, local: address))
                }
            }
        return try await bound("TFTP", Endpoint(address, port)) { try await bootstrap.bind(to: $0).get() }
    }
}
