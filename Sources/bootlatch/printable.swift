import Foundation

/// The same reply for people to read: its control characters are written out, as `\\n` or `\\u001b`. What comes from a repo, a machine or
/// a person may neither begin a line of ours nor steer a terminal. JSON is printed as it is.
func printable<Reply: Codable>(_ reply: Reply) throws -> Reply {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    let encoded = [UInt8](try encoder.encode(reply))
    let escaped = escapingControls(inJSON: encoded)
    return escaped == encoded ? reply : try JSONDecoder().decode(Reply.self, from: Data(escaped))
}

/// The same for one text.
func printable(_ text: String) -> String { (try? printable([text]))?.first ?? "" }

/// In compact JSON every backslash stands in a string. Of a control character's escape, its backslash is escaped; what JSON leaves as it
/// is (DEL, the C1 controls, line separators and marks that turn the direction of text) gets such an escape.
private func escapingControls(inJSON bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
        let byte = bytes[index]
        if byte == UInt8(ascii: "\\"), index + 1 < bytes.count {
            let next = bytes[index + 1]
            if next != UInt8(ascii: "\""), next != byte, next != UInt8(ascii: "/") { result.append(byte) }
            result += [byte, next]
            index += 2
            continue
        }
        if let (length, code) = control(at: index, in: bytes) {
            let digits = String(code, radix: 16)
            result += Array("\\\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
            index += length
            continue
        }
        result.append(byte)
        index += 1
    }
    return result
}

private func control(at index: Int, in bytes: [UInt8]) -> (length: Int, code: UInt32)? {
    let byte = bytes[index]
    if byte == 0x7F { return (1, 0x7F) }
    if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] < 0xA0 { return (2, UInt32(bytes[index + 1])) }
    guard byte == 0xE2, index + 2 < bytes.count else { return nil }
    let code = UInt32(0x2000) | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
    return [0x200E, 0x200F].contains(code) || (0x2028...0x202E).contains(code) || (0x2066...0x2069).contains(code)
        ? (3, code) : nil
}
