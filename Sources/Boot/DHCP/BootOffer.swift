import Inventory
import NIOCore

/// What a reply says about booting, apart from who leases the address.
package enum BootOffer: Sendable, Equatable {
    /// Nothing at all: a lease alone, or silence where another server leases.
    case nothing
    /// That the boot ends here: PXE's discovery control without a file.
    case noFile
    /// A file name or URL.
    case file(String)

    /// design.md's table of refusals, and the loader or script of those that are let in.
    package init(_ question: DHCPQuestion, _ interface: Interface, in context: DHCPContext) {
        let (client, mac, urls) = (question.client, question.mac, context.urls)
        let loader = Loader.name(for: client.architecture, interface)
        switch (client.kind, context.decision) {
        case (.installedOS, _), (_, .ignore): self = .nothing
        case (.ipxe, .introduce): self = .file(urls.script(mac, client.architecture))
        case (.firmware, .introduce): self = .file(Loader.path(mac, loader))
        // A name with this MAC would be refused: nothing about this request shows a UUID.
        case (.http, .introduce): self = .file(urls.loader(loader))
        case (.ipxe, .netboot): self = .file(urls.script(mac, client.architecture))
        case (.firmware, .netboot): self = .file(Loader.path(mac, loader))
        case (.http, .netboot): self = .file(urls.loader(mac, loader))
        case (.http, .localBoot):
            switch interface.settings.refuse.http ?? .auto {
            case .auto where !context.speaksUp, .silent: self = .nothing
            // The same URL: the route asks the gate, and answers 404 or, where the policy says so, the loader.
            case .auto, .notFound, .loader: self = .file(urls.loader(mac, loader))
            }
        case (let kind, .localBoot):
            switch interface.settings.refuse.pxe ?? .auto {
            case .auto where !context.speaksUp, .silent: self = .nothing
            case .offer: self = .noFile
            case .tftpError: self = .file(Loader.path(mac, loader))
            case .auto where kind == .ipxe, .loader where kind == .ipxe:
                // The script is where iPXE learns of the refusal, and starts its disk the quickest.
                self = .file(urls.script(mac, client.architecture))
            case .auto: self = context.mode == .proxy ? .noFile : .file(Loader.path(mac, loader))
            case .loader: self = .file(Loader.path(mac, loader))
            }
        }
    }
}

extension DHCPContext {
    /// `auto` is silent beside another team's boot server; where we lease the address there is no other.
    fileprivate var speaksUp: Bool { isOurs || mode == .server }
}

/// File names of loaders.
package enum Loader {
    /// The manifest's own loader, else the architecture's.
    package static func name(for architecture: Architecture, _ interface: Interface) -> String {
        interface.spec.ipxe?.binary ?? interface.spec.dhcp.bootFileName ?? architecture.loader
    }

    /// A TFTP name that carries the MAC: a TFTP request has none of its own.
    package static func path(_ mac: MACAddress, _ file: String) -> String { "\(mac.hyphenated)/\(file)" }
}

extension BootOffer {
    /// Writes the offer into a reply. PXE reads `file` and `siaddr`; some UEFI firmware reads option 67 before them.
    func write(to answer: inout DHCPPacket, for question: DHCPQuestion, in context: DHCPContext) {
        guard self != .nothing else { return }
        answer.serverAddress = context.urls.address
        let isProxy = context.mode == .proxy
        if question.client.kind == .http {
            answer.options.append(.vendorClass, "HTTPClient")
        } else if isProxy || self == .noFile {
            // In a server's lease, this class without option 43 would send OVMF to port 4011 in vain.
            answer.options.append(.vendorClass, "PXEClient")
        }
        if case .file(let name) = self {
            let fits = name.utf8.count < 128
            if fits { answer.file = name }
            if !isProxy || !fits { answer.options.append(.bootFile, name) }
        }
        if isProxy || self == .noFile { writeDiscoveryControl(to: &answer, for: question) }
        if let identifier = question.packet.options[.machineIdentifier] {
            answer.options.append(.machineIdentifier, identifier)
        }
    }

    /// PXE 2.1 §2.2: tag 6 with bit 3 makes the client take the file of this very reply, without asking port 4011; tag 71 repeats
    /// the menu item that a client chose.
    private func writeDiscoveryControl(to answer: inout DHCPPacket, for question: DHCPQuestion) {
        var vendor = DHCPOptions()
        vendor.append(Self.discoveryControl, 8 as UInt8)
        if question.port == .pxe, var asked = question.packet.options[.vendor],
            let item = try? asked.readSuboptions()[Self.bootItem]
        {
            vendor.append(Self.bootItem, item)
        }
        var bytes = vendor.bytes
        bytes.writeInteger(DHCPOptions.Code.end.rawValue)
        answer.options.append(.vendor, bytes)
    }

    private static let discoveryControl = DHCPOptions.Code(rawValue: 6)
    private static let bootItem = DHCPOptions.Code(rawValue: 71)
}
