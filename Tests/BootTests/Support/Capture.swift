import Foundation
import Inventory
import NIOCore
import Testing

@testable import Boot

/// The captures of real firmware, DHCP servers and TFTP servers in `Captures`, in pcap format.
struct Capture: CustomTestStringConvertible {
    /// One UDP datagram or TCP segment of a capture.
    struct Packet {
        /// Counts from 1, as Wireshark does.
        var number: Int
        var isUDP: Bool
        var source: Endpoint
        var destination: Endpoint
        var payload: ByteBuffer
    }

    var name: String
    var packets: [Packet]
    var testDescription: String { name }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

    static let all: [Capture] = {
        let folder = Self.folder.appending(path: "Captures")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".pcap") }.sorted().compactMap { name in
            guard let data = try? Data(contentsOf: folder.appending(path: name)) else { return nil }
            return Capture(name: String(name.dropLast(5)), packets: packets(of: ByteBuffer(bytes: data)))
        }
    }()

    /// Every UDP packet that looks like DHCP.
    var dhcp: [Packet] {
        packets.filter { packet in
            packet.isUDP && [67, 68, 4011].contains(packet.destination.port)
                && [67, 68, 4011].contains(packet.source.port)
        }
    }

    var tftpRequests: [Packet] { packets.filter { $0.isUDP && $0.destination.port == 69 } }

    var httpRequests: [(number: Int, target: String, method: String)] {
        packets.compactMap { packet in
            guard !packet.isUDP, packet.destination.port == 8080 else { return nil }
            let words = String(buffer: packet.payload).split(separator: "\r\n").first?.split(separator: " ") ?? []
            guard words.count == 3, words[2].hasPrefix("HTTP/") else { return nil }
            return (packet.number, String(words[1]), String(words[0]))
        }
    }

    private static func packets(of file: ByteBuffer) -> [Packet] {
        var file = file
        file.moveReaderIndex(forwardBy: 24)
        var packets: [Packet] = []
        var number = 0
        while let (_, _, length, _) = file.readMultipleIntegers(
            endianness: .little, as: (UInt32, UInt32, UInt32, UInt32).self),
            var frame = file.readSlice(length: Int(length))
        {
            number += 1
            frame.moveReaderIndex(forwardBy: 12)
            guard frame.readInteger(as: UInt16.self) == 0x0800,
                let first = frame.getInteger(at: frame.readerIndex, as: UInt8.self),
                let total = frame.getInteger(at: frame.readerIndex + 2, as: UInt16.self),
                let kind = frame.getInteger(at: frame.readerIndex + 9, as: UInt8.self),
                let from = frame.getInteger(at: frame.readerIndex + 12, as: UInt32.self),
                let to = frame.getInteger(at: frame.readerIndex + 16, as: UInt32.self),
                var datagram = frame.getSlice(
                    at: frame.readerIndex, length: min(Int(total), frame.readableBytes)),
                datagram.readSlice(length: Int(first & 15) * 4) != nil,
                let (source, destination) = datagram.readMultipleIntegers(as: (UInt16, UInt16).self)
            else { continue }
            if kind == 17 {
                datagram.moveReaderIndex(forwardBy: 4)
            } else if kind == 6, let offset = datagram.getInteger(at: datagram.readerIndex + 8, as: UInt8.self),
                datagram.readableBytes >= Int(offset >> 4) * 4 - 4
            {
                datagram.moveReaderIndex(forwardBy: Int(offset >> 4) * 4 - 4)
            } else {
                continue
            }
            packets.append(
                Packet(
                    number: number, isUDP: kind == 17, source: Endpoint(IPv4Address(bits: from), Int(source)),
                    destination: Endpoint(IPv4Address(bits: to), Int(destination)), payload: datagram))
        }
        return packets
    }
}
