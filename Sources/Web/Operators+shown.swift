import Inventory
import Journal

extension Operators {
    /// What the machines of these hosts last showed, where a policy asks for it; nothing while the journal can't be read. Asks it by the
    /// hundred: a webhook may wait for it.
    func shown(by hosts: [Host.ID], in standing: Standing) async -> [MACAddress: Shown] {
        guard standing.inventory.requiresIdentity else { return [:] }
        let asked = hosts.compactMap { standing.inventory[$0] }.filter(\.settings.requiresIdentity)
        var macs = asked.flatMap(\.host.interfaces).map(\.mac)[...]
        var shown: [MACAddress: Shown] = [:]
        while !macs.isEmpty {
            guard let some = try? await journal.shown(by: Array(macs.prefix(500))) else { return shown }
            shown.merge(some) { $1 }
            macs = macs.dropFirst(500)
        }
        return shown
    }
}
