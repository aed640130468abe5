/// What can be told about a private key file without its passphrase.
struct SSHKey: Equatable {
    let isRSA: Bool
    let isEncrypted: Bool

    /// Nil when the text is no private key.
    init?(_ text: String) {
        let lines = text.split(whereSeparator: \.isNewline)
        guard let begin = lines.first, begin.hasPrefix("-----BEGIN "), begin.hasSuffix("PRIVATE KEY-----") else {
            return nil
        }
        guard begin == "-----BEGIN OPENSSH PRIVATE KEY-----" else {
            isRSA = begin.contains(" RSA ")
            isEncrypted = begin.contains(" ENCRYPTED ") || lines.contains { $0.hasPrefix("Proc-Type: 4,ENCRYPTED") }
            return
        }
        // "openssh-key-v1", then strings: cipher, KDF, KDF options; the number of keys; the public key.
        let magic = Array("openssh-key-v1\0".utf8)
        guard let bytes = base64Decoded(lines.dropFirst().dropLast().joined()), bytes.starts(with: magic) else {
            return nil
        }
        var rest = bytes.dropFirst(magic.count)
        var strings: [[UInt8]] = []
        while strings.count < 4 {
            if strings.count == 3 { rest = rest.dropFirst(4) }
            guard let string = sshString(rest) else { return nil }
            strings.append(string)
            rest = rest.dropFirst(4 + string.count)
        }
        isEncrypted = strings[0] != Array("none".utf8)
        isRSA = sshString(strings[3]) == Array("ssh-rsa".utf8)
    }
}
