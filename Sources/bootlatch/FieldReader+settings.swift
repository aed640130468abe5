import Boot
import Git
import Inventory
import Manifest
import Reconcile
import YAML

extension FieldReader {
    mutating func settings(_ root: Node, into settings: inout Settings) {
        checkFields(of: root, known: ["state", "inventory", "writeBack", "boot", "control"])
        settings.state = text("state", of: root) ?? settings.state
        inventory(mapping("inventory", of: root), into: &settings)
        writeBack(root, into: &settings)
        boot(mapping("boot", of: root), into: &settings.boot)
        let control = mapping("control", of: root)
        checkFields(of: control, known: ["socket", "http"])
        settings.controlSocket = text("socket", of: control) ?? settings.controlSocket
        if isOff("http", of: control) || field("http", of: control)?.text == "off" {
            settings.controlHTTP = nil
        } else {
            settings.controlHTTP = text("http", of: control) ?? settings.controlHTTP
        }
    }

    private mutating func inventory(_ node: Node?, into settings: inout Settings) {
        checkFields(
            of: node, known: ["url", "branch", "paths", "interval", "timeout", "allowedSigners", "openPGPKeys", "auth"])
        settings.url = text("url", of: node) ?? settings.url
        settings.branch = branch(of: node) ?? settings.branch
        if field("paths", of: node) != nil { settings.paths = oneOrMoreTexts("paths", of: node) }
        settings.interval = duration("interval", of: node, atLeast: 1) ?? settings.interval
        settings.timeout = duration("timeout", of: node, atLeast: 1) ?? settings.timeout
        settings.signers.ssh = text("allowedSigners", of: node) ?? settings.signers.ssh
        settings.signers.openPGP = text("openPGPKeys", of: node) ?? settings.signers.openPGP
        let auth = mapping("auth", of: node)
        checkFields(
            of: auth,
            known: ["sshKey", "passphraseFile", "knownHosts", "username", "passwordFile", "tokenFile", "caFile"])
        settings.auth.sshKey = text("sshKey", of: auth) ?? settings.auth.sshKey
        settings.auth.passphraseFile = text("passphraseFile", of: auth) ?? settings.auth.passphraseFile
        settings.auth.knownHosts = text("knownHosts", of: auth) ?? settings.auth.knownHosts
        settings.auth.username = text("username", of: auth) ?? settings.auth.username
        settings.auth.passwordFile = text("passwordFile", of: auth) ?? settings.auth.passwordFile
        settings.auth.tokenFile = text("tokenFile", of: auth) ?? settings.auth.tokenFile
        settings.auth.caFile = text("caFile", of: auth) ?? settings.auth.caFile
    }

    private mutating func branch(of node: Node?) -> String? {
        guard let name = text("branch", of: node) else { return nil }
        // What libgit2 can't say is found out at the first fetch.
        if let value = field("branch", of: node), (try? isBranchName(name)) == false {
            error(value, "no branch of git is called `\(name)`: see `git check-ref-format --help`")
        }
        return name
    }

    private mutating func writeBack(_ root: Node, into settings: inout Settings) {
        if isOff("writeBack", of: root) {
            settings.writeBack.isOn = false
            return
        }
        let node = mapping("writeBack", of: root)
        checkFields(of: node, known: ["mode", "author", "window", "subject", "pushOptions", "branch", "signingKey"])
        if isOff("mode", of: node) {
            settings.writeBack.isOn = false
        } else if let mode = text("mode", of: node) {
            settings.writeBack.isOn = true
            if mode != "push", let node = field("mode", of: node) { expected("push or off", at: node) }
        }
        let author = mapping("author", of: node)
        checkFields(of: author, known: ["name", "email"])
        settings.writeBack.author = person("name", of: author, as: "name") ?? settings.writeBack.author
        settings.writeBack.email = person("email", of: author, as: "e-mail address") ?? settings.writeBack.email
        settings.writeBack.subject = text("subject", of: node) ?? settings.writeBack.subject
        if field("pushOptions", of: node) != nil {
            settings.writeBack.pushOptions = oneOrMoreTexts("pushOptions", of: node)
        }
        settings.writeBack.branch = branch(of: node) ?? settings.writeBack.branch
        settings.writeBack.signer =
            text("signingKey", of: node).map { CommitSigner(key: $0) } ?? settings.writeBack.signer
        settings.window = duration("window", of: node, atLeast: 0) ?? settings.window
    }

    private mutating func person(_ key: String, of author: Node?, as what: String) -> String? {
        guard let text = text(key, of: author) else { return nil }
        if let node = field(key, of: author), let trouble = Person.trouble(with: text, as: what) {
            error(node, trouble)
        }
        return text
    }

    private mutating func boot(_ node: Node?, into boot: inout BootSettings) {
        checkFields(of: node, known: ["interfaces", "address", "dhcp", "tftp", "http", "loaders"])
        if field("interfaces", of: node) != nil { boot.interfaces = oneOrMoreTexts("interfaces", of: node) }
        if let node = field("address", of: node), let text = text(node) {
            boot.address = IPv4Address(text)
            if boot.address == nil { expected("an IPv4 address", at: node) }
        }
        if isOff("dhcp", of: node) {
            boot.dhcpMode = .off
        } else {
            let dhcp = mapping("dhcp", of: node)
            checkFields(of: dhcp, known: ["mode", "port", "pxePort"])
            if isOff("mode", of: dhcp) {
                boot.dhcpMode = .off
            } else {
                boot.dhcpMode = choice("mode", of: dhcp) ?? boot.dhcpMode
            }
            boot.dhcpPort = port("port", of: dhcp) ?? boot.dhcpPort
            boot.pxePort = port("pxePort", of: dhcp) ?? boot.pxePort
        }
        let tftp = mapping("tftp", of: node)
        checkFields(of: tftp, known: ["port"])
        boot.tftpPort = port("port", of: tftp) ?? boot.tftpPort
        let http = mapping("http", of: node)
        checkFields(of: http, known: ["port", "artifacts"])
        boot.httpPort = port("port", of: http) ?? boot.httpPort
        boot.artifacts = text("artifacts", of: http) ?? boot.artifacts
        boot.loaders = text("loaders", of: node) ?? boot.loaders
    }

    private mutating func port(_ key: String, of node: Node?) -> Int? { integer(key, of: node, in: 0...65535) }

    /// `off` is a boolean in YAML, and what people write.
    private func isOff(_ key: String, of node: Node?) -> Bool { field(key, of: node)?.bool == false }
}
