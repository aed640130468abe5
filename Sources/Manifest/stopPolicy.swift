import Inventory
import YAML

private let name = "bootlatch-suspend"

/// The name of the file that `bootlatch suspend` makes.
package let stopPolicyFile = name + ".yaml"

/// A policy that suspends everything.
package func stopPolicy(reason: String) -> String {
    """
    # Made by `bootlatch suspend`; `bootlatch resume` removes it.
    apiVersion: bootlatch.dev/v1
    kind: BootPolicy
    metadata: {name: \(name)}
    spec:
      selector: {}
      suspend: \(quoted(reason))

    """
}

extension ParsedFile {
    /// Nothing but such a policy stands in it.
    package var isStopPolicy: Bool {
        policies.map(\.name) == [name] && policies.allSatisfy { $0.suspend != nil } && hosts.isEmpty && profiles.isEmpty
            && !isBroken
    }
}
