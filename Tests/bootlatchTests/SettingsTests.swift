import Boot
import Inventory
import Reconcile
import Testing

@testable import bootlatch

struct SettingsTests {
    private func load(
        _ text: String? = nil, _ environment: [String: String] = [:], _ flags: [String] = []
    ) throws -> Settings {
        try Settings.load(file: text.map { ("lab.yaml", Array($0.utf8)) }, environment: environment, flags: flags)
    }

    private func refusal(
        _ text: String? = nil, _ environment: [String: String] = [:], _ flags: [String] = []
    ) -> String {
        do {
            _ = try load(text, environment, flags)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a whole file is read`() throws {
        let settings = try load(
            """
            state: /srv/bootlatch
            inventory:
              url: ssh://git@git.lab/inventory.git
              branch: prod
              paths: [hosts, rules]
              interval: 1m30s
              timeout: 10s
              auth: {sshKey: /etc/key, knownHosts: /etc/known_hosts}
            writeBack: {mode: push, author: {name: Latch, email: latch@lab}, window: 2s, pushOptions: [ci.skip]}
            boot:
              interfaces: [eth1, eth2]
              address: 10.10.20.2
              dhcp: {mode: server, port: 1067, pxePort: 14011}
              tftp: {port: 1069}
              http: {port: 0, artifacts: /srv/artifacts}
              loaders: /srv/ipxe
            control: {socket: /tmp/c.sock, http: "127.0.0.1:0"}
            """)
        #expect(
            settings.state == "/srv/bootlatch" && settings.branch == "prod" && settings.paths == ["hosts", "rules"])
        #expect(settings.interval == 90 && settings.timeout == 10 && settings.window == 2)
        #expect(settings.auth.sshKey == "/etc/key" && settings.auth.knownHosts == "/etc/known_hosts")
        #expect(
            settings.writeBack.isOn && settings.writeBack.author == "Latch"
                && settings.writeBack.pushOptions == ["ci.skip"])
        #expect(settings.boot.interfaces == ["eth1", "eth2"] && settings.boot.address == IPv4Address("10.10.20.2"))
        #expect(settings.boot.dhcpMode == .server && settings.boot.dhcpPort == 1067 && settings.boot.pxePort == 14011)
        #expect(settings.boot.tftpPort == 1069 && settings.boot.httpPort == 0 && settings.boot.loaders == "/srv/ipxe")
        #expect(settings.controlSocket == "/tmp/c.sock" && settings.controlHTTP == "127.0.0.1:0")
    }

    @Test(arguments: [nil, "", "# nothing\n", "boot:\n"])
    func `what is left out has its default`(text: String?) throws {
        let settings = try load(text)
        #expect(settings.state == "/var/lib/bootlatch" && settings.url == nil && settings.interval == 30)
        #expect(settings.boot.dhcpMode == .proxy && settings.boot.httpPort == 8080 && settings.writeBack.isOn)
        #expect(settings.controlHTTP == "127.0.0.1:8081")
    }

    @Test(arguments: [
        ("inventry: {}\n", "lab.yaml:1:1: ", "did you mean inventory?"),
        ("boot:\n  htpp: {port: 1}\n", "lab.yaml:2:3: ", "did you mean http?"),
        ("boot: {dhcp: {prot: 67}}\n", "lab.yaml:1:15: ", "did you mean port?"),
        ("inventory:\n  auth:\n    sshkey: x\n", "lab.yaml:3:5: ", "did you mean sshKey?"),
        ("zzz: 1\n", "lab.yaml:1:1: ", "there are state, inventory, writeBack, boot, control"),
    ])
    func `an unknown key is named with its place and the nearest known one`(text: String, place: String, hint: String) {
        let refusal = refusal(text)
        #expect(refusal.hasPrefix(place) && refusal.contains(hint), "\(refusal)")
    }

    @Test(arguments: [
        ("inventory: {interval: 30}\n", "lab.yaml:1:23: ", "a duration such as"),
        ("inventory: {interval: 0s}\n", "lab.yaml:1:23: ", "1s or more"),
        ("boot: {http: {port: many}}\n", "lab.yaml:1:21: ", "a whole number from 0 to 65535"),
        ("boot: {http: {port: 65536}}\n", "lab.yaml:1:21: ", "a whole number from 0 to 65535"),
        ("boot: {http: {port: -1}}\n", "lab.yaml:1:21: ", "a whole number from 0 to 65535"),
        ("boot: {address: ten}\n", "lab.yaml:1:17: ", "an IPv4 address"),
        ("boot: {dhcp: {mode: relay}}\n", "lab.yaml:1:21: ", "server"),
        ("boot: []\n", "lab.yaml:1:7: ", "a mapping"), ("state: [x]\n", "lab.yaml:1:8: ", "a text"),
        ("writeBack: {mode: pull}\n", "lab.yaml:1:19: ", "push or off"),
        ("writeBack: {author: {name: ''}}\n", "lab.yaml:1:28: ", "is empty"),
        ("writeBack: {author: {name: \"x\\ny\"}}\n", "lab.yaml:1:28: ", "a control character"),
        ("writeBack: {author: {email: '<x>'}}\n", "lab.yaml:1:29: ", "holds <, >"),
        ("- x\n", "lab.yaml: ", "a mapping of settings"),
        ("state: x\nstate: y\n", "lab.yaml:2:1", ""), ("state: 'x\n", "lab.yaml:", ""),
    ])
    func `a mistyped value is named with its place and what is expected`(text: String, place: String, hint: String) {
        let refusal = refusal(text)
        #expect(refusal.hasPrefix(place) && (hint.isEmpty || refusal.contains(hint)), "\(refusal)")
    }

    @Test(arguments: [0, 1, 65535])
    func `ports go from 0 to 65535`(port: Int) throws {
        #expect(try load("boot: {http: {port: \(port)}}\n").boot.httpPort == port)
    }

    @Test(arguments: ["off", "'off'", "\"off\"", "false"])
    func `no read-only listener, quoted or not`(off: String) throws {
        #expect(try load("control: {http: \(off)}\n").controlHTTP == nil)
    }

    @Test func `flags win over the environment, the environment over the file`() throws {
        let file = "inventory: {url: /file, branch: file, interval: 1m}\n"
        let environment = ["BOOTLATCH_INVENTORY_URL": "/env", "BOOTLATCH_INVENTORY_BRANCH": "env", "HOME": "/root"]
        let settings = try load(file, environment, ["inventory.url=/flag"])
        #expect(settings.url == "/flag" && settings.branch == "env" && settings.interval == 60)
        // The later flag wins.
        #expect(try load(nil, [:], ["state=/a", "state=/b"]).state == "/b")
    }

    @Test(arguments: ["off", "false"])
    func `off is a boolean of YAML and turns things off all the same`(word: String) throws {
        #expect(try !load("writeBack: \(word)\n").writeBack.isOn)
        #expect(try !load("writeBack: {mode: \(word)}\n").writeBack.isOn)
        #expect(try load("boot: {dhcp: \(word)}\n").boot.dhcpMode == .off)
        #expect(try load("boot: {dhcp: {mode: \(word)}}\n").boot.dhcpMode == .off)
        #expect(try load("control: {http: \(word)}\n").controlHTTP == nil)
        #expect(try load(nil, ["BOOTLATCH_BOOT_DHCP_MODE": word]).boot.dhcpMode == .off)
        #expect(try !load(nil, [:], ["writeBack.mode=\(word)"]).writeBack.isOn)
    }

    @Test func `lists may be given as flags, or as one text`() throws {
        #expect(try load(nil, [:], ["boot.interfaces=[eth0, eth1]"]).boot.interfaces == ["eth0", "eth1"])
        #expect(try load(nil, [:], ["boot.interfaces=eth0"]).boot.interfaces == ["eth0"])
    }

    @Test(
        arguments: [
            (["BOOTLATCH_INVENTORY_URI": "/x"], [], "BOOTLATCH_INVENTORY_URI (did you mean BOOTLATCH_INVENTORY_URL?)"),
            (["BOOTLATCH_BOOT_HTTP_PORT": "many"], [], "environment BOOTLATCH_BOOT_HTTP_PORT"),
            ([:], ["inventory.uri=/x"], "--set: no setting inventory.uri (did you mean inventory.url?)"),
            ([:], ["inventory.url"], "write it as KEY=VALUE"), ([:], ["=x"], "write it as KEY=VALUE"),
            ([:], ["boot.http.port=many"], "--set"),
            ([:], ["inventory.branch=../x"], "no branch of git is called `../x`"),
            ([:], ["writeBack.branch=a b"], "no branch of git is called `a b`"),
        ] as [([String: String], [String], String)])
    func `a wrong variable or flag is named`(environment: [String: String], flags: [String], hint: String) {
        let refusal = refusal(nil, environment, flags)
        #expect(refusal.contains(hint), "\(refusal)")
    }

    @Test(arguments: [
        "/srv/a b", "ssh://git@h/x.git", "{weird}", "a: b", "x # y", "'quoted'", "1.10", "true", "@x", "",
    ])
    func `a flag's text is taken as it is written`(value: String) throws {
        #expect(try load(nil, [:], ["inventory.url=\(value)"]).url == value)
    }

    @Test func `every key can be set by flag and by environment`() {
        for key in Settings.keys {
            #expect(!refusal(nil, [:], ["\(key)=?"]).contains("no setting"))
            #expect(!refusal(nil, [Settings.variable(for: key): "?"]).contains("no setting"))
            #expect(!refusal(nil, [:], ["\(key)=?"]).contains("no such field"), "\(key)")
        }
    }
}
