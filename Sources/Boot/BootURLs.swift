import Inventory

/// The addresses that clients are told to come back to.
package struct BootURLs: Sendable, Hashable {
    /// Ours, as clients see it.
    package var address: IPv4Address
    package var httpPort: Int

    package init(address: IPv4Address, httpPort: Int) {
        self.address = address
        self.httpPort = httpPort
    }

    /// `http://10.0.0.1:8080`, without a slash at its end.
    package var base: String { "http://\(address):\(httpPort)" }

    /// What iPXE fills in by itself, in file names of DHCP as in scripts.
    private static let identity = "uuid=${uuid}&serial=${serial:uristring}"

    /// The machine's script, for iPXE that was seen by DHCP.
    package func script(_ mac: MACAddress, _ architecture: Architecture) -> String {
        script(mac, isUEFI: architecture.isUEFI)
    }

    /// The machine's script, asked for once more.
    func script(_ mac: MACAddress, isUEFI: Bool, tries: Int? = nil) -> String {
        let tries = tries.map { "try=\($0)&" } ?? ""
        return
            "\(base)/boot/\(mac.hyphenated)/script.ipxe?platform=\(isUEFI ? "efi" : "pcbios")&\(tries)\(Self.identity)"
    }

    /// A loader that any machine may have: it boots nothing by itself.
    package func loader(_ file: String) -> String { "\(base)/loaders/\(file)" }

    /// A loader for UEFI HTTP boot.
    package func loader(_ mac: MACAddress, _ file: String) -> String { "\(base)/loaders/\(mac.hyphenated)/\(file)" }

    package func kernel(_ token: Token) -> String { "\(base)/b/\(token.text)/kernel" }
    package func initrd(_ token: Token, _ index: Int) -> String { "\(base)/b/\(token.text)/initrd/\(index)" }
    /// Base of this boot's artifacts, without a slash at its end.
    package func artifacts(_ token: Token) -> String { "\(base)/b/\(token.text)/artifacts" }
    /// Base of this boot's answers, without a slash at its end.
    package func answers(_ token: Token) -> String { "\(base)/b/\(token.text)/answers" }
    package func hook(_ token: Token) -> String { "\(base)/hooks/\(token.text)" }
    package func failed(_ token: Token) -> String { "\(base)/hooks/\(token.text)/failed" }
    package func progress(_ token: Token) -> String { "\(base)/hooks/\(token.text)/progress" }

    /// A script that fetches the machine's own script. Without a MAC, iPXE names the card that it booted from.
    package func stub(_ mac: MACAddress? = nil) -> String {
        let mac = mac?.hyphenated ?? "${netX/mac:hexhyp}"
        // A plain `exit` ends in some firmwares' setup screen; a failure goes on to the next boot device.
        return """
            #!ipxe
            chain \(base)/boot/\(mac)/script.ipxe?platform=${platform}&\(Self.identity) || exit 1

            """
    }
}
