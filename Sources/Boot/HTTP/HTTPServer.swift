import Inventory
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The listeners of the provisioning network, and their connections.
final class HTTPServer: Sendable {
    private struct State {
        var listeners: [any Channel] = []
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isQuiescing = false
    }

    static let mostConnections = 4096

    private let state = Mutex(State())
    private let group: any EventLoopGroup
    private let patience: TimeAmount
    private let kernels: AsyncStream<(Token, Boot.Kernel)>.Continuation

    init(
        group: any EventLoopGroup, patience: TimeAmount, kernels: AsyncStream<(Token, Boot.Kernel)>.Continuation
    ) {
        self.group = group
        self.patience = patience
        self.kernels = kernels
    }

    /// Binds first; the responder may need to know the port, and is asked with the first connection.
    func listen(
        at endpoint: Endpoint, responder: @escaping @Sendable (_ port: Int) -> HTTPResponder
    ) async throws -> Int {
        let (patience, kernels) = (patience, kernels)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                guard admit(channel) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    let port = channel.localAddress?.port ?? endpoint.port
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(
                        HTTPHandler(responder(port), patience: patience, kernels: kernels))
                }
            }
        let channel = try await bound("HTTP", endpoint) { try await bootstrap.bind(to: $0).get() }
        state.withLock { $0.listeners.append(channel) }
        return channel.localAddress?.port ?? endpoint.port
    }

    private func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdmitted = state.withLock { state in
            guard !state.isQuiescing, state.connections.count < Self.mostConnections else { return false }
            state.connections[id] = channel
            return true
        }
        if isAdmitted {
            channel.closeFuture.whenComplete { [self] _ in state.withLock { $0.connections[id] = nil } }
        }
        return isAdmitted
    }

    /// Takes no more connections, lets replies finish for a while, then cuts them off.
    func shutDown(within bound: Duration) async {
        let (listeners, connections) = state.withLock { state in
            state.isQuiescing = true
            return (state.listeners, Array(state.connections.values))
        }
        for listener in listeners { try? await listener.close() }
        for connection in connections { connection.pipeline.fireUserInboundEventTriggered(HTTPHandler.Quiesce()) }
        let closed = EventLoopFuture.andAllComplete(connections.map(\.closeFuture), on: group.any())
        let cut = group.any().scheduleTask(in: .milliseconds(Int64(bound / .milliseconds(1)))) {
            for connection in connections { connection.close(promise: nil) }
        }
        try? await closed.get()
        cut.cancel()
    }
}
