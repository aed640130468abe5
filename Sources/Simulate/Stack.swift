import Inventory

/// A network stack that a machine runs: what it says of itself in DHCP and how it asks for files, as the captures show it.
struct Stack: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case ipxe, biosPXE, uefiPXE, uefiHTTP
        /// The installed operating system (udhcpc): it wants an address and nothing else.
        case system

        /// Whether this is firmware that gives up a lease without a boot file before it asks for it.
        var isFirmware: Bool { [.biosPXE, .uefiPXE, .uefiHTTP].contains(self) }
    }

    var kind: Kind
    var machine: Machine
    var architecture: Machine.Architecture

    /// The stack that the machine's firmware brings.
    init(firmwareOf machine: Machine) {
        self.machine = machine
        architecture = machine.architecture
        switch machine.firmware {
        case .biosIPXE, .ipxeUEFI: kind = .ipxe
        case .biosPXE: kind = .biosPXE
        case .uefiPXE: kind = .uefiPXE
        case .uefiHTTP: kind = .uefiHTTP
        }
        if kind == .ipxe { architecture = architecture.ofIPXE }
    }

    /// iPXE, when the firmware has loaded it.
    init(ipxeOn machine: Machine) {
        self.machine = machine
        kind = .ipxe
        architecture = machine.architecture.ofIPXE
    }

    /// The operating system on the machine's disk.
    init(systemOn machine: Machine) {
        self.machine = machine
        kind = .system
        architecture = machine.architecture
    }

    func discover(transaction: UInt32, seconds: UInt16) -> DHCPMessage {
        message(.discover, transaction, seconds, extra: [])
    }

    func request(_ address: IPv4Address, from server: IPv4Address, transaction: UInt32, seconds: UInt16)
        -> DHCPMessage
    {
        message(
            .request, transaction, seconds,
            extra: [DHCPMessage.Option(54, server.octets), DHCPMessage.Option(50, address.octets)])
    }

    /// The request to port 4011 of a boot server (PXE 2.1 §2.2.4).
    /// - Parameter menuItem: option 43.71, the boot server type that was picked from a boot menu.
    func bootServerRequest(
        _ address: IPv4Address, to server: IPv4Address, menuItem: UInt16?, transaction: UInt32, seconds: UInt16
    ) -> DHCPMessage {
        var message = message(.request, transaction, seconds, extra: [])
        message.client = address
        if kind == .ipxe {
            message.broadcast = true
            if let menuItem {
                // By then iPXE has taken over the proxy's settings, option 60 among them.
                message.transaction = 0
                message.replace(60, with: Array("PXEClient".utf8))
                let item: [UInt8] = [71, 4, UInt8(menuItem >> 8), UInt8(truncatingIfNeeded: menuItem), 0, 0, 255]
                message.options.append(DHCPMessage.Option(43, item))
            } else {
                message.options.append(DHCPMessage.Option(54, server.octets))
            }
        } else {
            message.broadcast = false
            let order: [UInt8] = [53, 55, 57, 60, 93, 94, 97]
            message.options = order.compactMap { code in message.options.first { $0.code == code } }
        }
        return message
    }

    private func message(
        _ type: DHCPMessage.Kind, _ transaction: UInt32, _ seconds: UInt16, extra: [DHCPMessage.Option]
    )
        -> DHCPMessage
    {
        var message = DHCPMessage(hardware: machine.mac)
        message.transaction = transaction
        let type = DHCPMessage.Option(53, [type.rawValue])
        switch kind {
        case .ipxe:
            message.seconds = seconds
            message.options = [type] + common([57, 93, 94, 60, 77, 55, 175, 61, 97]) + extra
        case .uefiPXE, .uefiHTTP:
            message.broadcast = true
            message.options = [type] + extra + common([57, 55, 97, 94, 93, 60])
            // OVMF's PXE asks for 0xff00 bytes in its REQUEST only.
            if kind == .uefiPXE, !extra.isEmpty { message.replace(57, with: [0xFF, 0x00]) }
        case .system:
            message.seconds = seconds
            let addresses = extra.reversed()
            message.options = [type] + addresses + common([57, 55, 60, 61])
        case .biosPXE:
            message.seconds = seconds
            message.broadcast = true
            message.options = [type] + extra + common([55, 57, 97, 93, 94, 60])
        }
        return message
    }

    private func common(_ codes: [UInt8]) -> [DHCPMessage.Option] {
        codes.map { DHCPMessage.Option($0, value(of: $0)) }
    }

    private func value(of code: UInt8) -> [UInt8] {
        switch code {
        case 55: wanted
        case 57: size
        case 60: Array((kind == .system ? "udhcp 1.35.0" : vendorClass).utf8)
        case 61: [1] + machine.mac.octets
        case 77: Array("iPXE".utf8)  // Without RFC 3004's length byte, as iPXE sends it.
        case 93: [UInt8(architecture.rawValue >> 8), UInt8(truncatingIfNeeded: architecture.rawValue)]
        case 94: [1] + undi
        case 97: [0] + machine.uuid.smbios
        case 175: features
        default: []
        }
    }

    private var undi: [UInt8] {
        switch kind {
        case .ipxe where architecture.isBIOS, .biosPXE: [2, 1]
        case .ipxe: [3, 10]
        case .uefiPXE, .uefiHTTP: [3, 0]
        case .system: []
        }
    }

    /// The longest message that the stack takes.
    private var size: [UInt8] {
        switch kind {
        case .biosPXE: [0x04, 0xEC]
        case .system: [0x02, 0x40]
        case .ipxe, .uefiPXE, .uefiHTTP: [0x05, 0xC0]
        }
    }

    private var vendorClass: String {
        func digits(_ number: Int, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return (kind == .uefiHTTP ? "HTTPClient" : "PXEClient") + ":Arch:" + digits(Int(architecture.rawValue), 5)
            + ":UNDI:" + digits(Int(undi[0]), 3) + digits(Int(undi[1]), 3)
    }

    private var wanted: [UInt8] {
        switch kind {
        case .ipxe: [1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119] + (128...135) + [175, 203]
        case .system: [1, 3, 6, 12, 15, 28, 42]
        case .biosPXE: [1, 2, 3, 4, 5, 6, 11, 12, 13, 15, 16, 17, 18, 43, 54, 60, 66, 67] + (128...135)
        case .uefiPXE, .uefiHTTP:
            [1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60]
                + (kind == .uefiHTTP ? [235, 67, 97] : [66, 67, 97] + (128...135))
        }
    }

    /// iPXE's encapsulated options: the network card (177), the version (235), and one byte for each feature that was built in.
    private var features: [UInt8] {
        let card: [UInt8] = [0xB1, 5, 0x01, 0x1A, 0xF4, 0x10, 0x00, 0xEB, 3, 1, 0, 0]
        let builtIn: [UInt8] =
            architecture.isBIOS
            ? [0x17, 0x22, 0x13, 0x11, 0x27, 0x19, 0x29, 0x10, 0x21, 0x15, 0x18, 0x12]
            : [0x17, 0x24, 0x13, 0x11, 0x27, 0x29, 0x15] + (machine.firmware == .uefiHTTP ? [0x1B] : []) + [0x12]
        return card + builtIn.flatMap { [$0, 1, $0 == 0x10 ? 2 : 1] }
    }
}

extension DHCPMessage {
    fileprivate mutating func replace(_ code: UInt8, with value: [UInt8]) {
        guard let place = options.firstIndex(where: { $0.code == code }) else { return }
        options[place].value = value
    }
}
