import Inventory
import NIOCore
import Testing

@testable import Simulate

/// Whole boots against a plain boot server on loopback.
@Suite struct BootRunTests {
    private static let lease = IPv4Address(bits: 0x7F4D_0007)
    private static let mac = MACAddress(bits: 0x5254_0012_3401)
    private static let script = "#!ipxe\nkernel vmlinuz hook=http://${next-server}/hooks/t0k\ninitrd initrd\nboot\n"
    private static let pxeClient = DHCPMessage.Option(60, Array("PXEClient".utf8))
    private static let httpClient = DHCPMessage.Option(60, Array("HTTPClient".utf8))
    private static let noDiscovery = DHCPMessage.Option(43, [6, 1, 8, 255])

    /// A server that leases addresses, gives firmware a loader and iPXE a script.
    private func server(loader: String = "\(mac)/snponly.efi") -> TestNetwork {
        TestNetwork(
            dhcp: { message in
                let isHTTP = message[60]?.starts(with: "HTTPClient".utf8) ?? false
                let file = message.isFromIPXE || isHTTP ? "http://127.0.0.1/" + (isHTTP ? loader : "boot.ipxe") : loader
                return message.reply(lease: Self.lease, file: file, options: isHTTP ? [Self.httpClient] : [])
            },
            tftp: [loader: String(repeating: "L", count: 1500)],
            http: { path, _ in
                switch path {
                case "/boot.ipxe": Self.script
                case "/vmlinuz": String(repeating: "k", count: 100_000)
                case "/initrd": "initrd"
                case "/" + loader: "MZ"
                default: nil
                }
            })
    }

    @Test(arguments: Machine.Firmware.allCases)
    func `each firmware gets from power-on to its kernel`(firmware: Machine.Firmware) async throws {
        let (outcome, steps) = try await server().boot(Machine(mac: Self.mac, firmware: firmware))
        guard case .booted(let kernel) = outcome else {
            Issue.record("\(outcome) \(steps)")
            return
        }
        #expect(kernel.bytes == 100_006)
        #expect(kernel.arguments == "hook=http://127.0.0.1/hooks/t0k")
        // Repeats don't count: a busy machine may answer late.
        let dhcp = Set(steps.filter { $0.layer == .dhcp && $0.direction == .sent }.map(\.text))
        #expect(dhcp.count == ([.biosIPXE, .ipxeUEFI].contains(firmware) ? 2 : 4))
        #expect(steps.contains { $0.text.hasPrefix("HEAD ") } == (firmware == .uefiHTTP))
        #expect(
            steps.contains { $0.text == "whole file" && $0.bytes == 1500 } == [.biosPXE, .uefiPXE].contains(firmware))
    }

    @Test func `the relay's marks are on what is broadcast`() async throws {
        let (outcome, _) = try await TestNetwork(dhcp: { message in
            guard message.relay == TestNetwork.server, message.hops == 1, message.options.last == .init(82, [19, 0])
            else {
                return nil
            }
            return message.reply(lease: Self.lease)
        }).boot(Machine(mac: Self.mac))
        #expect(outcome == .localDisk(OfferTests.nothing))
    }

    @Test(arguments: [(Machine.Firmware.biosIPXE, "040ee119"), (.uefiPXE, "PXE-E18"), (.uefiHTTP, "PXE-E18")])
    func `a server that stays silent sends the machine to its disk`(firmware: Machine.Firmware, why: String)
        async throws
    {
        var network = Network()
        network.timing.tries = [.milliseconds(10), .milliseconds(20)]
        let (outcome, steps) = try await TestNetwork().boot(Machine(mac: Self.mac, firmware: firmware), over: network)
        guard case .localDisk(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains(why))
        #expect(steps.count { $0.direction == .sent } == 2)
    }

    @Test(arguments: [
        ("exit 1", Machine.Firmware.biosIPXE, BootOutcome.localDisk("exit 1")),
        ("exit 1", .ipxeUEFI, .localDisk("exit 1")), ("exit", .biosIPXE, .localDisk("exit 0")),
        (
            "exit", .ipxeUEFI,
            .failed(
                step: "exit 0", why: "UEFI firmware stays in its setup screen after a loader that ends with status 0")
        ),
        ("sanboot --no-describe --drive 0x80 || exit 1", .biosIPXE, .localDisk("sanboot 0x80")),
        ("sanboot --no-describe --drive 0x80 || exit 1", .ipxeUEFI, .localDisk("exit 1")),
        ("chain gone", .biosIPXE, .localDisk("boot.ipxe line 2: chain http://127.0.0.1/gone: HTTP 404")),
        ("login", .biosIPXE, .failed(step: "boot.ipxe line 2", why: "unknown command: login")),
    ])
    func `a refusing script ends as on that firmware`(line: String, firmware: Machine.Firmware, outcome: BootOutcome)
        async throws
    {
        var network = server()
        network.http = { path, _ in path == "/boot.ipxe" ? "#!ipxe\n\(line)\n" : nil }
        #expect(try await network.boot(Machine(mac: Self.mac, firmware: firmware)).0 == outcome)
    }

    @Test func `iPXE fills in its settings in a file name`() async throws {
        let (outcome, steps) = try await TestNetwork(
            dhcp: { $0.reply(lease: Self.lease, file: "http://127.0.0.1/s?u=${uuid}&s=${serial:uristring}") },
            http: { path, _ in path == "/s?u=b0071a7c-0000-4000-8000-525400123401&s=a%20b" ? "#!ipxe\nexit 1" : nil }
        ).boot(Machine(mac: Self.mac, serial: "a b"))
        #expect(outcome == .localDisk("exit 1"), "\(steps)")
    }

    @Test func `a TFTP error sends the firmware on at once`() async throws {
        var network = server()
        network.tftp = [:]
        let (outcome, _) = try await network.boot(Machine(mac: Self.mac, firmware: .uefiPXE))
        #expect(
            outcome
                == .localDisk("loader tftp://127.0.0.1/\(Self.mac)/snponly.efi: TFTP error 1: File not found"))
    }

    @Test func `HTTP boot goes on at a 404`() async throws {
        var network = server()
        network.http = { _, _ in nil }
        let (outcome, _) = try await network.boot(Machine(mac: Self.mac, firmware: .uefiHTTP))
        #expect(outcome == .localDisk("loader http://127.0.0.1/\(Self.mac)/snponly.efi: HTTP 404"))
    }

    @Test func `a proxy beside a played lease is asked at port 4011 by UEFI only where it doesn't say no`() async throws
    {
        for asks in [true, false] {
            var network = server()
            network.dhcp = { message in
                guard message.kind == .discover else { return nil }
                if message.isFromIPXE {
                    return message.reply(file: "http://127.0.0.1/boot.ipxe", options: [Self.pxeClient])
                }
                return message.reply(
                    file: asks ? nil : "s/ipxe.efi", options: [Self.pxeClient] + (asks ? [] : [Self.noDiscovery]))
            }
            network.pxe = { $0.client == Self.lease ? $0.reply(file: "s/ipxe.efi", options: [Self.pxeClient]) : nil }
            network.tftp = ["s/ipxe.efi": "MZ"]
            var wire = Network()
            wire.lease = .elsewhere(Self.lease)
            let (outcome, steps) = try await network.boot(Machine(mac: Self.mac, firmware: .uefiPXE), over: wire)
            guard case .booted = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(steps.count { $0.direction == .received && $0.text.hasPrefix("ACK") } == (asks ? 1 : 0))
        }
    }

    @Test func `a proxy's offer with 43 060108 and no file cancels UEFI's remote boot`() async throws {
        var wire = Network()
        wire.lease = .elsewhere(Self.lease)
        let network = TestNetwork(dhcp: { $0.reply(options: [Self.pxeClient, Self.noDiscovery]) })
        let (outcome, _) = try await network.boot(Machine(mac: Self.mac, firmware: .uefiPXE), over: wire)
        #expect(outcome == .localDisk("PXE-E21: Remote boot cancelled."))
    }

    @Test func `a DHCP server that says NAK is a refusal`() async throws {
        let network = TestNetwork(dhcp: { message in
            var reply = message.reply(lease: Self.lease)
            if message.kind == .request { reply.options[0].value = [6] }
            return reply
        })
        #expect(
            try await network.boot(Machine(mac: Self.mac)).0 == .localDisk("the DHCP server refused the lease (NAK)"))
    }

    @Test func `a loader that is no iPXE is where the simulation ends`() async throws {
        let (outcome, _) = try await server(loader: "grubx64.efi").boot(Machine(mac: Self.mac, firmware: .uefiPXE))
        #expect(outcome == .chained(URI(scheme: "tftp", host: "127.0.0.1", path: "/grubx64.efi")))
    }

    @Test func `a machine can die while its kernel loads`() async throws {
        var wire = Network()
        wire.diesAfterKernelBytes = 1000
        let (outcome, _) = try await server().boot(Machine(mac: Self.mac), over: wire)
        guard case .failed("kernel", let why) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(why.hasPrefix("the machine died after"))
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `a boot survives a bad network`(seed: UInt64) async throws {
        var wire = Network()
        wire.faults = Faults(seed: seed, loss: 0.1, duplicates: 0.1, delay: .milliseconds(2))
        wire.timing.tftp = .milliseconds(30)
        wire.timing.tftpTries = 50
        wire.timing.tries = .init(repeating: .milliseconds(50), count: 30)
        let (outcome, _) = try await server().boot(Machine(mac: Self.mac, firmware: .biosPXE), over: wire)
        guard case .booted = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func `a boot ends with its patience`() async throws {
        var wire = Network()
        wire.patience = .milliseconds(50)
        let (outcome, _) = try await TestNetwork().boot(Machine(mac: Self.mac), over: wire)
        #expect(outcome == .failed(step: "DHCP", why: "the boot took too long"))
    }

    @Test func `a cancelled boot throws`() async throws {
        let task = Task { try await TestNetwork().boot(Machine(mac: Self.mac)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}
