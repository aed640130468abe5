import Inventory
import NIOCore

/// A DHCP message (RFC 2131 §2).
package struct DHCPPacket: Sendable, Equatable {
    /// `op`: 1 for a request, 2 for a reply.
    package enum Operation {
        package static let request: UInt8 = 1
        package static let reply: UInt8 = 2
    }

    /// Option 53 of RFC 2132 §9.6.
    package enum MessageType: UInt8, Sendable {
        case discover = 1
        case offer, request, decline, acknowledge, negative, release, inform
    }

    /// `chaddr`: sixteen bytes, of which `hardwareLength` count.
    package struct HardwareAddress: Sendable, Equatable {
        package var high: UInt64
        package var low: UInt64
    }

    package var operation: UInt8 = Operation.request
    /// 1 is Ethernet.
    package var hardwareType: UInt8 = 1
    package var hardwareLength: UInt8 = 6
    package var hops: UInt8 = 0
    package var transaction: UInt32 = 0
    /// `secs`: seconds since the client began.
    package var elapsed: UInt16 = 0
    package var flags: UInt16 = 0
    /// `ciaddr`
    package var clientAddress = IPv4Address.any
    /// `yiaddr`
    package var yourAddress = IPv4Address.any
    /// `siaddr`: where the boot file is.
    package var serverAddress = IPv4Address.any
    /// `giaddr`
    package var relayAddress = IPv4Address.any
    package var hardwareAddress = HardwareAddress(high: 0, low: 0)
    /// `sname`, 63 bytes at most; empty where option 52 puts options there.
    package var serverName = ""
    /// `file`, 127 bytes at most; empty where option 52 puts options there.
    package var file = ""
    package var options = DHCPOptions()

    package init() {}

    /// The MAC, where the hardware is Ethernet.
    package var mac: MACAddress? {
        hardwareType == 1 && hardwareLength == 6 ? MACAddress(bits: hardwareAddress.high >> 16) : nil
    }

    package var messageType: MessageType? { options.octet(.messageType).flatMap(MessageType.init(rawValue:)) }

    package static let broadcastFlag: UInt16 = 0x8000
    package var wantsBroadcast: Bool { flags & Self.broadcastFlag != 0 }
}

extension DHCPPacket {
    private static let magicCookie: UInt32 = 0x6382_5363
    /// BOOTP's smallest message (RFC 1542 §2.1), which some relays and firmware insist on.
    private static let smallest = 300

    package init(decoding bytes: ByteBuffer) throws(DHCPError) {
        var bytes = bytes
        guard
            let (op, htype, hlen, hops) = bytes.readMultipleIntegers(as: (UInt8, UInt8, UInt8, UInt8).self),
            let (xid, secs, flags) = bytes.readMultipleIntegers(as: (UInt32, UInt16, UInt16).self),
            let client = bytes.readAddress(), let your = bytes.readAddress(),
            let server = bytes.readAddress(), let relay = bytes.readAddress(),
            let (high, low) = bytes.readMultipleIntegers(as: (UInt64, UInt64).self),
            let sname = bytes.readSlice(length: 64), let file = bytes.readSlice(length: 128),
            let cookie = bytes.readInteger(as: UInt32.self)
        else { throw .truncatedHeader }
        guard cookie == Self.magicCookie else { throw .noMagicCookie }
        (operation, hardwareType, hardwareLength, self.hops) = (op, htype, hlen, hops)
        (transaction, elapsed, self.flags) = (xid, secs, flags)
        (clientAddress, yourAddress, serverAddress, relayAddress) = (client, your, server, relay)
        hardwareAddress = HardwareAddress(high: high, low: low)
        options = try bytes.readDHCPOptions()
        try read(file: file, sname: sname)
    }

    /// Option 52: `file` may hold options, then `sname` (RFC 2131 §4.1, in this order).
    private mutating func read(file: ByteBuffer, sname: ByteBuffer) throws(DHCPError) {
        let overload = options.octet(.overload) ?? 0
        guard overload <= 3 else { throw .overload(overload) }
        var (more, isLonger) = (options.bytes, false)
        for (bit, field) in [(UInt8(1), file), (2, sname)] where overload & bit != 0 {
            var field = field
            var bytes = try field.readDHCPOptions().bytes
            // A slice shares its storage: make it ours before it grows.
            if !isLonger { more = ByteBuffer(bytes: more.readableBytesView) }
            isLonger = true
            more.writeBuffer(&bytes)
        }
        if isLonger { options = DHCPOptions(checked: more).removing(.overload) }
        if overload & 1 == 0 { self.file = file.textBeforeNUL }
        if overload & 2 == 0 { serverName = sname.textBeforeNUL }
    }

    /// The bytes to send. Options go into the options field alone; too long names are cut.
    package func encoded(by allocator: ByteBufferAllocator = ByteBufferAllocator()) -> ByteBuffer {
        let length = max(Self.smallest, 241 + options.bytes.readableBytes)
        var bytes = allocator.buffer(capacity: length)
        bytes.writeMultipleIntegers(operation, hardwareType, hardwareLength, hops)
        bytes.writeMultipleIntegers(transaction, elapsed, flags)
        bytes.writeMultipleIntegers(clientAddress.bits, yourAddress.bits, serverAddress.bits, relayAddress.bits)
        bytes.writeMultipleIntegers(hardwareAddress.high, hardwareAddress.low)
        bytes.write(serverName, padded: 64)
        bytes.write(file, padded: 128)
        bytes.writeInteger(Self.magicCookie)
        bytes.writeImmutableBuffer(options.bytes)
        bytes.writeInteger(DHCPOptions.Code.end.rawValue)
        bytes.writeRepeatingByte(0, count: length - bytes.readableBytes)
        return bytes
    }
}

extension ByteBuffer {
    /// Leaves room for the NUL that ends the text.
    fileprivate mutating func write(_ text: String, padded length: Int) {
        let written = writeBytes(text.utf8.prefix(length - 1))
        writeRepeatingByte(0, count: length - written)
    }
}
