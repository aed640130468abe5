import Inventory
import NIOCore

/// The options of a DHCP packet, kept as the bytes that travel: a code, a length, a value (RFC 2132 §2).
///
/// Reading a packet therefore copies nothing, and options that nobody here knows survive as they came.
package struct DHCPOptions: Sendable, Equatable {
    package struct Code: RawRepresentable, Hashable, Sendable {
        package var rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
    }

    /// Whole options only, without `pad` and `end`.
    package private(set) var bytes: ByteBuffer

    package init() { bytes = ByteBuffer() }

    /// Room for `capacity` bytes, so that building a reply allocates once.
    init(capacity: Int) { bytes = ByteBufferAllocator().buffer(capacity: capacity) }

    init(checked bytes: ByteBuffer) { self.bytes = bytes }

    /// The value of an option; parts of a long option are joined in their order (RFC 3396 §5).
    package subscript(code: Code) -> ByteBuffer? {
        var value: ByteBuffer?
        var isJoined = false
        for (found, part) in self where found == code {
            guard var joined = value else {
                value = part
                continue
            }
            if !isJoined {
                // A slice shares its storage: make it ours before it grows.
                joined = ByteBuffer(bytes: joined.readableBytesView)
                isJoined = true
            }
            var rest = part
            joined.writeBuffer(&rest)
            value = joined
        }
        return value
    }

    package func has(_ code: Code) -> Bool { contains { $0.code == code } }

    /// The first octet of an option.
    package func octet(_ code: Code) -> UInt8? { self[code].flatMap { $0.getInteger(at: $0.readerIndex) } }

    /// The first address of an option.
    package func address(_ code: Code) -> IPv4Address? {
        self[code].flatMap { $0.getInteger(at: $0.readerIndex, as: UInt32.self) }.map(IPv4Address.init(bits:))
    }

    /// Text, without the NULs that some clients and servers end it with.
    package func text(_ code: Code) -> String? { self[code].map { $0.textBeforeNUL } }
}

extension DHCPOptions: Sequence {
    package struct Iterator: IteratorProtocol {
        var bytes: ByteBuffer

        package mutating func next() -> (code: Code, value: ByteBuffer)? {
            guard let code = bytes.readInteger(as: UInt8.self),
                let value = bytes.readLengthPrefixedSlice(as: UInt8.self)
            else { return nil }
            return (Code(rawValue: code), value)
        }
    }

    package func makeIterator() -> Iterator { Iterator(bytes: bytes) }
}

extension DHCPOptions {
    package mutating func append(_ code: Code, _ value: UInt8) { append(code, 1) { $0.writeInteger(value) } }
    package mutating func append(_ code: Code, _ value: UInt16) { append(code, 2) { $0.writeInteger(value) } }
    package mutating func append(_ code: Code, _ value: UInt32) { append(code, 4) { $0.writeInteger(value) } }
    package mutating func append(_ code: Code, _ value: IPv4Address) { append(code, value.bits) }

    package mutating func append(_ code: Code, _ text: String) {
        let text = text.utf8
        if text.count <= 255 {
            append(code, UInt8(text.count)) { $0.writeBytes(text) }
        } else {
            append(code, ByteBuffer(bytes: text))
        }
    }

    /// Nothing is appended for no addresses: such options have a length of four at least.
    package mutating func append(_ code: Code, _ addresses: [IPv4Address]) {
        guard !addresses.isEmpty else { return }
        var value = ByteBuffer()
        for address in addresses { value.writeInteger(address.bits) }
        append(code, value)
    }

    /// A value of more than 255 bytes is split (RFC 3396 §5).
    package mutating func append(_ code: Code, _ value: ByteBuffer) {
        var rest = value
        repeat {
            let length = Swift.min(255, rest.readableBytes)
            guard var part = rest.readSlice(length: length) else { return }
            append(code, UInt8(length)) { $0.writeBuffer(&part) }
        } while rest.readableBytes > 0
    }

    func removing(_ code: Code) -> DHCPOptions {
        var rest = DHCPOptions(capacity: bytes.readableBytes)
        for (found, value) in self where found != code { rest.append(found, value) }
        return rest
    }

    private mutating func append(_ code: Code, _ length: UInt8, write: (inout ByteBuffer) -> Void) {
        bytes.writeInteger(code.rawValue)
        bytes.writeInteger(length)
        write(&bytes)
    }
}

extension DHCPOptions.Code {
    package static let pad = Self(rawValue: 0)
    package static let end = Self(rawValue: 255)
    package static let subnetMask = Self(rawValue: 1)
    package static let routers = Self(rawValue: 3)
    package static let nameServers = Self(rawValue: 6)
    package static let hostName = Self(rawValue: 12)
    package static let domainName = Self(rawValue: 15)
    package static let timeServers = Self(rawValue: 42)
    /// PXE's own options (PXE 2.1 §2.2), encapsulated.
    package static let vendor = Self(rawValue: 43)
    package static let requestedAddress = Self(rawValue: 50)
    package static let leaseTime = Self(rawValue: 51)
    package static let overload = Self(rawValue: 52)
    package static let messageType = Self(rawValue: 53)
    package static let serverIdentifier = Self(rawValue: 54)
    package static let parameterRequest = Self(rawValue: 55)
    package static let message = Self(rawValue: 56)
    package static let maximumMessageSize = Self(rawValue: 57)
    /// T1 and T2 of RFC 2131 §4.4.5.
    package static let renewalTime = Self(rawValue: 58)
    package static let rebindingTime = Self(rawValue: 59)
    package static let vendorClass = Self(rawValue: 60)
    package static let bootFile = Self(rawValue: 67)
    package static let userClass = Self(rawValue: 77)
    /// RFC 3046.
    package static let relayAgent = Self(rawValue: 82)
    /// RFC 4578.
    package static let architecture = Self(rawValue: 93)
    package static let networkInterface = Self(rawValue: 94)
    package static let machineIdentifier = Self(rawValue: 97)
    /// RFC 3442.
    package static let classlessRoutes = Self(rawValue: 121)
    /// IEEE 802.1Q VLAN id, as text; private use by PXE clients and telephones.
    package static let vlan = Self(rawValue: 132)
    /// iPXE's own options, encapsulated.
    package static let ipxe = Self(rawValue: 175)
}
