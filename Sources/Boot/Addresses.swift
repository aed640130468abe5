import Inventory
import Synchronization

/// Which machine has which address, as far as DHCP showed us, and which machines were sent to us. Bounded: the oldest go first.
package final class Addresses: Sendable {
    private struct State {
        var macs = BoundedMap<IPv4Address, MACAddress>()
        var visitors = BoundedMap<MACAddress, Bool>()
        var finishedLoaders = BoundedMap<IPv4Address, Instant>()
    }

    private let state: Mutex<State>

    package init(capacity: Int = 65_536) {
        var state = State()
        state.macs.capacity = capacity
        state.visitors.capacity = capacity
        state.finishedLoaders.capacity = min(capacity, 4096)
        self.state = Mutex(state)
    }

    package func learn(_ address: IPv4Address, is mac: MACAddress) {
        guard address != .any, address != .broadcast else { return }
        state.withLock { $0.macs[address] = mac }
    }

    package subscript(address: IPv4Address) -> MACAddress? { state.withLock { $0.macs[address] } }

    /// Some server sent this machine to our TFTP or HTTP.
    package func visited(by mac: MACAddress) { state.withLock { $0.visitors[mac] = true } }

    package func hasVisited(_ mac: MACAddress) -> Bool { state.withLock { $0.visitors[mac] == true } }

    /// A loader went out whole to this address: the next request from there comes from the loader itself.
    package func finishedLoader(at address: IPv4Address, _ now: Instant) {
        state.withLock { $0.finishedLoaders[address] = now }
    }

    /// Whether a loader went out whole to this address within the last two minutes, since a stub last did.
    package func finishedLoaderLately(at address: IPv4Address, _ now: Instant) -> Bool {
        state.withLock { state in
            state.finishedLoaders[address].map { (0..<120).contains(now.seconds - $0.seconds) } ?? false
        }
    }

    package func finishedStub(at address: IPv4Address) { state.withLock { $0.finishedLoaders[address] = nil } }
}

/// A dictionary that forgets its oldest half when it is full: amortised, no key pays for order.
struct BoundedMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    var capacity = 65_536
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    var count: Int { young.count + old.count }

    subscript(key: Key) -> Value? {
        get { young[key] ?? old[key] }
        set {
            guard let newValue else {
                young[key] = nil
                old[key] = nil
                return
            }
            if young[key] == nil, young.count >= max(1, capacity / 2) {
                old = young
                young = [:]
            }
            young[key] = newValue
        }
    }
}
