import Inventory
import NIOCore

/// A network interface of this machine, and the address that its clients are told.
package struct BootInterface: Sendable, Hashable {
    package var name: String
    /// The interface's own; sockets are bound to it.
    package var address: IPv4Address
    /// What clients are told.
    package var advertised: IPv4Address

    package init(name: String, address: IPv4Address, advertised: IPv4Address? = nil) {
        self.name = name
        self.address = address
        self.advertised = advertised ?? address
    }

    package var isLoopback: Bool { address.bits >> 24 == 127 }

    /// Looks the names up; `advertised` overrides what their clients are told.
    package static func find(_ names: [String], advertised: IPv4Address?) throws -> [BootInterface] {
        let devices = try System.enumerateDevices()
        return try names.map { name in
            for device in devices where device.name == name {
                guard let address = device.address.flatMap({ Endpoint($0)?.address }) else { continue }
                return BootInterface(name: name, address: address, advertised: advertised)
            }
            let isThere = devices.contains { $0.name == name }
            throw isThere ? BootServerError.noAddress(name) : BootServerError.noInterface(name)
        }
    }
}

package enum BootServerError: Error, CustomStringConvertible {
    case noInterface(String)
    case noAddress(String)
    case noInterfaces(DHCPMode)
    case bind(String, Endpoint, String)

    package var description: String {
        switch self {
        case .noInterface(let name): "no network interface \(name); see `ip link` and `boot.interfaces`"
        case .noAddress(let name):
            "interface \(name) has no IPv4 address; give it one, since clients must be told where to come back to"
        case .noInterfaces(let mode):
            "`boot.dhcp.mode: \(mode.rawValue)` needs `boot.interfaces`: name the ones that serve the provisioning network"
        case .bind(let what, let endpoint, let error): "can't open \(what) on \(endpoint): \(error)"
        }
    }
}

/// Binds by `bind`; its error says what could not be opened, and where.
func bound(
    _ what: String, _ endpoint: Endpoint, _ bind: (SocketAddress) async throws -> any Channel
) async throws -> any Channel {
    guard let address = endpoint.socketAddress else { throw BootServerError.bind(what, endpoint, "not a port") }
    do {
        return try await bind(address)
    } catch {
        throw BootServerError.bind(what, endpoint, "\(error)")
    }
}
