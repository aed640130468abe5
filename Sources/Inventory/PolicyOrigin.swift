import HashTreeCollections

/// The policy that says something about a host, and where.
package struct PolicyOrigin: Sendable, Hashable, CustomStringConvertible {
    package var policy: String
    package var location: SourceLocation

    package var description: String { "policy \(policy) at \(location)" }
}

extension Inventory {
    /// The policy that gives a host this field, as a policy writes it: `require.serial`. Nil where none does, and the default holds.
    package func origin(of field: String, for host: Host) -> PolicyOrigin? {
        var best: (rank: BootPolicy.Selector.Rank, origin: PolicyOrigin)?
        for rule in rules.policies {
            guard let location = rule.policy.fields[field], let rank = rule.policy.selector.rank(for: host) else {
                continue
            }
            let origin = PolicyOrigin(policy: rule.policy.name, location: location)
            if best.map({ rank > $0.rank }) ?? true { best = (rank, origin) }
        }
        return best?.origin
    }

    /// What is wrong with the policies that hold a host: files that are broken, policies that contradict each other.
    package func policyTroubles(for host: Host) -> [Diagnostic] {
        let broken = policyPaths.intersection(brokenPaths).sorted().compactMap { path -> Diagnostic? in
            let rules = files[path]?.inForce.policies ?? []
            let isItsOwn = rules.contains { $0.selector.rank(for: host) != nil }
            guard isItsOwn || mayRuleAny(path) else { return nil }
            return files[path]?.parsed.diagnostics.first { $0.severity == .error }
        }
        return broken
            + rules.conflicts(for: host).map {
                Diagnostic(
                    .error, at: $0.location, "policies \($0.first) and \($0.second) disagree on \($0.field)")
            }
    }

    /// A policy file that never was good: nobody knows which hosts it rules.
    package func mayRuleAny(_ path: String) -> Bool { rules.unreadable.contains(path) }
}
