import Inventory
import NIOCore
import NIOPosix
import Synchronization

/// A UDP socket whose reads have deadlines, behind a network with `Faults`.
final class Datagrams: Sendable {
    typealias Envelope = AddressedEnvelope<ByteBuffer>

    private struct State {
        var arrived: [Envelope] = []
        var reader: CheckedContinuation<Envelope?, Never>?
        /// Tells a late timer that the reader it was set for is gone.
        var reads = 0
        var random: SeededRandom
    }

    private let channel: any Channel
    private let inbox: Inbox

    /// Opens a socket, runs `body` with it and closes it again, however `body` ends.
    static func with<Result>(
        boundTo address: IPv4Address, port: Int = 0, faults: Faults = .none,
        _ body: (Datagrams) async throws -> Result
    ) async throws -> Result {
        let inbox = Inbox(faults: faults)
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Receiver(inbox))
                }
            }
            .channelOption(.socketOption(.so_rcvbuf), value: 1 << 20)
            .bind(host: "\(address)", port: port).get()
        let datagrams = Datagrams(channel: channel, inbox: inbox)
        do {
            let result = try await body(datagrams)
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    /// Sends without waiting: a datagram that the kernel refuses is as lost as one that the network drops.
    func send(_ bytes: ByteBuffer, to address: SocketAddress) {
        for delay in inbox.fate() {
            let (channel, envelope) = (channel, Envelope(remoteAddress: address, data: bytes))
            if delay == .zero {
                channel.writeAndFlush(envelope, promise: nil)
            } else {
                channel.eventLoop.scheduleTask(in: TimeAmount(delay)) { channel.writeAndFlush(envelope, promise: nil) }
            }
        }
    }

    /// The next datagram, or nil when none came before the deadline or the task was cancelled.
    func receive(until deadline: ContinuousClock.Instant) async -> Envelope? {
        let timer = Mutex<Scheduled<Void>?>(nil)
        let envelope = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard let read = inbox.register(continuation) else { return }
                let scheduled = channel.eventLoop.scheduleTask(in: deadline.fromNow) { [inbox] in inbox.giveUp(read) }
                timer.withLock { $0 = scheduled }
                if Task.isCancelled { inbox.giveUp(read) }
            }
        } onCancel: {
            inbox.giveUp(nil)
        }
        timer.withLock { $0?.cancel() }
        return envelope
    }

    /// Where the event loop and the one reader meet.
    private final class Inbox: Sendable {
        private let faults: Faults
        private let state: Mutex<State>

        init(faults: Faults) {
            self.faults = faults
            state = Mutex(State(random: SeededRandom(seed: faults.seed)))
        }

        func fate() -> [Duration] { state.withLock { faults.fate(&$0.random) } }

        func deliver(_ envelope: Envelope) {
            let reader = state.withLock { state -> CheckedContinuation<Envelope?, Never>? in
                guard let reader = state.reader else {
                    state.arrived.append(envelope)
                    return nil
                }
                state.reader = nil
                return reader
            }
            reader?.resume(returning: envelope)
        }

        /// The number of the read that now waits; nil when the continuation was answered at once.
        func register(_ continuation: CheckedContinuation<Envelope?, Never>) -> Int? {
            let (envelope, read) = state.withLock { state -> (Envelope?, Int) in
                state.reads += 1
                guard state.arrived.isEmpty else { return (state.arrived.removeFirst(), state.reads) }
                state.reader = continuation
                return (nil, state.reads)
            }
            guard let envelope else { return read }
            continuation.resume(returning: envelope)
            return nil
        }

        func giveUp(_ read: Int?) {
            let reader = state.withLock { state -> CheckedContinuation<Envelope?, Never>? in
                guard read == nil || read == state.reads else { return nil }
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume(returning: nil)
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = Envelope

        private let inbox: Inbox

        init(_ inbox: Inbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            for delay in inbox.fate() {
                if delay == .zero {
                    inbox.deliver(envelope)
                } else {
                    context.eventLoop.scheduleTask(in: TimeAmount(delay)) { [inbox] in inbox.deliver(envelope) }
                }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // An ICMP "port unreachable" shows up here; like on a real network, it means that no answer comes.
        }
    }
}
