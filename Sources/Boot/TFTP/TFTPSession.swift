import Inventory
import Logging
import NIOCore

/// One transfer on a socket of its own: its port is the server's transfer id (RFC 1350 §4).
final class TFTPSession: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let client: SocketAddress
    private let content: ByteBuffer
    private let log: Logger
    private let finished: (Bool) -> Void
    private var transfer: TFTPTransfer
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    /// When the timer fires.
    private var alarm = NIODeadline.distantFuture
    private var isOver = false

    /// `finished` hears once, on the loop, whether the last block arrived.
    init(
        _ request: TFTPRequest, content: ByteBuffer, to client: SocketAddress, log: Logger,
        finished: @escaping (Bool) -> Void
    ) {
        self.client = client
        self.content = content
        self.log = log
        self.finished = finished
        transfer = TFTPTransfer(
            terms: TFTPTerms(request, size: content.readableBytes), size: content.readableBytes)
    }

    func channelActive(context: ChannelHandlerContext) {
        perform(transfer.start(), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard envelope.remoteAddress == client else {
            // RFC 1350 §4: an error to the stranger, and the transfer goes on.
            let packet = TFTPPacket.error(.unknownTransfer, "not your transfer")
            send(packet.encoded(by: context.channel.allocator), to: envelope.remoteAddress, context)
            return context.flush()
        }
        guard let packet = try? TFTPPacket(decoding: envelope.data) else { return }
        switch packet {
        case .acknowledgement(let block): perform(transfer.receive(acknowledgement: block), context)
        case .error(_, let text):
            log.debug("TFTP client stopped", metadata: ["client": "\(client)", "error": "\(text)"])
            end(false, context)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log.debug("TFTP socket error", metadata: ["client": "\(client)", "error": "\(error)"])
    }

    func channelInactive(context: ChannelHandlerContext) { end(false, context) }

    private func perform(_ step: TFTPTransfer.Step, _ context: ChannelHandlerContext) {
        switch step {
        case .wait: return
        case .finished: return end(true, context)
        case .abandoned: return end(false, context)
        case .sendOptions:
            let packet = TFTPPacket.optionAcknowledgement(transfer.terms.accepted)
            send(packet.encoded(by: context.channel.allocator), to: client, context)
        case .send(let blocks):
            for block in blocks {
                let bytes = transfer.bytes(of: block)
                var packet = context.channel.allocator.buffer(capacity: bytes.count + 4)
                packet.writeMultipleIntegers(3 as UInt16, UInt16(truncatingIfNeeded: block))
                if let payload = content.getSlice(at: content.readerIndex + bytes.lowerBound, length: bytes.count) {
                    packet.writeImmutableBuffer(payload)
                }
                send(packet, to: client, context)
            }
        }
        context.flush()
        deadline = .now() + .seconds(Int64(transfer.patience))
        // The first block, and progress after a repetition, whose pause was longer.
        if deadline < alarm { arm(context) }
    }

    private func send(_ bytes: ByteBuffer, to address: SocketAddress, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(AddressedEnvelope(remoteAddress: address, data: bytes)), promise: nil)
    }

    /// One timer that looks at the deadline when it fires: rescheduling it for every block would cost more than
    /// the block. Only an earlier deadline does it.
    private func arm(_ context: ChannelHandlerContext) {
        guard !isOver else { return }
        timer?.cancel()
        alarm = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [self] in
            if NIODeadline.now() >= deadline { perform(transfer.timeOut(), context) }
            arm(context)
        }
    }

    private func end(_ isWhole: Bool, _ context: ChannelHandlerContext) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        finished(isWhole)
        context.close(promise: nil)
    }
}
