import Foundation
import Inventory
import NIOCore
import Testing

@testable import Boot

struct DHCPResponderTests {
    /// `BOOTLATCH_REPLIES` makes it a measurement: run it under a profiler or a counting allocator.
    private static let count = ProcessInfo.processInfo.environment["BOOTLATCH_REPLIES"].flatMap { Int($0) } ?? 1000

    private func responder(_ situation: Lab.Situation, _ calls: Calls = Calls()) -> DHCPResponder {
        let gate = Gate(Lab.standing(situation))
        var actions = calls.actions(gate)
        if Self.count > 1000 { actions.saw = { _, _, _ in } }
        return DHCPResponder(
            mode: .server, urls: Lab.urls, plane: BootPlane(gate: gate, actions: actions, log: .quiet))
    }

    @Test(arguments: [Asking.Machine.os, .uefi])
    func `thousands of requests get the same reply`(machine: Asking.Machine) throws {
        let responder = responder(.spent)
        let bytes = Asking.packet(.discover, machine).encoded()
        let allocator = ByteBufferAllocator()
        let sender = Endpoint(.any, 68)
        let first = try #require(responder.respond(to: bytes, from: sender, port: .server, allocator: allocator))
        var same = 0
        let duration = ContinuousClock().measure {
            for _ in 0..<Self.count {
                let next = responder.respond(to: bytes, from: sender, port: .server, allocator: allocator)
                if next?.bytes == first.bytes { same += 1 }
            }
        }
        #expect(same == Self.count)
        if Self.count > 1000 { print("\(machine): \(duration / Self.count) a reply") }
    }

    @Test func `what can't be read gets nothing, and is nobody's sighting`() {
        let calls = Calls()
        let responder = responder(.armed, calls)
        for bytes in [ByteBuffer(), ByteBuffer(string: "x"), ByteBuffer(repeating: 0, count: 300)] {
            let reply = responder.respond(
                to: bytes, from: Endpoint(.any, 68), port: .server, allocator: ByteBufferAllocator())
            #expect(reply == nil)
        }
        #expect(calls.all.saw.isEmpty)
    }

    @Test func `a reply of another server is no request`() {
        var packet = Asking.packet(.offer, .uefi)
        packet.operation = DHCPPacket.Operation.reply
        let reply = responder(.armed).respond(
            to: packet.encoded(), from: Endpoint(.any, 67), port: .server, allocator: ByteBufferAllocator())
        #expect(reply == nil)
    }

    @Test func `a proxy learns the address that another server gave`() throws {
        let gate = Gate(Lab.standing(.armed))
        let plane = BootPlane(gate: gate, actions: Calls().actions(gate), log: .quiet)
        let responder = DHCPResponder(mode: .proxy, urls: Lab.urls, plane: plane)
        let request = Asking.packet(.request, .uefi) { $0.options.append(.requestedAddress, Lab.reserved) }
        let reply = responder.respond(
            to: request.encoded(), from: Endpoint(.any, 68), port: .server, allocator: ByteBufferAllocator())
        #expect(reply == nil)
        #expect(plane.addresses[Lab.reserved] == Lab.mac)
    }
}
