import Foundation
import Inventory
import NIOCore
import NIOHTTP1
import Testing

@testable import Boot

/// Seeded, structure-aware: captured packets with options dropped, doubled, resized, swapped and bytes flipped, through decoder and
/// reply. `scripts/fuzz-decoders` runs a million under AddressSanitizer.
struct DecoderMutationTests {
    private static let count =
        ProcessInfo.processInfo.environment["BOOTLATCH_MUTATIONS"].flatMap { Int($0) } ?? 2000

    @Test func `mutated DHCP packets neither crash nor hang, and what decodes encodes again`() throws {
        let originals = Capture.all.flatMap { capture in capture.dhcp.map(\.payload) }
        var random = SeededGenerator(2131)
        let contexts = [DHCPMode.proxy, .server].flatMap { mode in
            [Lab.Situation.armed, .spent].map { Lab.context(mode, Lab.standing($0)) }
        }
        var decodedCount = 0
        for _ in 0..<Self.count {
            let bytes = mutate(originals.randomElement(using: &random) ?? ByteBuffer(), &random)
            guard let packet = try? DHCPPacket(decoding: bytes) else { continue }
            decodedCount += 1
            // `#expect` costs more than a decode: only what fails is reported.
            if (try? DHCPPacket(decoding: packet.encoded()))?.options != packet.options {
                Issue.record("\(packet) does not come back")
            }
            let sender = Endpoint(IPv4Address(bits: random.next(upperBound: .max)), 68)
            let port: DHCPQuestion.Port = Bool.random(using: &random) ? .server : .pxe
            guard let question = DHCPQuestion(packet, from: sender, port: port),
                let context = contexts.randomElement(using: &random),
                let (answer, _) = reply(to: question, in: context)
            else { continue }
            if (try? DHCPPacket(decoding: answer.encoded())) != answer { Issue.record("\(answer) does not come back") }
        }
        // Mutations that nothing survives would test the first guard only.
        #expect(decodedCount > Self.count / 4)
    }

    @Test func `mutated TFTP packets and HTTP targets neither crash nor hang`() throws {
        var random = SeededGenerator(1350)
        let originals =
            Capture.all.flatMap { capture in capture.tftpRequests.map(\.payload) } + [
                TFTPPacket.acknowledgement(block: 7).encoded(),
                TFTPPacket.error(.notFound, "no").encoded(),
                TFTPPacket.data(block: 1, ByteBuffer(string: "x")).encoded(),
                TFTPPacket.optionAcknowledgement([TFTPOption("tsize", "9")]).encoded(),
            ]
        let targets = [
            "/b/%2e%2e/kernel?x=%41", "/boot/52-54-00-12-34-01/script.ipxe?uuid=${uuid}&serial=a%20b", "http://x/a",
        ]
        for _ in 0..<Self.count {
            let bytes = flip(originals.randomElement(using: &random) ?? ByteBuffer(), &random)
            if let packet = try? TFTPPacket(decoding: bytes) {
                if case .read(let request) = packet {
                    let terms = TFTPTerms(request, size: 100_000)
                    if terms.blockSize < 8 || terms.windowSize < 1 { Issue.record("\(request) agreed on \(terms)") }
                    _ = answer(to: TFTPQuestion(request))
                }
                _ = packet.encoded()
            }
            let target = flip(ByteBuffer(string: targets.randomElement(using: &random) ?? ""), &random)
            if let request = HTTPRequest(.GET, String(buffer: target)) {
                for route in Route.table { _ = route.match(request.path) }
            }
        }
    }

    private func mutate(_ packet: ByteBuffer, _ random: inout SeededGenerator) -> ByteBuffer {
        guard packet.readableBytes > 240, Int.random(in: 0..<10, using: &random) > 0 else {
            return flip(packet, &random)
        }
        var options = ((try? DHCPPacket(decoding: packet))?.options).map { Array($0) } ?? []
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            guard !options.isEmpty else { break }
            let index = Int.random(in: 0..<options.count, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0: options.remove(at: index)
            case 1: options.append(options[index])
            case 2: options.swapAt(index, Int.random(in: 0..<options.count, using: &random))
            case 3: options[index].code = DHCPOptions.Code(rawValue: UInt8.random(in: 1...254, using: &random))
            case 4:
                options[index].value = ByteBuffer(
                    bytes: (0..<Int.random(in: 0...300, using: &random)).map { UInt8($0 & 255) })
            case 5: options[index].value = flip(options[index].value, &random)
            default:
                let codes: [UInt8] = [43, 50, 52, 53, 54, 60, 77, 82, 93, 97, 175]
                let value = (0..<Int.random(in: 0..<20, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                options.append(
                    (DHCPOptions.Code(rawValue: codes.randomElement(using: &random) ?? 53), ByteBuffer(bytes: value)))
            }
        }
        var bytes = ByteBuffer(bytes: packet.readableBytesView.prefix(240))
        var list = DHCPOptions()
        for option in options { list.append(option.code, option.value) }
        bytes.writeImmutableBuffer(list.bytes)
        if Int.random(in: 0..<20, using: &random) > 0 { bytes.writeInteger(255 as UInt8) }
        if Int.random(in: 0..<10, using: &random) == 0 {
            // Options where `file` and `sname` stand.
            bytes.setBytes([12, 2, 65, 66, 255], at: 108)
            bytes.setBytes([67, 1, 65, 255], at: 44)
        }
        return Int.random(in: 0..<8, using: &random) == 0 ? flip(bytes, &random) : bytes
    }

    private func flip(_ packet: ByteBuffer, _ random: inout SeededGenerator) -> ByteBuffer {
        var bytes = Array(packet.readableBytesView)
        for _ in 0...Int.random(in: 0..<4, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !bytes.isEmpty:
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random) / 8)
            case 2:
                bytes.insert(
                    UInt8.random(in: 0...255, using: &random), at: Int.random(in: 0...bytes.count, using: &random))
            default:
                guard !bytes.isEmpty else { continue }
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
        }
        return ByteBuffer(bytes: bytes)
    }
}
