import Glibc
import Inventory
import Logging
import NIOCore
import NIOPosix

/// Answers on one socket, on its event loop: no task, no await between read and write.
final class DHCPHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let responder: DHCPResponder
    private let port: DHCPQuestion.Port
    private var hasWritten = false

    init(_ responder: DHCPResponder, port: DHCPQuestion.Port) {
        self.responder = responder
        self.port = port
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let sender = Endpoint(envelope.remoteAddress),
            let (bytes, destination) = responder.respond(
                to: envelope.data, from: sender, port: port, allocator: context.channel.allocator),
            let destination = destination.socketAddress
        else { return }
        context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: destination, data: bytes)), promise: nil)
        hasWritten = true
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasWritten { context.flush() }
        hasWritten = false
    }

    /// An unreachable client shows as an error on this socket; the next one must be answered all the same.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        responder.plane.log.debug("DHCP socket error", metadata: ["error": "\(error)"])
    }
}

enum DHCPServer {
    /// One socket for one interface. NIO can't choose the interface of a datagram that it sends, so the socket is bound to one;
    /// on loopback its address is enough, and takes no privilege.
    static func bind(
        _ responder: DHCPResponder, port: DHCPQuestion.Port, number: Int, on interface: BootInterface,
        loop: any EventLoop
    ) async throws -> any Channel {
        let isLoopback = interface.isLoopback
        let bootstrap = DatagramBootstrap(group: loop)
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.socketOption(.so_broadcast), value: 1)
            .channelOption(.socketOption(.so_rcvbuf), value: 4 << 20)
            .channelOption(.datagramVectorReadMessageCount, value: 32)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 32 * 2048))
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelInitializer { channel in
                let ready =
                    isLoopback ? channel.eventLoop.makeSucceededVoidFuture() : bindToDevice(channel, interface.name)
                return ready.flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(DHCPHandler(responder, port: port))
                }
            }
        let endpoint = Endpoint(isLoopback ? interface.address : .any, number)
        return try await bound(port == .pxe ? "PXE's DHCP port" : "DHCP", endpoint) { address in
            try await bootstrap.bind(to: address).get()
        }
    }

    private static func bindToDevice(_ channel: any Channel, _ name: String) -> EventLoopFuture<Void> {
        guard let provider = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
        }
        // The kernel reads the name up to its NUL, as `struct ifreq` holds it.
        var raw = InterfaceName()
        withUnsafeMutableBytes(of: &raw) { $0.copyBytes(from: name.utf8.prefix(15)) }
        return provider.unsafeSetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_BINDTODEVICE), value: raw)
    }
}

/// `IFNAMSIZ` bytes.
private struct InterfaceName: Sendable {
    var bytes: (UInt64, UInt64) = (0, 0)
}
