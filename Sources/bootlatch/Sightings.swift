import Boot
import Inventory
import Journal
import Logging
import Web

/// Looks at what clients ask for, away from the event loops: records armings that a request found exhausted, and notices machines
/// that are refused again and again without reaching their disk.
struct Sightings: Sendable {
    fileprivate struct Seen: Sendable {
        var sighting: Sighting
        var decision: Decision
        var route: BootRoute
    }

    private let journal: Journal
    private let gate: Gate
    private let now: @Sendable () -> Now
    private let owed: WakeUp
    private let strangers: Strangers
    private let log: Logger
    private let stream: AsyncStream<Seen>
    private let continuation: AsyncStream<Seen>.Continuation

    init(
        journal: Journal, gate: Gate, now: @escaping @Sendable () -> Now, owed: WakeUp, strangers: Strangers,
        log: Logger
    ) {
        self.journal = journal
        self.gate = gate
        self.now = now
        self.owed = owed
        self.strangers = strangers
        self.log = log
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4096))
    }

    /// Never blocks; under a storm the oldest sightings are lost.
    func saw(_ sighting: Sighting, _ decision: Decision, _ route: BootRoute) {
        Stepped.saw()
        continuation.yield(Seen(sighting: sighting, decision: decision, route: route))
    }

    /// Ends with its task.
    func run() async {
        var refusals: [MACAddress: [Instant]] = [:]
        for await seen in stream {
            defer { Stepped.looked() }
            let interface = gate.current.inventory[seen.sighting.mac]
            // Also of a machine that is refused: a report is about every interface of it. What the disk refuses, the next one brings.
            if seen.route == .script, interface != nil { try? await journal.saw(seen.sighting) }
            // What firmware shows by itself is worth a write only where a policy refuses for it.
            if let interface, seen.route == .script || seen.isBootRequest && interface.settings.require.uuid == true {
                try? await journal.showed(seen.sighting, at: now().wall)
            }
            // A running installer asks for a lease before it reports: that is no boot.
            if seen.isBootRequest, case .localBoot(.spent(.exhausted)) = seen.decision, let arming = interface?.arming {
                await sweep(used: [arming])
            }
            if case .ignore(.unknown) = seen.decision, seen.isBootRequest {
                for key in gate.current.outOfReach(seen.sighting, now: now()) {
                    strangers.asked(seen.sighting, outOfReachOf: key, at: now().wall)
                }
            }
            guard let host = interface?.host, case .localBoot(let refusal) = seen.decision, seen.isBootRequest else {
                // The installed system asks for an address: the refusal has reached the disk.
                if seen.sighting.clientClass?.isNetbootClass != true, seen.route == .dhcp {
                    refusals[seen.sighting.mac] = nil
                }
                continue
            }
            let at = now().wall
            let recent = (refusals[seen.sighting.mac] ?? []).filter { at.seconds - $0.seconds < 300 }
            // One boot asks several times within seconds; that is one refusal.
            if let last = recent.last, at.seconds - last.seconds < 10 { continue }
            refusals[seen.sighting.mac] = recent + [at]
            if refusals.count > 10_000 { refusals.removeAll() }
            var detail = "\(refusal.reason) by \(seen.route.rawValue)"
            if case .held(let hold) = refusal, let why = host.contradiction(hold, by: seen.sighting) {
                detail += ": \(why)"
            }
            await journal.announce(Event(.refused, host: host.id, mac: seen.sighting.mac, detail), at: at)
            guard recent.count == 2 else { continue }
            let alert =
                "\(Event.diskNotReached): refused three times within five minutes; see `refuse` of BootPolicy"
            log.warning(
                "refusal does not reach the disk", metadata: ["host": "\(host.id)", "mac": "\(seen.sighting.mac)"])
            await journal.announce(Event(.alert, host: host.id, mac: seen.sighting.mac, alert), at: at)
        }
    }

    private func sweep(used: [Arming.ID]) async {
        do {
            if try await !journal.sweep(at: now(), used: used).isEmpty { owed.wake() }
        } catch {
            log.warning("exhausted arming not recorded yet", metadata: ["error": "\(error)"])
        }
    }
}

extension Sightings.Seen {
    fileprivate var isBootRequest: Bool {
        switch route {
        case .dhcp, .pxe: sighting.clientClass?.isNetbootClass == true
        case .tftp, .script, .loader: true
        case .stub, .kernel, .initrd, .artifact, .answer, .hook: false
        }
    }
}

extension String {
    /// Option 60 of firmware that looks for something to boot.
    fileprivate var isNetbootClass: Bool { hasPrefix("PXEClient") || hasPrefix("HTTPClient") }
}
