import Testing

@testable import Git

struct RemoteAddressTests {
    @Test(arguments: [
        ("/srv/git/inventory.git", "/srv/git/inventory.git", "/srv/git/inventory.git"),
        ("inventory.git", "inventory.git", "inventory.git"),
        ("./with:colon", "./with:colon", "./with:colon"),
        ("file:///srv/my%20git", "/srv/my git", "file:///srv/my git"),
        ("git://git.lab/inventory.git", "git://git.lab/inventory.git", "git://git.lab/inventory.git"),
        ("git://git.lab:9419/i.git", "git://git.lab:9419/i.git", "git://git.lab:9419/i.git"),
        ("ssh://git@git.lab:2222/i.git", "ssh://git@git.lab:2222/i.git", "ssh://git@git.lab:2222/i.git"),
        ("ssh://git.lab/~ada/i.git", "ssh://git@git.lab/~ada/i.git", "ssh://git@git.lab/~ada/i.git"),
        ("ssh://git@[::1]:2222/i.git", "ssh://git@[::1]:2222/i.git", "ssh://git@[::1]:2222/i.git"),
        ("git@git.lab:lab/i.git", "git@git.lab:lab/i.git", "git@git.lab:lab/i.git"),
        ("git.lab:/srv/i.git", "git@git.lab:/srv/i.git", "git@git.lab:/srv/i.git"),
        ("git@[::1]:lab/i.git", "git@[::1]:lab/i.git", "git@[::1]:lab/i.git"),
        ("https://git.lab/i.git", "https://git.lab/i.git", "https://git.lab/i.git"),
        ("HTTP://git.lab:8080/i.git", "http://git.lab:8080/i.git", "http://git.lab:8080/i.git"),
        ("https://ada:s3cret@git.lab/i.git", "https://git.lab/i.git", "https://***@git.lab/i.git"),
        ("https://ghp_token@git.lab/i.git", "https://git.lab/i.git", "https://***@git.lab/i.git"),
        (
            "https://git.lab/i.git?private_token=s3cret", "https://git.lab/i.git?private_token=s3cret",
            "https://git.lab/i.git?***"
        ),
        ("ssh://git:s3cret@git.lab/i.git", "ssh://git@git.lab/i.git", "ssh://git@git.lab/i.git"),
    ])
    func `an address is read, and shown without secrets`(text: String, url: String, shown: String) throws {
        let address = try RemoteAddress(text)
        #expect(address.url == url)
        #expect(address.description == shown)
    }

    @Test(arguments: [
        "", "ftp://host/x", "https://", "https://git.lab", "https://git.lab/", "ssh://-oProxyCommand=x/y",
        "https://ada:s3cret@git.lab:port/i.git", "file://host/x", "git@git.lab:", "-x@host:path", "https://h/a\nb",
        "ssh://git@git.lab:70000/i.git", "[git@git.lab:2222]:lab/i.git",
    ])
    func `what is no address is refused with a reason that hides secrets`(text: String) {
        #expect {
            try RemoteAddress(text)
        } throws: { error in
            guard case GitError.address(_, let reason)? = error as? GitError else { return false }
            return !reason.isEmpty && !"\(error)".contains("s3cret")
        }
    }

    @Test func `a password in the address is decoded and kept for the server`() throws {
        let address = try RemoteAddress("https://ada%40lab:p%3Aw@git.lab/i.git")
        #expect(address.user == "ada@lab")
        #expect(address.password == "p:w")
    }

    @Test(arguments: [
        ("git@Git.Lab:x", "git.lab"), ("ssh://git@git.lab:22/x", "git.lab"), ("ssh://git.lab:2222/x", "[git.lab]:2222"),
        ("ssh://[::1]:2222/x", "[::1]:2222"),
    ])
    func `known_hosts knows a host by its name, with its port when that is not 22`(text: String, name: String) throws {
        #expect(try RemoteAddress(text).knownHostsName == name)
    }
}
