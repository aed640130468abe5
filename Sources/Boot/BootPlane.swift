import Inventory
import Logging

/// What DHCP, TFTP and HTTP share.
package struct BootPlane: Sendable {
    package var gate: Gate
    package var actions: BootActions
    package var addresses: Addresses
    package var log: Logger

    package init(gate: Gate, actions: BootActions, addresses: Addresses = Addresses(), log: Logger) {
        self.gate = gate
        self.actions = actions
        self.addresses = addresses
        self.log = log
    }

    /// The machine behind an address: by our leases, then by the kernel's neighbour table.
    func mac(of address: IPv4Address) -> MACAddress? { addresses[address] ?? actions.neighbour(address) }

    /// The gate's word on a sighting, which is noted.
    func decide(_ sighting: Sighting, on route: BootRoute, in standing: borrowing Standing) -> Decision {
        let decision = decideBoot(sighting, in: standing, now: actions.now())
        actions.saw(sighting, decision, route)
        return decision
    }
}
