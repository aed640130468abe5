import Inventory
import NIOCore
import NIOPosix
import Testing

@testable import Boot

/// Over real sockets, without privilege: a relay on loopback, with a port of its own (RFC 8357).
struct DHCPServerTests {
    private func ask(_ packets: [DHCPPacket], port: Int) async throws -> [DHCPPacket] {
        let (replies, input) = AsyncStream<ByteBuffer>.makeStream()
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(input))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        var answers: [DHCPPacket] = []
        var iterator = replies.makeAsyncIterator()
        for packet in packets {
            try await channel.writeAndFlush(AddressedEnvelope(remoteAddress: server, data: packet.encoded()))
            guard let bytes = await iterator.next() else { break }
            answers.append(try DHCPPacket(decoding: bytes))
        }
        try await channel.close()
        return answers
    }

    private func relayed(_ type: DHCPPacket.MessageType, _ machine: Asking.Machine) -> DHCPPacket {
        Asking.packet(type, machine) {
            $0.relayAddress = IPv4Address(bits: 0x7F00_0001)
            $0.options.append(.relayAgent, ByteBuffer(bytes: [19, 0]))
            guard type == .request else { return }
            $0.options.append(.serverIdentifier, IPv4Address(bits: 0x7F00_0001))
            $0.options.append(.requestedAddress, Lab.reserved)
        }
    }

    @Test func `a machine gets its lease, and its script's URL with the port in use`() async throws {
        try await Running.with(Lab.standing(.armed)) { running in
            let port = try #require(running.ports.dhcp)
            let answers = try await ask([relayed(.discover, .ipxeBIOS), relayed(.request, .ipxeBIOS)], port: port)
            #expect(answers.map(\.messageType) == [.offer, .acknowledge])
            #expect(answers.allSatisfy { $0.yourAddress == Lab.reserved })
            #expect(answers.allSatisfy { $0.file.hasPrefix("\(running.base)/boot/\(Lab.mac.hyphenated)/script.ipxe?") })
            #expect(running.server.addresses[Lab.reserved] == Lab.mac)
            #expect(running.calls.all.saw == ["dhcp \(Lab.mac) armed", "dhcp \(Lab.mac) armed"])
        }
    }

    @Test func `a proxy opens its second port, and answers there`() async throws {
        try await Running.with(Lab.standing(.armed), mode: .proxy) { running in
            let port = try #require(running.ports.pxe)
            let answers = try await ask([relayed(.request, .uefi)], port: port)
            #expect(answers.map(\.file) == ["52-54-00-12-34-01/snponly.efi"])
        }
    }

    @Test func `no DHCP socket is opened where DHCP is off`() async throws {
        try await Running.with(Lab.standing(.armed), mode: .off) { running in
            #expect(running.ports.dhcp == nil)
            #expect(running.ports.pxe == nil)
        }
    }

    @Test func `an interface that is not there is named`() async {
        var settings = BootSettings()
        settings.interfaces = ["nosuch0"]
        let server = BootServer(settings, gate: Gate(), actions: Calls().actions(Gate()), log: .quiet)
        await #expect(throws: BootServerError.self) { _ = try await server.start() }
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    private let input: AsyncStream<ByteBuffer>.Continuation

    init(_ input: AsyncStream<ByteBuffer>.Continuation) { self.input = input }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { input.yield(unwrapInboundIn(data).data) }
}
