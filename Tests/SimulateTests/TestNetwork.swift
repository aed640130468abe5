import Inventory
import NIOCore
import NIOHTTP1

@testable import Simulate

/// A boot server of the plainest kind: what it answers is given by closures, ports are the kernel's choice.
struct TestNetwork: Sendable {
    /// Answers a DHCP message on port 67, or on 4011; nil stays silent.
    var dhcp: @Sendable (DHCPMessage) -> DHCPMessage? = { _ in nil }
    var pxe: @Sendable (DHCPMessage) -> DHCPMessage? = { _ in nil }
    /// Files by name for TFTP, by path for HTTP.
    var tftp: [String: String] = [:]
    var http: @Sendable (String, Endpoints) -> String? = { _, _ in nil }

    static let server = IPv4Address(bits: 0x7F00_0001)

    /// Boots a machine against this network; gives the outcome and what was said.
    func boot(_ machine: Machine, over network: Network = Network()) async throws -> (BootOutcome, [Transcript.Step]) {
        try await Datagrams.with(boundTo: Self.server) { dhcp in
            try await Datagrams.with(boundTo: Self.server) { pxe in
                try await Datagrams.with(boundTo: Self.server) { tftp in
                    let ports = Endpoints(
                        address: Self.server, dhcpPort: dhcp.port, pxePort: pxe.port, tftpPort: tftp.port)
                    let http = http
                    return try await TestServer.with { request in
                        guard let body = http(request.path, ports) else { return TestServer.Answer(status: .notFound) }
                        return TestServer.Answer(body: body)
                    } _: { server in
                        var endpoints = ports
                        endpoints.httpPort = server.port
                        return try await serve(machine, endpoints, network, dhcp, pxe, tftp)
                    }
                }
            }
        }
    }

    private func serve(
        _ machine: Machine, _ endpoints: Endpoints, _ network: Network, _ dhcp: Datagrams, _ pxe: Datagrams,
        _ tftp: Datagrams
    ) async throws -> (BootOutcome, [Transcript.Step]) {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await answer(on: dhcp, self.dhcp) }
            group.addTask { await answer(on: pxe, self.pxe) }
            group.addTask { await serveFiles(on: tftp) }
            let transcript = Transcript()
            let outcome = try await machine.boot(against: endpoints, over: network, transcript: transcript)
            group.cancelAll()
            return (outcome, transcript.steps)
        }
    }

    private func answer(on socket: Datagrams, _ reply: (DHCPMessage) -> DHCPMessage?) async {
        while let envelope = await socket.receive(until: .now + .seconds(60)) {
            var bytes = envelope.data
            guard let message = try? bytes.readDHCPMessage(), let reply = reply(message) else { continue }
            socket.send(ByteBuffer(reply), to: envelope.remoteAddress)
        }
    }

    /// One block at a time and without options: the client's state machine has its own tests for the rest.
    private func serveFiles(on socket: Datagrams) async {
        await withTaskGroup(of: Void.self) { group in
            while let envelope = await socket.receive(until: .now + .seconds(60)) {
                var bytes = envelope.data
                guard case .read(let name, _, _)? = try? bytes.readTFTPPacket() else { continue }
                let file = tftp[name]
                group.addTask {
                    try? await Datagrams.with(boundTo: Self.server) { transfer in
                        await send(file, on: transfer, to: envelope.remoteAddress)
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func send(_ file: String?, on socket: Datagrams, to address: SocketAddress) async {
        guard let file else {
            socket.send(ByteBuffer(.error(code: 1, message: "File not found")), to: address)
            return
        }
        var rest = ByteBuffer(string: file)
        var block: UInt16 = 1
        while true {
            let data = rest.readSlice(length: min(512, rest.readableBytes)) ?? ByteBuffer()
            var acknowledged = false
            while !acknowledged {
                socket.send(ByteBuffer(.data(block: block, data)), to: address)
                // Anything but this acknowledgement makes the block go out again; a silence ends the transfer.
                guard let envelope = await socket.receive(until: .now + .seconds(1)) else { return }
                var bytes = envelope.data
                let packet = try? bytes.readTFTPPacket()
                if case .error = packet { return }
                acknowledged = packet == .acknowledge(block: block)
            }
            guard data.readableBytes == 512 else { return }
            block &+= 1
        }
    }
}

extension DHCPMessage {
    /// The reply to a message, with options beside 53 and 54.
    func reply(
        from server: IPv4Address = TestNetwork.server, lease: IPv4Address? = nil, file: String? = nil,
        options: [Option] = []
    ) -> DHCPMessage {
        var reply = self
        reply.isReply = true
        reply.yours = lease ?? .any
        reply.nextServer = file == nil ? .any : server
        reply.file = Array((file ?? "").utf8)
        let kind: Kind = self.kind == .discover ? .offer : .ack
        reply.options = [Option(53, [kind.rawValue]), Option(54, server.octets)] + options
        return reply
    }

    var isFromIPXE: Bool { self[77] == Array("iPXE".utf8) }
}
