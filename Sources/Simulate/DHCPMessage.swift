import Inventory
import NIOCore

/// A DHCP message (RFC 2131 §2) with its options in the order of the wire (RFC 2132, 3396).
///
/// This is the client's own reading of the format: the server under test has another, so that an error in one shows.
struct DHCPMessage: Hashable, Sendable {
    enum Kind: UInt8, Sendable {
        case discover = 1, offer, request, decline, ack, nak, release, inform
    }

    struct Option: Hashable, Sendable {
        var code: UInt8
        var value: [UInt8]

        init(_ code: UInt8, _ value: [UInt8]) {
            self.code = code
            self.value = value
        }
    }

    var isReply = false
    var hops: UInt8 = 0
    var transaction: UInt32 = 0
    var seconds: UInt16 = 0
    var broadcast = false
    /// ciaddr, yiaddr, siaddr, giaddr
    var client = IPv4Address.any
    var yours = IPv4Address.any
    var nextServer = IPv4Address.any
    var relay = IPv4Address.any
    var hardware: MACAddress
    /// The `sname` and `file` fields up to their first zero, unless option 52 makes them hold options.
    var serverName: [UInt8] = []
    var file: [UInt8] = []
    var options: [Option] = []

    init(hardware: MACAddress) { self.hardware = hardware }

    /// An option's value, with its parts joined when it was split (RFC 3396).
    subscript(code: UInt8) -> [UInt8]? {
        let parts = options.filter { $0.code == code }
        return parts.isEmpty ? nil : parts.flatMap(\.value)
    }

    var kind: Kind? { self[53].flatMap(\.first).flatMap(Kind.init(rawValue:)) }
}

enum DHCPError: Error, Equatable {
    /// Shorter than the fixed fields.
    case short(Int)
    case notEthernet
    case badOperation(UInt8)
    case badCookie
    case truncatedOption(UInt8)
    case missingEnd
}

extension ByteBuffer {
    private static let cookie: UInt32 = 0x6382_5363

    mutating func readDHCPMessage() throws(DHCPError) -> DHCPMessage {
        let length = readableBytes
        guard let fixed = readBytes(length: 28), let hardware = readBytes(length: 16),
            let name = readBytes(length: 64), let file = readBytes(length: 128),
            let cookie = readInteger(as: UInt32.self)
        else { throw .short(length) }
        guard fixed[0] == 1 || fixed[0] == 2 else { throw .badOperation(fixed[0]) }
        guard fixed[1] == 1, fixed[2] == 6, let mac = MACAddress(octets: hardware) else { throw .notEthernet }
        guard cookie == Self.cookie else { throw .badCookie }
        func number(_ at: Int) -> UInt32 { fixed[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) } }
        var message = DHCPMessage(hardware: mac)
        message.isReply = fixed[0] == 2
        message.hops = fixed[3]
        message.transaction = number(4)
        message.seconds = UInt16(number(8) >> 16)
        message.broadcast = number(8) & 0x8000 != 0
        message.client = IPv4Address(bits: number(12))
        message.yours = IPv4Address(bits: number(16))
        message.nextServer = IPv4Address(bits: number(20))
        message.relay = IPv4Address(bits: number(24))
        message.options = try readDHCPOptions()
        // Option 52: 1 the file field, 2 the sname field, 3 both hold options, in this order.
        let overload = message[52]?.first ?? 0
        if overload & 1 != 0 {
            var field = ByteBuffer(bytes: file)
            message.options += try field.readDHCPOptions()
        } else {
            message.file = Array(file.prefix { $0 != 0 })
        }
        if overload & 2 != 0 {
            var field = ByteBuffer(bytes: name)
            message.options += try field.readDHCPOptions()
        } else {
            message.serverName = Array(name.prefix { $0 != 0 })
        }
        return message
    }

    private mutating func readDHCPOptions() throws(DHCPError) -> [DHCPMessage.Option] {
        var options: [DHCPMessage.Option] = []
        while let code = readInteger(as: UInt8.self) {
            switch code {
            case 0: continue
            case 255: return options
            default:
                guard let length = readInteger(as: UInt8.self), let value = readBytes(length: Int(length)) else {
                    throw .truncatedOption(code)
                }
                options.append(DHCPMessage.Option(code, value))
            }
        }
        throw .missingEnd
    }

    /// Writes the message, filled up to the 300 bytes that BOOTP relays expect (RFC 1542 §2.1). Values over 255 bytes are split (RFC 3396).
    mutating func writeDHCPMessage(_ message: DHCPMessage) {
        let start = writerIndex
        writeBytes([message.isReply ? 2 : 1, 1, 6, message.hops])
        writeInteger(message.transaction)
        writeInteger(message.seconds)
        writeInteger(message.broadcast ? 0x8000 : 0, as: UInt16.self)
        for address in [message.client, message.yours, message.nextServer, message.relay] { writeInteger(address.bits) }
        writeField(message.hardware.octets, length: 16)
        writeField(message.serverName, length: 64)
        writeField(message.file, length: 128)
        writeInteger(Self.cookie)
        for option in message.options {
            var rest = option.value[...]
            repeat {
                let part = rest.prefix(255)
                writeInteger(option.code)
                writeInteger(UInt8(part.count))
                writeBytes(part)
                rest = rest.dropFirst(255)
            } while !rest.isEmpty
        }
        writeInteger(255, as: UInt8.self)
        let written = writerIndex - start
        if written < 300 { writeRepeatingByte(0, count: 300 - written) }
    }

    private mutating func writeField(_ bytes: [UInt8], length: Int) {
        let part = bytes.prefix(length)
        writeBytes(part)
        writeRepeatingByte(0, count: length - part.count)
    }
}
