import Inventory

/// The `boot` block of the settings file.
package struct BootSettings: Sendable, Equatable {
    /// One DHCP socket for each; TFTP and HTTP on the address of each, or on all addresses when none is named.
    package var interfaces: [String] = []
    /// What clients are told; nil for the interface's own.
    package var address: IPv4Address?
    package var dhcpMode = DHCPMode.proxy
    /// Port 0 picks a free one, here and below.
    package var dhcpPort = 67
    package var pxePort = 4011
    package var tftpPort = 69
    package var httpPort = 8080
    package var artifacts = "/var/lib/bootlatch/artifacts"
    package var loaders = "/usr/lib/ipxe"
    /// How long shutting down waits for replies that are on their way.
    package var shutdownWithin = Duration.seconds(10)

    package init() {}
}

/// The ports in use.
package struct BoundPorts: Sendable, Equatable {
    package struct Listener: Sendable, Equatable {
        package var interface: String
        package var address: IPv4Address
        /// Nil where DHCP is off; `pxe` also where we are no proxy.
        package var dhcp: Int?
        package var pxe: Int?
        package var tftp: Int
        package var http: Int
    }

    package var listeners: [Listener] = []
}
