import Inventory
import Synchronization

/// What is known of machines that are not bound, so that each is told of once.
final class Strangers: Sendable {
    private struct State {
        var told: [MACAddress: String] = [:]
        /// The last one that asked from elsewhere, by the key of the interface that waits.
        var outOfReach: [MACAddress: String] = [:]
    }

    private let state = Mutex(State())

    /// The machine is new, or what is against it is another thing than before.
    func isNews(_ mac: MACAddress, _ why: String) -> Bool {
        state.withLock { state in
            if state.told[mac] == why { return false }
            if state.told.count >= 1000 { state.told.removeAll() }
            state.told[mac] = why
            return true
        }
    }

    /// An unknown machine wants to netboot, and not from the network where unknown machines get a loader for this interface's sake.
    /// Kept in memory alone: on many networks such machines are not rare, and it asks again.
    func asked(_ sighting: Sighting, outOfReachOf key: MACAddress, at now: Instant) {
        guard let link = sighting.link ?? sighting.address else { return }
        state.withLock { state in
            if state.outOfReach.count >= 1000, state.outOfReach[key] == nil { state.outOfReach.removeAll() }
            state.outOfReach[key] =
                "an unknown machine, \(sighting.mac), asked from the network of \(link) at \(now), outside of the host's: "
                + "is it this one?"
        }
    }

    func outOfReach(of key: MACAddress) -> String? { state.withLock { $0.outOfReach[key] } }
}
