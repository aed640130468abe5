import NIOCore
import Testing

@testable import Simulate

@Suite struct TFTPPacketTests {
    @Test(arguments: [
        TFTPPacket.read(
            file: "52:54:00:12:34:01/snponly.efi", mode: "octet",
            options: [TFTPPacket.Option("tsize", "0"), TFTPPacket.Option("windowsize", "4")]),
        .data(block: 65535, ByteBuffer(string: "bytes")), .data(block: 1, ByteBuffer()), .acknowledge(block: 258),
        .error(code: 1, message: "File not found"), .options([TFTPPacket.Option("blksize", "1468")]), .options([]),
    ])
    func `a packet is read as it was written`(packet: TFTPPacket) throws {
        var bytes = ByteBuffer(packet)
        #expect(try bytes.readTFTPPacket() == packet)
        #expect(bytes.readableBytes == 0)
    }

    @Test func `a captured OACK is read`() throws {
        var bytes = try Capture("03-uefi-pxe-snponly").bytes(8)
        #expect(
            try bytes.readTFTPPacket()
                == .options([TFTPPacket.Option("blksize", "1468"), TFTPPacket.Option("tsize", "173792")]))
    }

    @Test(
        arguments: [
            ([0], TFTPError.short), ([0, 4, 1], .short), ([0, 3], .short), ([0, 5], .short),
            ([0, 9], .badOperation(9)),
            ([0, 4, 0, 1, 7], .leftOver(1)), ([0, 6, 97], .badText), ([0, 6, 97, 0], .badText),
            ([0, 1, 97, 0, 98], .badText),
        ] as [([UInt8], TFTPError)])
    func `a broken packet is an error`(bytes: [UInt8], error: TFTPError) {
        var buffer = ByteBuffer(bytes: bytes)
        #expect(throws: error) { try buffer.readTFTPPacket() }
    }
}
