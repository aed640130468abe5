import Inventory
import NIOCore

extension Endpoint {
    /// Nil for anything but IPv4.
    package init?(_ address: SocketAddress) {
        guard case .v4 = address, let port = address.port else { return nil }
        // `struct sockaddr_in`: family, port and address, the last two in network order.
        let bits = address.withSockAddr { raw, _ in
            UInt32(bigEndian: UnsafeRawPointer(raw).loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        }
        self.init(IPv4Address(bits: bits), port)
    }

    /// Nil for a port outside 0...65535.
    package var socketAddress: SocketAddress? {
        try? SocketAddress(packedIPAddress: ByteBuffer(integer: address.bits), port: port)
    }
}
