import Inventory
import NIOCore
import Testing

@testable import Simulate

/// What the software machine sends, against what real firmware sent.
@Suite struct StackTests {
    struct Sent: CustomTestStringConvertible {
        var capture: String
        var packet: Int
        var firmware: Machine.Firmware
        /// Whether the firmware has been replaced by the iPXE that it loaded.
        var loaded = false
        var installed = false
        var menuItem: UInt16?

        var testDescription: String { "\(capture) packet \(packet)" }
    }

    static let sent = [
        Sent(capture: "01-bios-ipxe-rom-http", packet: 1, firmware: .biosIPXE),
        Sent(capture: "01-bios-ipxe-rom-http", packet: 5, firmware: .biosIPXE),
        Sent(capture: "01-bios-ipxe-rom-http", packet: 16, firmware: .biosIPXE, installed: true),
        Sent(capture: "01-bios-ipxe-rom-http", packet: 18, firmware: .biosIPXE, installed: true),
        Sent(capture: "03-uefi-pxe-snponly", packet: 1, firmware: .uefiPXE),
        Sent(capture: "03-uefi-pxe-snponly", packet: 3, firmware: .uefiPXE),
        Sent(capture: "03-uefi-pxe-snponly", packet: 11, firmware: .uefiPXE, loaded: true),
        Sent(capture: "03-uefi-pxe-snponly", packet: 15, firmware: .uefiPXE, loaded: true),
        Sent(capture: "04-uefi-httpboot", packet: 1, firmware: .uefiHTTP),
        Sent(capture: "04-uefi-httpboot", packet: 3, firmware: .uefiHTTP),
        Sent(capture: "04-uefi-httpboot", packet: 11, firmware: .uefiHTTP, loaded: true),
        Sent(capture: "06a-proxy-dnsmasq-uefi", packet: 11, firmware: .uefiPXE),
        Sent(capture: "06a-proxy-bios-ipxe-REFUSED-no-siaddr", packet: 9, firmware: .biosIPXE),
        Sent(capture: "06a-proxy-dnsmasq-bios-4011-undionly", packet: 9, firmware: .biosIPXE, menuItem: 0x8000),
    ]

    @Test(arguments: sent)
    func `the packet is the one that the firmware sent`(sent: Sent) throws {
        let bytes = try Capture(sent.capture).bytes(sent.packet)
        let real = try Capture(sent.capture).message(sent.packet)
        var uuid = try #require(SystemUUID("11223344-5566-7788-99aa-525400770001"))
        uuid.bytes.replaceSubrange(10..., with: real.hardware.octets)
        let machine = Machine(mac: real.hardware, uuid: uuid, firmware: sent.firmware)
        let stack =
            if sent.installed {
                Stack(systemOn: machine)
            } else if sent.loaded {
                Stack(ipxeOn: machine)
            } else {
                Stack(firmwareOf: machine)
            }
        let message =
            if real.kind == .discover {
                stack.discover(transaction: real.transaction, seconds: real.seconds)
            } else if real.client != .any {
                stack.bootServerRequest(
                    real.client, to: real.address(54) ?? .any, menuItem: sent.menuItem, transaction: real.transaction,
                    seconds: real.seconds)
            } else {
                stack.request(
                    try #require(real.address(50)), from: try #require(real.address(54)), transaction: real.transaction,
                    seconds: real.seconds)
            }
        #expect(message == real)
        #expect(ByteBuffer(message) == bytes)
    }

    @Test(arguments: [
        ("02-bios-undionly-chain", 10, Machine.Firmware.biosIPXE, 0), ("03-uefi-pxe-snponly", 7, .uefiPXE, 0),
        ("03-uefi-pxe-snponly", 9, .uefiPXE, 1),
    ])
    func `the read request is the one that the firmware sent`(
        capture: String, packet: Int, firmware: Machine.Firmware, transfer: Int
    ) throws {
        var bytes = try Capture(capture).bytes(packet)
        let machine = Machine(mac: MACAddress(bits: 1), firmware: firmware)
        guard case .read(let file, _, _) = try bytes.readTFTPPacket() else {
            Issue.record("not a read request")
            return
        }
        let transfers = Stack(firmwareOf: machine).transfers(of: file, keep: 0)
        let sent = try Capture(capture).bytes(packet)
        #expect(ByteBuffer(transfers[transfer].request) == sent)
    }

    @Test func `a UUID's first three fields are turned round in option 97`() throws {
        let uuid = try #require(SystemUUID("11223344-5566-7788-99aa-525400770001"))
        #expect(uuid.smbios.hexadecimal() == "443322116655887799aa525400770001")
        #expect("\(uuid)" == "11223344-5566-7788-99aa-525400770001")
        #expect(SystemUUID("11223344") == nil)
        #expect(SystemUUID("zz223344-5566-7788-99aa-525400770001") == nil)
    }

    @Test(arguments: [(Machine.Architecture.arm64HTTP, Machine.Architecture.arm64), (.x64HTTP, .x64), (.bios, .bios)])
    func `a loaded iPXE names the architecture without HTTP boot`(
        firmware: Machine.Architecture, ipxe: Machine.Architecture
    ) {
        let machine = Machine(mac: MACAddress(bits: 1), firmware: .uefiHTTP, architecture: firmware)
        #expect(Stack(ipxeOn: machine).architecture == ipxe)
    }
}
