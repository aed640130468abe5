import Inventory

extension Refusal {
    /// For a machine's console and our log.
    var reason: String {
        switch self {
        case .off: "netboot is off"
        case .spent(let ending): "spent: \(ending.rawValue)"
        case .held(let hold): "held: \(hold.rawValue)"
        case .suspended(let suspension): "suspended: \(suspension.rawValue)"
        case .never: "a policy says never"
        case .noPlan: "nothing to boot is named"
        case .journal: "the journal can't be written"
        case .superseded: "a newer arming took its place"
        }
    }
}

extension Decision {
    var reason: String {
        switch self {
        case .netboot: "netboot"
        case .localBoot(let refusal): refusal.reason
        case .ignore(let unknown): unknown.rawValue
        }
    }
}
