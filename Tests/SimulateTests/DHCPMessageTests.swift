import Inventory
import NIOCore
import Testing

@testable import Simulate

@Suite struct DHCPMessageTests {
    @Test(arguments: Capture.names)
    func `every captured DHCP message is read and written again byte by byte`(name: String) throws {
        var seen = 0
        for datagram in try Capture(name).datagrams where [67, 68, 4011].contains(datagram.port) {
            var bytes = datagram.payload
            let written = ByteBuffer(try bytes.readDHCPMessage())
            #expect(written == datagram.payload, "packet \(datagram.number)")
            seen += 1
        }
        #expect(seen >= 3)
    }

    @Test func `the fields of a captured offer are what tcpdump shows`() throws {
        let offer = try Capture("06a-proxy-dnsmasq-uefi").message(12)
        #expect(offer.isReply)
        #expect(offer.kind == .ack)
        #expect(offer.client == IPv4Address("10.77.0.196"))
        #expect(offer.nextServer == IPv4Address("10.77.0.1"))
        #expect(String(decoding: offer.serverName, as: UTF8.self) == "10.77.0.1")
        #expect(String(decoding: offer.file, as: UTF8.self) == "snponly.efi")
        #expect(offer.hardware == MACAddress("52:54:00:77:06:01"))
        #expect(offer.options.map(\.code) == [53, 54, 60, 97])
    }

    @Test func `values over 255 bytes are split and joined`() throws {
        var message = try #require(MACAddress("52:54:00:12:34:01").map(DHCPMessage.init(hardware:)))
        message.options = [DHCPMessage.Option(224, [UInt8](repeating: 7, count: 600))]
        var bytes = ByteBuffer(message)
        let read = try bytes.readDHCPMessage()
        #expect(read.options.map(\.value.count) == [255, 255, 90])
        #expect(read[224]?.count == 600)
    }

    @Test func `option 52 lets the file and sname fields hold options`() throws {
        var message = try #require(MACAddress("52:54:00:12:34:01").map(DHCPMessage.init(hardware:)))
        message.options = [DHCPMessage.Option(53, [2]), DHCPMessage.Option(52, [3])]
        message.file = [67, 2, 97, 98, 255]
        message.serverName = [12, 1, 120, 255]
        var bytes = ByteBuffer(message)
        let read = try bytes.readDHCPMessage()
        #expect(read.options.map(\.code) == [53, 52, 67, 12])
        #expect(read[67] == [97, 98])
        #expect(read.file.isEmpty)
    }

    @Test(arguments: [
        (0, UInt8(9), DHCPError.badOperation(9)), (1, 6, .notEthernet), (2, 8, .notEthernet), (236, 0, .badCookie),
    ])
    func `a broken field is an error`(at: Int, value: UInt8, error: DHCPError) throws {
        var bytes = try Capture("01-bios-ipxe-rom-http").bytes(1)
        bytes.setInteger(value, at: bytes.readerIndex + at)
        #expect(throws: error) { try bytes.readDHCPMessage() }
    }

    @Test func `no prefix of a message is read as a whole one`() throws {
        let whole = try Capture("01-bios-ipxe-rom-http").bytes(1)
        for length in 0..<whole.readableBytes {
            var part = try #require(whole.getSlice(at: whole.readerIndex, length: length))
            #expect(throws: DHCPError.self) { try part.readDHCPMessage() }
        }
    }
}
