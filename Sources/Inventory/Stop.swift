/// A maintenance stop: nothing netboots until somebody takes it away. It arms and spends nothing, and deadlines run on.
///
/// A host has one by its annotation `bootlatch.dev/suspend`; a policy's `suspend` gives one to every host that it selects, whatever more
/// specific policies say.
package struct Stop: Sendable, Hashable {
    /// What somebody wrote there; may be empty.
    package var reason: String
    package var location: SourceLocation

    package init(reason: String, location: SourceLocation) {
        self.reason = reason
        self.location = location
    }

    /// "at policies/bootlatch-suspend.yaml:8:12 (switch upgrade)"
    package var words: String { "at \(location)\(reason.isEmpty ? "" : " (\(reason))")" }
}

extension Inventory {
    /// The stop of everything, by a policy that selects every host: then nothing is written back, either.
    package var stop: Stop? {
        rules.policies.lazy.filter { $0.policy.selector == .init() }.compactMap(\.policy.suspend).first
    }

    /// The stops of all policies.
    package var policyStops: [Stop] { rules.policies.compactMap(\.policy.suspend) }
}

extension Interface {
    /// What ends this stop of the interface's: "`bootlatch resume rack1/n2`", or which policy to change.
    package func wayOut(of stop: Stop, in inventory: Inventory) -> String {
        if stop == host.suspend { return "`bootlatch resume \(host.id)`" }
        return stop == inventory.stop
            ? "`bootlatch resume`" : "take `suspend` out of the policy at \(stop.location) and push"
    }
}

extension Inventory.Entry {
    package var stop: Stop? { host.suspend ?? settings.suspend }
}

extension Interface {
    package var stop: Stop? { host.suspend ?? settings.suspend }
}
