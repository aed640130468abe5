import Inventory
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import Boot

/// What a MAC that nobody knows gets where a host waits to be seen: a loader by DHCP, and a script that waits.
struct WaitingScriptTests {
    private static let uuid = "4c4c4544-0042-3510-8052-b2c04f4b3232"
    private static let stranger = MACAddress(bits: 0x5254_0012_3451)
    private static let host = Host.ID(name: "node-01")

    /// The lab's host without a MAC, armed, known by this label.
    private func standing(
        _ labels: [String: String], introduce: BootPolicy.Introduce? = nil, situation: Lab.Situation = .armed
    ) throws -> Standing {
        let key = try #require(MACAddress(unseenBy: labels))
        var standing = Lab.standing(situation, mac: key)
        let path = "inventory/node-01.yaml"
        var host = try #require(standing.inventory[Self.host]?.host)
        host.labels = labels
        let file = ParsedFile(path: path, hosts: [host])
        let policy = BootPolicy(name: "lab", location: SourceLocation(path: "policies/lab.yaml"), introduce: introduce)
        standing.inventory =
            standing.inventory.advanced(
                by: Delta([
                    path: .read(file, content: "1"),
                    "policies/lab.yaml": .read(ParsedFile(path: "policies/lab.yaml", policies: [policy]), content: "2"),
                ])
            ).inventory
        return standing
    }

    /// Answers whoever asks for a script, and counts them.
    private final class Strangers: Sendable {
        private let log = Mutex<[Sighting]>([])
        var all: [Sighting] { log.withLock { $0 } }
        func saw(_ sighting: Sighting) { log.withLock { $0.append(sighting) } }
    }

    private func reply(
        _ mode: DHCPMode, _ standing: Standing, _ machine: Asking.Machine, uuid: Bool,
        strangers: Strangers = Strangers(), calls: Calls = Calls(), type: DHCPPacket.MessageType = .discover
    ) throws -> DHCPPacket? {
        let gate = Gate(standing)
        var actions = calls.actions(gate)
        actions.introduce = { sighting in
            strangers.saw(sighting)
            return .expected(Self.host, RefusePolicy())
        }
        let responder = DHCPResponder(
            mode: mode, urls: Lab.urls, plane: BootPlane(gate: gate, actions: actions, log: .quiet))
        let packet = Asking.packet(type, machine, mac: Self.stranger) { packet in
            guard uuid else { return }
            var value = ByteBuffer(integer: 0 as UInt8)
            value.writeBytes([
                0x44, 0x45, 0x4C, 0x4C, 0x42, 0, 0x10, 0x35, 0x80, 0x52, 0xB2, 0xC0, 0x4F, 0x4B, 0x32, 0x32,
            ])
            packet.options.append(.machineIdentifier, value)
        }
        let answer = responder.respond(
            to: packet.encoded(), from: Endpoint(.any, 68), port: .server, allocator: ByteBufferAllocator())
        return try answer.map { try DHCPPacket(decoding: $0.bytes) }
    }

    @Test(
        arguments: [
            (.bios, "52-54-00-12-34-51/undionly.kpxe"), (.uefi, "52-54-00-12-34-51/snponly.efi"),
            (.http, "http://10.77.0.1:8080/loaders/snponly.efi"),
            (
                .ipxeBIOS,
                "http://10.77.0.1:8080/boot/52-54-00-12-34-51/script.ipxe?platform=pcbios&uuid=${uuid}&serial=${serial:uristring}"
            ), (.os, nil),
        ] as [(Asking.Machine, String?)], [DHCPMode.proxy, .server])
    func `the UUID of an armed host gets a loader, and from a server that host's address`(
        expected: (machine: Asking.Machine, file: String?), mode: DHCPMode
    ) throws {
        let strangers = Strangers()
        let answer = try reply(
            mode, standing(["uuid": Self.uuid]), expected.machine, uuid: true, strangers: strangers)
        let file = answer.map { $0.file.isEmpty ? $0.options.text(.bootFile) ?? "" : $0.file }
        #expect(file == expected.file)
        if let answer { #expect(answer.yourAddress == (mode == .server ? Lab.reserved : .any)) }
        // A packet binds nobody: only a script request does.
        #expect(strangers.all.isEmpty)
    }

    @Test(arguments: [DHCPMode.proxy, .server])
    func `where a policy introduces, any MAC of the network gets a loader, and nobody's address`(mode: DHCPMode) throws
    {
        let standing = try standing(["serial": "CZ2041"], introduce: .loader)
        let answer = try #require(try reply(mode, standing, .bios, uuid: false))
        #expect(answer.file == "52-54-00-12-34-51/undionly.kpxe")
        #expect(answer.yourAddress == .any)
        #expect(answer.serverAddress == Lab.urls.address)
        #expect(try reply(mode, standing, .os, uuid: false) == nil)
    }

    @Test(arguments: [DHCPMode.proxy, .server], [Asking.Machine.bios, .uefi, .http, .ipxeBIOS, .ipxeUEFI, .os])
    func `an unknown MAC gets nothing at all where no armed host waits for it`(mode: DHCPMode, machine: Asking.Machine)
        throws
    {
        for standing in [
            Lab.standing(.armed), Lab.standing(.unknown), try standing(["uuid": Self.uuid], situation: .off),
            try standing(["uuid": Self.uuid], introduce: .loader, situation: .spent),
            try standing(["uuid": Self.uuid], introduce: .loader, situation: .held), try standing(["serial": "CZ2041"]),
        ] {
            let calls = Calls()
            #expect(try reply(mode, standing, machine, uuid: true, calls: calls) == nil)
            #expect(calls.all.saw.allSatisfy { $0.hasSuffix("unknown") })
        }
    }

    @Test func `a relay's address is where a machine asks from`() throws {
        let gate = Gate(try standing(["serial": "CZ2041"], introduce: .loader))
        let responder = DHCPResponder(
            mode: .proxy, urls: Lab.urls, plane: BootPlane(gate: gate, actions: Calls().actions(gate), log: .quiet),
            link: IPv4Address("192.0.2.1"))
        func file(relay: String?, link: String? = nil) throws -> String? {
            let packet = Asking.packet(.discover, .bios, mac: Self.stranger) { packet in
                if let relay = relay.flatMap({ IPv4Address($0) }) { packet.relayAddress = relay }
                guard let link = link.flatMap({ IPv4Address($0) }) else { return }
                packet.options.append(.relayAgent, ByteBuffer(bytes: [5, 4] + link.octets))
            }
            return try responder.respond(
                to: packet.encoded(), from: Endpoint(.any, 68), port: .server, allocator: ByteBufferAllocator()
            ).map { try DHCPPacket(decoding: $0.bytes).file }
        }
        #expect(try file(relay: nil) == nil)
        #expect(try file(relay: "10.77.0.254") == "52-54-00-12-34-51/undionly.kpxe")
        #expect(try file(relay: "10.78.0.254") == nil)
        #expect(try file(relay: "10.78.0.254", link: "10.77.0.0") == "52-54-00-12-34-51/undionly.kpxe")
        #expect(try file(relay: "10.77.0.254", link: "10.78.0.0") == nil)
    }

    // HTTP

    private func script(_ query: String, _ acquaintance: Acquaintance) async throws -> (HTTPReply, [Sighting], Calls) {
        let (gate, calls, strangers) = (Gate(Lab.standing(.unknown)), Calls(), Strangers())
        var actions = calls.actions(gate)
        actions.introduce = { sighting in
            strangers.saw(sighting)
            return acquaintance
        }
        let scratch = try Scratch()
        let responder = HTTPResponder(
            plane: BootPlane(gate: gate, actions: actions, log: .quiet), urls: Lab.urls,
            loaders: Directory(scratch.path), artifacts: Artifacts(Directory(scratch.path)), progress: KernelProgress())
        let target = "/boot/52-54-00-12-34-51/script.ipxe?\(query)"
        let request = try #require(HTTPRequest(.GET, target, source: Lab.reserved))
        return (await responder.respond(to: request), strangers.all, calls)
    }

    private func text(_ reply: HTTPReply) -> String { if case .text(let text) = reply.body { text } else { "" } }

    @Test(arguments: [("", 1), ("try=7&", 8), ("try=59&", 60)])
    func `a machine whose MAC is on its way waits, and asks again`(query: String, next: Int) async throws {
        let (reply, seen, calls) = try await script(
            "platform=efi&\(query)uuid=\(Self.uuid)&serial=CZ%202041", .expected(Self.host, RefusePolicy()))
        #expect(reply.status == .ok)
        #expect(
            text(reply) == """
                #!ipxe
                echo Bootlatch: this machine is node-01, and its MAC is being written into the inventory
                sleep 5
                chain --replace http://10.77.0.1:8080/boot/52-54-00-12-34-51/script.ipxe?platform=efi&try=\(next)&uuid=${uuid}&serial=${serial:uristring} || exit 1

                """)
        #expect(
            seen == [
                Sighting(
                    mac: Self.stranger, uuid: Self.uuid, serial: "CZ 2041", address: Lab.reserved, isComplete: true)
            ])
        #expect(calls.all.admitted.isEmpty)
    }

    @Test(arguments: [
        ("platform=pcbios&try=60", "sanboot --no-describe --drive 0x80"), ("platform=efi&try=60", "exit 1"),
        ("platform=efi&try=99999", "exit 1"), ("platform=efi&try=-1", "exit 1"),
    ])
    func `it gives up after five minutes, and boots its disk`(query: String, command: String) async throws {
        let (reply, _, _) = try await script(query, .expected(Self.host, RefusePolicy()))
        #expect(text(reply).contains("boots its disk (waiting)\n\(command)"))
    }

    @Test func `a stranger is refused as ever`() async throws {
        let (reply, _, calls) = try await script("platform=efi", .stranger)
        #expect(reply.status == .notFound)
        #expect(text(reply) == "no manifest names 52:54:00:12:34:51\n")
        #expect(calls.all.saw == ["script 52:54:00:12:34:51 unknown"])
    }
}
