import Inventory
import NIOCore

@testable import Boot

/// DHCP requests as machines make them.
enum Asking {
    enum Machine: String, CaseIterable {
        case os, bios, uefi, ipxeBIOS, ipxeUEFI, http

        var architecture: UInt16? {
            switch self {
            case .os: nil
            case .bios, .ipxeBIOS: 0
            case .uefi, .ipxeUEFI: 7
            case .http: 16
            }
        }
    }

    static func packet(
        _ type: DHCPPacket.MessageType, _ machine: Machine, mac: MACAddress = Lab.mac,
        change: (inout DHCPPacket) -> Void = { _ in }
    ) -> DHCPPacket {
        var packet = DHCPPacket()
        packet.transaction = 0x1234_5678
        packet.hardwareAddress.high = mac.bits << 16
        packet.options.append(.messageType, type.rawValue)
        if let architecture = machine.architecture {
            packet.options.append(.architecture, architecture)
            let text = "000\(architecture < 10 ? "0" : "")\(architecture)"
            packet.options.append(.vendorClass, "\(machine == .http ? "HTTP" : "PXE")Client:Arch:\(text):UNDI:003000")
        }
        if machine == .ipxeBIOS || machine == .ipxeUEFI { packet.options.append(.userClass, "iPXE") }
        change(&packet)
        return packet
    }

    static func question(
        _ type: DHCPPacket.MessageType = .discover, _ machine: Machine, port: DHCPQuestion.Port = .server,
        from sender: Endpoint = Endpoint(.any, 68), change: (inout DHCPPacket) -> Void = { _ in }
    ) throws -> DHCPQuestion {
        guard let question = DHCPQuestion(packet(type, machine, change: change), from: sender, port: port) else {
            throw DHCPError.truncatedHeader
        }
        return question
    }
}
