import Synchronization

/// What a software machine sent, received and did, in order.
package final class Transcript: Sendable {
    package struct Step: Hashable, Sendable, CustomStringConvertible {
        package enum Direction: String, Sendable { case sent, received, did }
        package enum Layer: String, Sendable {
            case dhcp = "DHCP", tftp = "TFTP", http = "HTTP", ipxe = "iPXE", firmware
        }

        /// Since power-on.
        package var at: Duration
        package var direction: Direction
        package var layer: Layer
        package var text: String
        /// Of the datagram, or of the body; 0 where there is none.
        package var bytes: Int

        package var description: String {
            let (seconds, attoseconds) = at.components
            let thousandths = String(attoseconds / 1_000_000_000_000_000)
            let time = "\(seconds)." + String(repeating: "0", count: 3 - thousandths.count) + thousandths
            let arrow =
                switch direction {
                case .sent: "->"
                case .received: "<-"
                case .did: "  "
                }
            return "\(time) \(arrow) \(layer.rawValue) \(text)" + (bytes > 0 ? " (\(bytes) bytes)" : "")
        }
    }

    private let start = ContinuousClock.now
    private let kept = Mutex<[Step]>([])
    private let onStep: @Sendable (Step) -> Void

    /// - Parameter onStep: called for each step as it happens, for a command that prints them.
    package init(onStep: @escaping @Sendable (Step) -> Void = { _ in }) { self.onStep = onStep }

    package var steps: [Step] { kept.withLock { $0 } }

    func add(_ direction: Step.Direction, _ layer: Step.Layer, _ text: String, bytes: Int = 0) {
        let at = ContinuousClock.now - start
        let step = Step(at: at, direction: direction, layer: layer, text: text, bytes: bytes)
        kept.withLock { $0.append(step) }
        onStep(step)
    }
}
