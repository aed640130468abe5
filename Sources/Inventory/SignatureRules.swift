/// What one policy asks of the commits that arm its hosts (`require.signedBy`). Two are equal that ask the same of the same hosts.
package struct SignatureRule: Sendable, Hashable, Codable {
    package var selector: BootPolicy.Selector
    /// One of these signed.
    package var names: Set<String>
    /// The policy's name, and where it stands.
    package var policy: String
    package var location: SourceLocation

    package init(selector: BootPolicy.Selector, names: Set<String>, policy: String, location: SourceLocation) {
        self.selector = selector
        self.names = names
        self.policy = policy
        self.location = location
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.selector == right.selector && left.names == right.names
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(selector)
        hasher.combine(names)
    }

    /// It asks the same hosts for the same names, or for fewer of them.
    func tightens(_ other: SignatureRule) -> Bool { selector == other.selector && names.isSubset(of: other.names) }

    /// There may be a host of the other rule's for which this one wins, and lets others arm it.
    func mayLoosen(_ other: SignatureRule) -> Bool {
        !names.isSubset(of: other.names) && selector.mayOutrank(other.selector)
    }
}

/// The `signedBy` of one version of the policies.
package struct SignatureRules: Sendable, Equatable, Codable {
    package var rules: [SignatureRule]

    package init(_ rules: [SignatureRule] = []) { self.rules = rules }

    package static func == (left: Self, right: Self) -> Bool { Set(left.rules) == Set(right.rules) }

    /// That of the most specific policy.
    package func rule(for host: Host) -> SignatureRule? {
        var best: (rank: BootPolicy.Selector.Rank, rule: SignatureRule)?
        for rule in rules {
            guard let rank = rule.selector.rank(for: host) else { continue }
            if best.map({ rank > $0.rank }) ?? true { best = (rank, rule) }
        }
        return best?.rule
    }

    /// Those of the other version's rules that this one keeps no longer, or may overrule.
    func loosened(from other: SignatureRules) -> [SignatureRule] {
        let new = rules.filter { rule in !other.rules.contains { rule.tightens($0) } }
        return other.rules.filter { old in
            !rules.contains { $0.tightens(old) } || new.contains { $0.mayLoosen(old) }
        }
    }

    /// These rules after a commit that took the policies from one version to the next: what its signers may change of them is changed.
    func following(from old: SignatureRules, to new: SignatureRules, signedBy names: Set<String>) -> SignatureRules {
        var next = rules
        func mayChange(_ rule: SignatureRule) -> Bool { !rule.names.isDisjoint(with: names) }
        let removed = old.rules.filter { !new.rules.contains($0) && mayChange($0) }
        let replaced = next.filter(removed.contains)
        next.removeAll(where: removed.contains)
        for rule in new.rules where !old.rules.contains(rule) && !next.contains(where: { rule.tightens($0) }) {
            let isReplacing = replaced.contains { $0.selector == rule.selector }
            // What nobody signed while something stands can be taken back by anybody.
            if names.isEmpty { continue }
            if isReplacing || next.filter({ rule.mayLoosen($0) }).allSatisfy(mayChange) { next.append(rule) }
        }
        return SignatureRules(next)
    }
}

extension [SignatureRule] {
    /// Who has to sign, for a person: "ada or bob, and by eve".
    package var signers: String { Set(map(\.names.words)).sorted().joined(separator: ", and by ") }
}

extension PolicyRules {
    var signatures: SignatureRules {
        SignatureRules(
            policies.compactMap { rule in
                rule.policy.require.signedBy.map {
                    SignatureRule(
                        selector: rule.policy.selector, names: $0, policy: rule.policy.name,
                        location: rule.policy.fields["require.signedBy"] ?? rule.policy.location)
                }
            })
    }
}

extension BootPolicy.Selector {
    /// False where no host can be picked by both, or the other one always wins.
    fileprivate func mayOutrank(_ other: Self) -> Bool {
        let isApart = matchLabels.contains { label in other.matchLabels[label.key].map { $0 != label.value } ?? false }
        return !isApart && highest >= other.lowest
    }

    private var highest: Rank { Rank(name: names.isEmpty ? 0 : 2, labels: matchLabels.count, depth: depths.max() ?? 0) }

    private var lowest: Rank {
        let isExact = names.allSatisfy { !$0.contains("*") && !$0.contains("?") }
        return Rank(name: names.isEmpty ? 0 : isExact ? 2 : 1, labels: matchLabels.count, depth: depths.min() ?? 0)
    }

    private var depths: [Int] { paths.map { $0.split(separator: "/").count } }
}
