import Foundation
import Inventory
import Programs
import Testing

@testable import Simulate

/// The software machine against somebody else's DHCP and TFTP server, across a link of its own.
@Suite(.serialized, .enabled(if: Dnsmasq.isAvailable, "needs root, network namespaces and dnsmasq"))
struct DnsmasqTests {
    private let mac = MACAddress(bits: 0x5254_0012_3401)
    private let boots = [
        "--dhcp-range=\(Dnsmasq.subnet).50,\(Dnsmasq.subnet).99", "--dhcp-match=set:ipxe,175",
        "--dhcp-match=set:efi,option:client-arch,7", "--dhcp-boot=tag:!ipxe,tag:!efi,undionly.kpxe",
        "--dhcp-boot=tag:!ipxe,tag:efi,snponly.efi", "--dhcp-boot=tag:ipxe,boot.ipxe",
    ]

    @Test(arguments: [Machine.Firmware.biosIPXE, .biosPXE, .uefiPXE])
    func `the machine boots from a lease server over TFTP`(firmware: Machine.Firmware) async throws {
        let files = [
            "undionly.kpxe": 70_000, "snponly.efi": 173_792, "vmlinuz": 5_000_000, "initrd": 1432 * 3,
        ]
        try await Dnsmasq.with(arguments: boots, files: files, script: "kernel vmlinuz a=b\ninitrd initrd\nboot") {
            peer in
            let transcript = Transcript()
            let outcome = try await Machine(mac: mac, firmware: firmware).boot(
                against: peer.endpoints, over: peer.network, transcript: transcript)
            guard case .booted(let kernel) = outcome else {
                Issue.record("\(outcome) \(transcript.steps)")
                return
            }
            #expect(kernel.url.description == "tftp://\(Dnsmasq.subnet).2/vmlinuz")
            #expect(kernel.bytes == 5_000_000 + 1432 * 3)
        }
    }

    @Test func `a host that dnsmasq ignores gets no offer, and its system no lease`() async throws {
        try await Dnsmasq.with(arguments: boots + ["--dhcp-host=\(mac),ignore"], files: [:], script: "exit 1") { peer in
            var network = peer.network
            network.timing.tries = [.milliseconds(50), .milliseconds(50)]
            let machine = Machine(mac: mac)
            let outcome = try await machine.boot(against: peer.endpoints, over: network)
            #expect(outcome == .localDisk("no offer: No configuration methods succeeded (040ee119)"))
            #expect(try await machine.lease(against: peer.endpoints, over: network) == nil)
        }
    }

    @Test func `an installed system gets its address`() async throws {
        try await Dnsmasq.with(
            arguments: boots + ["--dhcp-host=\(mac),\(Dnsmasq.subnet).60"], files: [:], script: "exit 1"
        ) {
            peer in
            let address = try await Machine(mac: mac).lease(against: peer.endpoints, over: peer.network)
            #expect(address == IPv4Address("\(Dnsmasq.subnet).60"))
        }
    }

    @Test func `a loader that dnsmasq doesn't have sends the firmware on`() async throws {
        try await Dnsmasq.with(arguments: boots, files: [:], script: "exit 1") { peer in
            let outcome = try await Machine(mac: mac, firmware: .uefiPXE).boot(
                against: peer.endpoints, over: peer.network)
            guard case .localDisk(let why) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(why.hasPrefix("loader tftp://\(Dnsmasq.subnet).2/snponly.efi: TFTP error 1"))
        }
    }
}

/// dnsmasq in a network namespace of its own, at the other end of a veth pair.
private struct Dnsmasq {
    var endpoints: Endpoints
    var network: Network

    static let isAvailable =
        getuid() == 0 && FileManager.default.isExecutableFile(atPath: program)
        && (try? runToEnd(["ip", "netns", "add", probe])) != nil
        && (try? runToEnd(["ip", "netns", "del", probe])) != nil
    private static let program = "/usr/sbin/dnsmasq"
    private static let probe = "bl\(UInt32.random(in: 0 ... .max))"
    private static let octet = UInt8.random(in: 1...250)
    /// One for each run, so that two test runs on a machine don't meet.
    static let subnet = "10.213.\(octet)"

    static func with(
        arguments: [String], files: [String: Int], script: String, _ body: (Dnsmasq) async throws -> Void
    ) async throws {
        let name = "bl\(UInt16.random(in: 0 ... .max))"
        let root = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        for (file, size) in files { try Data(count: size).write(to: root.appending(path: file)) }
        try Data("#!ipxe\n\(script)\n".utf8).write(to: root.appending(path: "boot.ipxe"))

        // The namespace takes its end of the pair with it, and so ours.
        defer { _ = try? runToEnd(["ip", "netns", "del", name]) }
        for command in [
            "netns add \(name)", "link add \(name)a type veth peer name \(name)b netns \(name)",
            "addr add \(Dnsmasq.subnet).1/24 dev \(name)a", "link set \(name)a up",
            "-n \(name) addr add \(Dnsmasq.subnet).2/24 dev \(name)b",
            "-n \(name) link set \(name)b up", "-n \(name) link set lo up",
        ] {
            try runToEnd(["ip"] + command.split(separator: " ").map(String.init))
        }
        let (pid, log) = try spawnToSocket(
            [
                "ip", "netns", "exec", name, program, "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                "--user=root", "--no-ping", "--dhcp-authoritative", "--log-facility=-", "--pid-file=",
                "--dhcp-leasefile=\(root.path)/leases", "--enable-tftp", "--tftp-root=\(root.path)",
            ] + arguments)
        defer {
            kill(pid, SIGKILL)
            reap(pid)
            close(log)
        }
        // dnsmasq logs this when its sockets are open.
        var text = ""
        while !text.contains("TFTP root is") {
            let more = try #require(readSome(log), "dnsmasq ended: \(text)")
            text += String(decoding: more, as: UTF8.self)
        }
        var network = Network()
        network.relay = IPv4Address(bits: 0x0AD5_0001 | UInt32(octet) << 8)
        network.relayPort = 67
        try await body(
            Dnsmasq(
                endpoints: Endpoints(address: IPv4Address(bits: 0x0AD5_0002 | UInt32(octet) << 8)), network: network))
    }
}
