import HashTreeCollections
import Inventory

extension Standing {
    /// Somebody might be let in.
    var isWell: Bool { ledger.isWritable && inventory.tip != nil }

    /// Its kernel was served whole and its report is awaited: refused like one whose attempts are used up.
    func isInstalling(_ mac: MACAddress, _ decision: Decision) -> Bool {
        guard case .localBoot(.spent(.exhausted)) = decision, let arming = inventory.states[mac]?.arming,
            let record = ledger[arming]
        else { return false }
        return ledger.awaitsReport(record)
    }

    /// How many interfaces are in each state, in the words of `status`; states without one are 0. Looks at every interface once, and
    /// lets others go first now and then.
    package func interfaceStates(_ shown: [MACAddress: Shown] = [:], now: Now) async -> [String: Int] {
        var (armed, installing) = (0, 0)
        var refused: [Refusal: Int] = [:]
        var others: [String: Int] = [:]
        for (index, mac) in inventory.claims.keys.enumerated() {
            // Swift has few threads, and a webhook waits for one of them.
            if index % 1000 == 999 { await Task.yield() }
            let decision = decideBoot(Sighting(mac: mac, shown[mac]), in: self, now: now)
            switch decision {
            case .netboot: armed += 1
            case .localBoot where isInstalling(mac, decision): installing += 1
            case .localBoot(let refusal): refused[refusal, default: 0] += 1
            case .introduce, .ignore: others[decision.reason, default: 0] += 1
            }
        }
        var states = Dictionary(uniqueKeysWithValues: Refusal.states.map { ($0.reason, 0) })
        for (refusal, count) in refused { states[refusal.reason] = count }
        states.merge(others) { $0 + $1 }
        states["armed"] = armed
        states["installing"] = installing
        return states
    }
}

extension Refusal {
    /// Those of `decideBoot`.
    fileprivate static var states: [Refusal] {
        [.off, .never, .noPlan, .journal, .waiting] + Ending.allCases.map { .spent($0) }
            + Hold.allCases.map { .held($0) } + Suspension.allCases.map { .suspended($0) }
    }
}
