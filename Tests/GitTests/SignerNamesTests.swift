import Testing

@testable import Git

struct SignerNamesTests {
    @Test func `of each ssh key the first name counts, as ssh-keygen reads the file`() async throws {
        let text = """
            # ops of the lab
            ops ssh-ed25519 AAAA ops@lab

              lead,ada@lab namespaces="git" ssh-ed25519 BBBB
            "night shift" ssh-ed25519 CCCC\r
            *@lab ssh-ed25519 DDDD
            """
        let names = try await signerNames(in: SigningKeys(ssh: Array(text.utf8)))
        #expect(names == ["ops", "lead", "night shift", "*@lab"])
        #expect(try await signerNames(in: SigningKeys()) == [])
    }
}
