import Foundation
import GitServers
import Testing

@testable import Git

@Suite(.enabled(if: has("ssh-keygen"), "openssh-client is not installed"))
struct SSHKeyTests {
    @Test(arguments: ["ed25519", "ecdsa", "rsa"], ["", "secret"])
    func `a key file tells its type and whether it is encrypted`(type: String, passphrase: String) throws {
        let sandbox = try Sandbox()
        let file = "\(sandbox.path)/key"
        try program("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-f", file])
        let key = try #require(SSHKey(String(contentsOfFile: file, encoding: .utf8)))
        #expect(key.isRSA == (type == "rsa"))
        #expect(key.isEncrypted == !passphrase.isEmpty)
        #expect(SSHKey(try String(contentsOfFile: file + ".pub", encoding: .utf8)) == nil)
    }

    @Test(arguments: ["ecdsa", "rsa"], ["", "secret"])
    func `a key in PEM form does, too`(type: String, passphrase: String) throws {
        let sandbox = try Sandbox()
        let file = "\(sandbox.path)/key"
        try program("ssh-keygen", ["-q", "-m", "PEM", "-t", type, "-N", passphrase, "-f", file])
        let key = try #require(SSHKey(String(contentsOfFile: file, encoding: .utf8)))
        #expect(key.isRSA == (type == "rsa"))
        #expect(key.isEncrypted == !passphrase.isEmpty)
    }

    @Test(arguments: [
        "", "text", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA/////w==\n-----END OPENSSH PRIVATE KEY-----",
    ])
    func `what is no key is refused`(text: String) {
        #expect(SSHKey(text) == nil)
    }
}
