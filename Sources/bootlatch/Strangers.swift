import Inventory
import Synchronization

/// What was told of machines that are not bound, so that each is told once.
final class Strangers: Sendable {
    private let told = Mutex<[MACAddress: String]>([:])

    /// The machine is new, or what is against it is another thing than before.
    func isNews(_ mac: MACAddress, _ why: String) -> Bool {
        told.withLock { told in
            if told[mac] == why { return false }
            if told.count >= 1000 { told.removeAll() }
            told[mac] = why
            return true
        }
    }
}
