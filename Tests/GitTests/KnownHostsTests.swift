import Testing

@testable import Git

struct KnownHostsTests {
    private let key = wireKey("ssh-ed25519", 7)
    private let other = wireKey("ssh-ed25519", 8)

    @Test(arguments: [
        "git.lab", "a.lab,git.lab,b.lab", "*.lab", "g?t.lab", "GIT.lab", "*,!evil.lab",
        // printf %s git.lab | openssl dgst -sha1 -mac HMAC -macopt hexkey:000102030405060708090a0b0c0d0e0f10111213
        "|1|AAECAwQFBgcICQoLDA0ODxAREhM=|\(base64Padded(hmacSHA1(key: Array(0..<20), Array("git.lab".utf8))))",
    ])
    func `a host is known by its name, a pattern or a hash`(names: String) {
        let hosts = KnownHosts("# comment\n\n\(names) ssh-ed25519 \(base64Padded(key)) a comment\n")
        #expect(hosts.check(host: "git.lab", key: key) == .known)
        #expect(hosts.check(host: "git.lab", key: other) == .changed(line: 3))
        #expect(hosts.check(host: "git.lab", key: wireKey("ecdsa-sha2-nistp256", 1)) == .unknown)
    }

    @Test(arguments: ["git.lab.example", "[git.lab]:2222", "*.lab,!git.lab", "|1|!|!", "|1|AAAA|AAAA", "x*"])
    func `other names are other hosts`(names: String) {
        let hosts = KnownHosts("\(names) ssh-ed25519 \(base64Padded(key))")
        #expect(hosts.check(host: "git.lab", key: key) == .unknown)
    }

    @Test func `a port that is not 22 is part of the name`() {
        let hosts = KnownHosts("[git.lab]:2222 ssh-ed25519 \(base64Padded(key))")
        #expect(hosts.check(host: "[git.lab]:2222", key: key) == .known)
        #expect(hosts.check(host: "[git.lab]:2223", key: key) == .unknown)
    }

    @Test func `a revoked key is refused, whatever else the file says`() {
        let line = "git.lab ssh-ed25519 \(base64Padded(key))"
        #expect(KnownHosts("\(line)\n@revoked \(line)").check(host: "git.lab", key: key) == .revoked(line: 2))
    }

    @Test func `any of several keys of a host will do`() {
        let hosts = KnownHosts("a ssh-ed25519 \(base64Padded(other))\na ssh-ed25519 \(base64Padded(key))")
        #expect(hosts.check(host: "a", key: key) == .known)
    }

    @Test(arguments: ["", "a", "a b", "a ssh-ed25519", "a ssh-ed25519 ###", "@cert-authority a ssh-ed25519 AAAA"])
    func `lines that hold no key are passed over`(text: String) {
        #expect(KnownHosts(text).check(host: "a", key: [0, 0, 0]) == .unknown)
    }

    @Test func `the key to ask for is one that libssh2 can verify`() {
        let rsa = "git.lab ssh-rsa \(base64Padded(wireKey("ssh-rsa", 1)))"
        let ecdsa = "git.lab ecdsa-sha2-nistp256 \(base64Padded(wireKey("ecdsa-sha2-nistp256", 1)))"
        #expect(KnownHosts("\(rsa)\n\(ecdsa)").preferred(host: "git.lab") == "\(ecdsa)\n")
        #expect(KnownHosts(rsa).preferred(host: "git.lab") == "\(rsa)\n")
        #expect(KnownHosts(rsa).preferred(host: "other") == nil)
    }
}

private func wireKey(_ type: String, _ seed: UInt8) -> [UInt8] {
    [0, 0, 0, UInt8(type.utf8.count)] + Array(type.utf8) + [0, 0, 0, 4, seed, seed, seed, seed]
}

private func base64Padded(_ bytes: [UInt8]) -> String {
    let text = base64Encoded(bytes)
    return text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
}
