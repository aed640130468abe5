import Inventory
import NIOCore
import Testing

@testable import Simulate

@Suite struct DatagramsTests {
    private let loopback = IPv4Address(bits: 0x7F00_0001)

    private func pair(_ faults: Faults = .none, _ body: (Datagrams, Datagrams, SocketAddress) async throws -> Void)
        async throws
    {
        try await Datagrams.with(boundTo: loopback) { receiver in
            try await Datagrams.with(boundTo: loopback, faults: faults) { sender in
                try await body(sender, receiver, try SocketAddress(ipAddress: "127.0.0.1", port: receiver.port))
            }
        }
    }

    @Test func `datagrams arrive in order, also those that came before the read`() async throws {
        try await pair { sender, receiver, address in
            for number in 0..<100 { sender.send(ByteBuffer(integer: number), to: address) }
            for number in 0..<100 {
                let envelope = await receiver.receive(until: .now + .seconds(5))
                #expect(envelope?.data == ByteBuffer(integer: number))
                #expect(envelope?.remoteAddress.port == sender.port)
            }
        }
    }

    @Test func `a read ends at its deadline, and the next one still works`() async throws {
        try await pair { sender, receiver, address in
            #expect(await receiver.receive(until: .now + .milliseconds(5)) == nil)
            #expect(await receiver.receive(until: .now - .seconds(1)) == nil)
            sender.send(ByteBuffer(string: "x"), to: address)
            #expect(await receiver.receive(until: .now + .seconds(5))?.data == ByteBuffer(string: "x"))
        }
    }

    @Test func `a read ends when its task is cancelled`() async throws {
        try await pair { _, receiver, _ in
            let task = Task { await receiver.receive(until: .now + .seconds(60)) }
            task.cancel()
            #expect(await task.value == nil)
        }
    }

    @Test func `a network that loses everything delivers nothing`() async throws {
        try await pair(Faults(seed: 1, loss: 1)) { sender, receiver, address in
            sender.send(ByteBuffer(string: "x"), to: address)
            #expect(await receiver.receive(until: .now + .milliseconds(20)) == nil)
        }
    }

    @Test func `a network that repeats everything delivers twice`() async throws {
        try await pair(Faults(seed: 1, duplicates: 1, delay: .milliseconds(2))) { sender, receiver, address in
            sender.send(ByteBuffer(string: "x"), to: address)
            for _ in 0..<2 {
                #expect(await receiver.receive(until: .now + .seconds(5))?.data == ByteBuffer(string: "x"))
            }
        }
    }
}
