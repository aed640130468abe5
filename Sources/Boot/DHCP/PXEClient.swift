import Inventory
import NIOCore

/// What kind of machine sent a DHCP request, and what it can boot.
package struct PXEClient: Sendable, Equatable {
    package enum Kind: Sendable, Hashable {
        /// An installed OS, or an installer: it asks for a lease and nothing else.
        case installedOS
        /// A PXE ROM or UEFI's PXE: loads a file by TFTP.
        case firmware
        /// iPXE that speaks HTTP: runs a script.
        case ipxe
        /// UEFI HTTP boot: loads a URL.
        case http
    }

    package var kind: Kind
    /// RFC 4578 §2.1.
    package var architecture: Architecture
    /// Lower case with hyphens, as SMBIOS and iPXE print it.
    package var uuid: String?
    package var vendorClass: String?

    package init(_ packet: DHCPPacket) {
        let options = packet.options
        vendorClass = options.text(.vendorClass)
        architecture = Architecture(options, vendorClass: vendorClass)
        uuid = options[.machineIdentifier].flatMap(Self.uuid(of:))
        if Self.isIPXE(options) {
            // A network card's iPXE may be built without HTTP; it gets a loader like any PXE ROM.
            kind = Self.speaksHTTP(options) ? .ipxe : .firmware
        } else if vendorClass?.hasPrefix("PXEClient") == true {
            kind = .firmware
        } else if vendorClass?.hasPrefix("HTTPClient") == true {
            kind = .http
        } else {
            kind = .installedOS
        }
    }

    /// Option 77 is a bare `iPXE` from iPXE itself; RFC 3004 §4 puts a length before each class.
    private static func isIPXE(_ options: DHCPOptions) -> Bool {
        guard var userClass = options[.userClass] else { return options.has(.ipxe) }
        if userClass.readableBytesView.elementsEqual("iPXE".utf8) { return true }
        while let name = userClass.readLengthPrefixedSlice(as: UInt8.self) {
            if name.readableBytesView.elementsEqual("iPXE".utf8) { return true }
        }
        return options.has(.ipxe)
    }

    /// Feature 19 of iPXE's own options; an iPXE that lists no features is taken to have it.
    private static func speaksHTTP(_ options: DHCPOptions) -> Bool {
        guard var bytes = options[.ipxe], let features = try? bytes.readSuboptions() else { return true }
        return features.octet(DHCPOptions.Code(rawValue: 19)) ?? 0 != 0
    }

    /// Option 97: a type 0, then the SMBIOS structure, whose first three fields are little-endian (RFC 4578 §2.3).
    private static func uuid(of value: ByteBuffer) -> String? {
        var value = value
        guard value.readInteger(as: UInt8.self) == 0, value.readableBytes == 16,
            let (a, b, c) = value.readMultipleIntegers(endianness: .little, as: (UInt32, UInt16, UInt16).self),
            let (d, e, f) = value.readMultipleIntegers(as: (UInt16, UInt16, UInt32).self)
        else { return nil }
        return [
            hex(a, 8), hex(UInt32(b), 4), hex(UInt32(c), 4), hex(UInt32(d), 4), hex(UInt32(e), 4) + hex(f, 8),
        ].joined(separator: "-")
    }

    private static func hex(_ value: UInt32, _ digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}

/// Processor and firmware of a client (RFC 4578 §2.1, and IANA's registry of it).
package struct Architecture: RawRepresentable, Sendable, Hashable {
    package var rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let bios = Self(rawValue: 0)

    /// Option 93, else the class `PXEClient:Arch:00007:UNDI:003000`, else a BIOS.
    init(_ options: DHCPOptions, vendorClass: String?) {
        if let value = options[.architecture], let first = value.getInteger(at: value.readerIndex, as: UInt16.self) {
            rawValue = first
        } else {
            let fields = vendorClass?.split(separator: ":") ?? []
            rawValue = fields.count > 2 && fields[1] == "Arch" ? UInt16(fields[2]) ?? 0 : 0
        }
    }

    package var isUEFI: Bool { self != .bios }

    /// The loader's file name, as Debian's `ipxe` and iPXE's own build name it.
    package var loader: String {
        switch rawValue {
        case 0: "undionly.kpxe"
        case 6, 15: "snponly-ia32.efi"
        case 10, 18: "snponly-arm32.efi"
        case 11, 19: "snponly-arm64.efi"
        default: "snponly.efi"
        }
    }
}

extension Sighting {
    /// What a DHCP request shows of its sender; nil where the hardware is not Ethernet.
    package init?(_ packet: DHCPPacket, _ client: PXEClient) {
        guard let mac = packet.mac else { return nil }
        self.init(
            mac: mac, architecture: client.kind == .installedOS ? nil : client.architecture.rawValue, uuid: client.uuid,
            clientClass: client.vendorClass, relay: packet.relayAddress == .any ? nil : packet.relayAddress,
            address: packet.clientAddress == .any ? nil : packet.clientAddress)
    }
}
