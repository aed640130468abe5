import Inventory
import Testing

@testable import Simulate

/// Which file a stack goes for, on offers that real firmware got, against what it then did.
@Suite struct OfferTests {
    struct Case: CustomTestStringConvertible {
        var capture: String
        var lease: Int
        var others: [Int]
        var firmware: Machine.Firmware
        var path: BootPath

        var testDescription: String { "\(capture), \(firmware)" }
    }

    static let ours = IPv4Address(bits: 0x0A4D_0001)
    static let isc = IPv4Address(bits: 0x0A4D_0002)
    static let nothing = "Nothing to boot: No such file or directory (2d03e13b)"

    static let cases = [
        Case(
            capture: "01-bios-ipxe-rom-http", lease: 2, others: [], firmware: .biosIPXE,
            path: .load("http://10.77.0.1:8080/boot.ipxe", from: ours)),
        Case(
            capture: "03-uefi-pxe-snponly", lease: 2, others: [], firmware: .uefiPXE,
            path: .load("snponly.efi", from: ours)),
        Case(
            capture: "04-uefi-httpboot", lease: 2, others: [], firmware: .uefiHTTP,
            path: .load("http://10.77.0.1:8080/ipxe.efi", from: ours)),
        // A proxy without siaddr, and one without a file: iPXE asks port 4011, in vain.
        Case(
            capture: "06a-proxy-bios-ipxe-REFUSED-no-siaddr", lease: 2, others: [3], firmware: .biosIPXE,
            path: .ask(ours, menuItem: nil)),
        Case(
            capture: "06n-proxy-answers-without-file", lease: 2, others: [3], firmware: .biosIPXE,
            path: .ask(ours, menuItem: nil)),
        Case(
            capture: "06n-proxy-answers-without-file", lease: 22, others: [23], firmware: .uefiPXE,
            path: .nothing("PXE-E21: Remote boot cancelled.")),
        Case(
            capture: "06a-proxy-dnsmasq-bios-ipxe", lease: 3, others: [2], firmware: .biosIPXE,
            path: .load("http://10.77.0.1:8080/boot.ipxe", from: ours)),
        Case(
            capture: "06a-proxy-dnsmasq-bios-4011-undionly", lease: 3, others: [2], firmware: .biosIPXE,
            path: .ask(ours, menuItem: 0x8000)),
        Case(
            capture: "06a-proxy-dnsmasq-uefi", lease: 5, others: [6], firmware: .uefiPXE,
            path: .ask(ours, menuItem: nil)),
        // A DHCP server that always names a file, beside a proxy.
        Case(
            capture: "06c-isc-always-vs-proxy-mini-uefi", lease: 2, others: [3], firmware: .uefiPXE,
            path: .load("ours.efi", from: ours)),
        Case(
            capture: "06c-isc-always-vs-proxy-dnsmasq-uefi", lease: 4, others: [3], firmware: .uefiPXE,
            path: .ask(ours, menuItem: nil)),
        Case(
            capture: "06c-isc-always-vs-proxy-mini-http", lease: 2, others: [3], firmware: .uefiHTTP,
            path: .load("http://10.77.0.2:8080/isc.efi", from: isc)),
        Case(
            capture: "06c-isc-always-vs-proxy-dnsmasq-bios", lease: 2, others: [3], firmware: .biosIPXE,
            path: .ask(ours, menuItem: 0x8000)),
        Case(
            capture: "06x-isc-always-vs-proxy-43-06-03-bios", lease: 2, others: [3], firmware: .biosIPXE,
            path: .load("isc.ipxe", from: isc)),
        Case(
            capture: "06x-isc-opt60-no43-uefi-E16", lease: 2, others: [3], firmware: .uefiPXE,
            path: .ask(isc, menuItem: nil)),
        Case(
            capture: "06m-httpclient-proxy", lease: 2, others: [3], firmware: .uefiHTTP,
            path: .load("http://10.77.0.1:8080/ours.efi", from: ours)),
        // Leases without any boot option.
        Case(
            capture: "06m-httpclient-proxy", lease: 2, others: [], firmware: .biosIPXE, path: .nothing(nothing)),
        Case(
            capture: "05b-denied-nobootopts-uefi", lease: 9, others: [], firmware: .uefiPXE,
            path: .nothing("PXE-E16: No valid offer received.")),
    ]

    @Test(arguments: cases)
    func `the stack goes where the firmware went`(of: Case) throws {
        let capture = try Capture(of.capture)
        let machine = Machine(mac: MACAddress(bits: 1), firmware: of.firmware)
        let path = Stack(firmwareOf: machine).path(
            lease: try capture.offer(of.lease), others: try of.others.map(capture.offer))
        #expect(path == of.path)
    }

    @Test func `a lease that says no-pxedhcp makes iPXE ignore the proxy`() throws {
        let capture = try Capture("06a-proxy-dnsmasq-bios-ipxe")
        var lease = try capture.offer(3)
        lease.message.options.append(DHCPMessage.Option(175, [176, 1, 1]))
        let stack = Stack(firmwareOf: Machine(mac: MACAddress(bits: 1), firmware: .biosIPXE))
        #expect(stack.path(lease: lease, others: [try capture.offer(2)]) == .nothing(Self.nothing))
    }

    @Test(arguments: [[UInt8](), [6], [6, 9, 8], [9, 2, 1, 2], [8, 4, 0x80, 0, 9, 1], [255], [0, 0, 0]])
    func `broken vendor options say nothing`(bytes: [UInt8]) throws {
        var offer = try Capture("06a-proxy-dnsmasq-bios-ipxe").offer(2)
        offer.message.options = [DHCPMessage.Option(43, bytes)]
        #expect(!offer.skipsDiscovery)
        #expect(offer.menu.isEmpty)
        #expect(offer.menuServer(0x8000) == nil)
    }
}
