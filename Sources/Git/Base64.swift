private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// Decodes base64 (RFC 4648); nil for anything that is not.
func base64Decoded(_ text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count): (UInt32, Int) = (0, 0)
    var padding = 0
    for digit in text.utf8 {
        if digit == UInt8(ascii: "=") {
            padding += 1
            continue
        }
        guard padding == 0, let value = alphabet.firstIndex(of: digit) else { return nil }
        (bits, count) = (bits << 6 | UInt32(value), count + 6)
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
    }
    return padding <= 2 && count < 6 ? bytes : nil
}

/// Base64 without padding, as OpenSSH shows fingerprints.
func base64Encoded(_ bytes: some Sequence<UInt8>) -> String {
    var digits: [UInt8] = []
    var (bits, count): (UInt32, Int) = (0, 0)
    for byte in bytes {
        (bits, count) = (bits << 8 | UInt32(byte), count + 8)
        while count >= 6 {
            count -= 6
            digits.append(alphabet[Int(bits >> count & 63)])
        }
    }
    if count > 0 { digits.append(alphabet[Int(bits << (6 - count) & 63)]) }
    return String(decoding: digits, as: UTF8.self)
}
