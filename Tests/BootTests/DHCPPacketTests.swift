import Foundation
import Inventory
import NIOCore
import Testing

@testable import Boot

struct DHCPPacketTests {
    @Test(arguments: Capture.all)
    func `every captured packet decodes, and encodes to the same message`(capture: Capture) throws {
        for packet in capture.dhcp {
            let decoded = try DHCPPacket(decoding: packet.payload)
            #expect(decoded.messageType != nil, "\(capture.name) #\(packet.number)")
            #expect(try DHCPPacket(decoding: decoded.encoded()) == decoded, "\(capture.name) #\(packet.number)")
        }
    }

    @Test func `there are captures to look at`() {
        #expect(Capture.all.count == 24)
        #expect(Capture.all.map(\.dhcp.count).reduce(0, +) > 150)
    }

    @Test(arguments: Capture.all)
    func `every prefix of a captured packet is an error, or the packet without its padding`(capture: Capture) throws {
        for packet in capture.dhcp {
            let whole = try DHCPPacket(decoding: packet.payload)
            for length in 0..<packet.payload.readableBytes {
                guard let prefix = packet.payload.getSlice(at: packet.payload.readerIndex, length: length) else {
                    continue
                }
                if let decoded = try? DHCPPacket(decoding: prefix) { #expect(decoded == whole) }
            }
        }
    }

    @Test func `options in file and sname are read after the others`() throws {
        var bytes = header
        bytes.writeBytes([52, 1, 3, 12, 2, 65, 66, 255])
        bytes.setBytes([67, 3, 97, 98, 99, 255], at: 108)
        bytes.setBytes([12, 1, 67, 255], at: 44)
        let packet = try DHCPPacket(decoding: bytes)
        #expect(packet.file.isEmpty)
        #expect(packet.serverName.isEmpty)
        #expect(packet.options.text(.bootFile) == "abc")
        // RFC 3396: parts of one option join over the fields.
        #expect(packet.options.text(.hostName) == "ABC")
        #expect(!packet.options.has(.overload))
    }

    @Test func `an overload that RFC 2132 does not know is an error`() {
        var bytes = header
        bytes.writeBytes([52, 1, 4, 255])
        #expect(throws: DHCPError.overload(4)) { try DHCPPacket(decoding: bytes) }
    }

    @Test(
        arguments: [
            ([], DHCPError.missingEnd), ([53, 1, 1], .missingEnd), ([53], .truncatedOption(.messageType)),
            ([53, 2, 1], .truncatedOption(.messageType)), ([0, 0, 0], .missingEnd),
        ] as [([UInt8], DHCPError)])
    func `options that don't end are an error`(options: [UInt8], error: DHCPError) {
        var bytes = header
        bytes.writeBytes(options)
        #expect(throws: error) { try DHCPPacket(decoding: bytes) }
    }

    @Test(arguments: [0, 1, 255, 256, 510, 511, 2000])
    func `a long option is split, and joined again`(length: Int) throws {
        var packet = DHCPPacket()
        let value = ByteBuffer(bytes: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
        packet.options.append(.vendor, value)
        packet.options.append(.messageType, 1 as UInt8)
        let decoded = try DHCPPacket(decoding: packet.encoded())
        #expect(decoded.options[.vendor] == value)
        #expect(decoded.messageType == .discover)
    }

    @Test func `unknown options survive as they came`() throws {
        var bytes = header
        bytes.writeBytes([0, 222, 3, 1, 2, 3, 0, 0, 53, 1, 9, 255, 7, 7])
        let packet = try DHCPPacket(decoding: bytes)
        #expect(packet.options[DHCPOptions.Code(rawValue: 222)] == ByteBuffer(bytes: [1, 2, 3]))
        #expect(packet.messageType == nil)
        #expect(Array(packet.options.bytes.readableBytesView) == [222, 3, 1, 2, 3, 53, 1, 9])
    }

    @Test(
        arguments: [([1, 4, 5, 6, 7, 8, 19, 0], true), ([1, 0], false), ([19], false), ([0, 1, 9, 19, 0], true)]
            as [([UInt8], Bool)])
    func `a relay's source port is seen among its suboptions`(bytes: [UInt8], hasPort: Bool) {
        var options = DHCPOptions()
        options.append(.relayAgent, ByteBuffer(bytes: bytes))
        #expect((RelayAgent(options)?.hasSourcePort ?? false) == hasPort)
    }

    @Test func `other hardware than Ethernet has no MAC`() {
        var packet = DHCPPacket()
        packet.hardwareAddress.high = Lab.mac.bits << 16
        #expect(packet.mac == Lab.mac)
        packet.hardwareType = 32
        #expect(packet.mac == nil)
    }

    private var header: ByteBuffer {
        var bytes = ByteBuffer(repeating: 0, count: 236)
        bytes.writeBytes([0x63, 0x82, 0x53, 0x63])
        return bytes
    }
}
