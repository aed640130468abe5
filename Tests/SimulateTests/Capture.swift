import Foundation
import NIOCore
import Testing

@testable import Simulate

/// A capture of real firmware, cut to DHCP, TFTP requests and HTTP heads.
struct Capture {
    /// The payloads of the UDP datagrams, by their number in the file, from 1.
    let datagrams: [(number: Int, port: UInt16, payload: ByteBuffer)]

    static let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    private static let folder = Bundle.module.resourcePath.map { $0 + "/Captures" } ?? ""

    init(_ name: String) throws {
        let path = Self.folder + "/" + (name.hasSuffix(".pcap") ? name : name + ".pcap")
        var file = ByteBuffer(bytes: try Data(contentsOf: URL(filePath: path)))
        file.moveReaderIndex(forwardBy: 24)
        var datagrams: [(Int, UInt16, ByteBuffer)] = []
        var number = 0
        while let header = file.readMultipleIntegers(endianness: .little, as: (UInt32, UInt32, UInt32, UInt32).self) {
            number += 1
            let captured = file.readSlice(length: Int(header.2))
            var frame = try #require(captured)
            frame.moveReaderIndex(forwardBy: 12)
            guard frame.readInteger(as: UInt16.self) == 0x0800,
                let first = frame.getInteger(at: frame.readerIndex, as: UInt8.self),
                frame.getInteger(at: frame.readerIndex + 9, as: UInt8.self) == 17
            else { continue }
            frame.moveReaderIndex(forwardBy: Int(first & 15) * 4 + 2)
            let header = frame.readMultipleIntegers(as: (UInt16, UInt16, UInt16).self)
            let (port, length, _) = try #require(header)
            let payload = frame.readSlice(length: Int(length) - 8)
            datagrams.append((number, port, try #require(payload)))
        }
        self.datagrams = datagrams
    }

    func bytes(_ number: Int) throws -> ByteBuffer {
        try #require(datagrams.first { $0.number == number }?.payload)
    }

    func message(_ number: Int) throws -> DHCPMessage {
        var bytes = try bytes(number)
        return try bytes.readDHCPMessage()
    }

    func offer(_ number: Int) throws -> Offer { try #require(Offer(try message(number))) }
}

extension ByteBuffer {
    init(_ message: DHCPMessage) {
        self.init()
        writeDHCPMessage(message)
    }

    init(_ packet: TFTPPacket) {
        self.init()
        writeTFTPPacket(packet)
    }
}
