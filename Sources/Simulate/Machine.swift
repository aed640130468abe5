import Inventory

/// A machine made of software: it boots over the network as real firmware does, packet for packet.
package struct Machine: Hashable, Sendable {
    /// The program that speaks first after power-on.
    package enum Firmware: String, CaseIterable, Sendable {
        /// BIOS with iPXE as the network card's ROM.
        case biosIPXE
        /// BIOS with a plain PXE ROM: it loads iPXE over TFTP and becomes it.
        case biosPXE
        /// UEFI's own PXE (as OVMF has it): the same.
        case uefiPXE
        /// UEFI's HTTP boot: loads iPXE over HTTP.
        case uefiHTTP
        /// UEFI with iPXE as the network card's driver.
        case ipxeUEFI

        /// What the firmware names in option 93 on an x86 machine.
        package var architecture: Architecture {
            switch self {
            case .biosIPXE, .biosPXE: .bios
            case .uefiPXE, .ipxeUEFI: .x64
            case .uefiHTTP: .x64HTTP
            }
        }
    }

    package var mac: MACAddress
    package var uuid: SystemUUID
    package var serial: String
    package var firmware: Firmware
    package var architecture: Architecture
    /// Whether a disk is there to boot from when the network hands the machine back.
    package var hasDisk = true

    /// - Parameter uuid: without one, the machine gets one that ends in its MAC.
    package init(
        mac: MACAddress, uuid: SystemUUID? = nil, serial: String = "", firmware: Firmware = .biosIPXE,
        architecture: Architecture? = nil
    ) {
        self.mac = mac
        self.uuid = uuid ?? SystemUUID(endingIn: mac)
        self.serial = serial
        self.firmware = firmware
        self.architecture = architecture ?? firmware.architecture
    }
}

extension Machine {
    /// A client system architecture (RFC 4578 §2.1 and the registry it opened).
    package struct Architecture: RawRepresentable, Hashable, Sendable {
        package var rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let bios = Self(rawValue: 0)
        package static let ia32 = Self(rawValue: 6)
        package static let x64 = Self(rawValue: 7)
        package static let arm32 = Self(rawValue: 10)
        package static let arm64 = Self(rawValue: 11)
        package static let ia32HTTP = Self(rawValue: 15)
        package static let x64HTTP = Self(rawValue: 16)
        package static let arm32HTTP = Self(rawValue: 18)
        package static let arm64HTTP = Self(rawValue: 19)

        package var isBIOS: Bool { rawValue == 0 }

        /// What iPXE calls itself when firmware of this architecture started it.
        package var ofIPXE: Architecture {
            switch self {
            case .ia32HTTP: .ia32
            case .x64HTTP: .x64
            case .arm32HTTP: .arm32
            case .arm64HTTP: .arm64
            default: self
            }
        }

        /// iPXE's `${buildarch}`.
        package var buildName: String {
            switch ofIPXE {
            case .bios, .ia32: "i386"
            case .arm32: "arm32"
            case .arm64: "arm64"
            default: "x86_64"
            }
        }
    }
}

/// A machine's UUID as SMBIOS keeps it: in option 97 (RFC 4578 §2.3) its first three fields are little-endian.
package struct SystemUUID: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen bytes in the order of the text.
    package var bytes: [UInt8]

    package init?(_ text: some StringProtocol) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 32, text.utf8.count == 36 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index..<index + 2], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    package init(endingIn mac: MACAddress) {
        bytes = [0xB0, 0x07, 0x1A, 0x7C, 0, 0, 0x40, 0, 0x80, 0] + mac.octets
    }

    /// As option 97 carries it, without the type byte.
    package var smbios: [UInt8] {
        bytes[0..<4].reversed() + bytes[4..<6].reversed() + bytes[6..<8].reversed() + bytes[8...]
    }

    package var description: String {
        let digits = bytes.hexadecimal()
        let bounds = [0, 8, 12, 16, 20, 32]
        return zip(bounds, bounds.dropFirst()).map { digits.dropFirst($0).prefix($1 - $0) }.joined(separator: "-")
    }
}

extension Collection<UInt8> {
    func hexadecimal(separator: String = "") -> String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
    }
}
