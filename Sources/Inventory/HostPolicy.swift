/// What the policies say of one host, field by field from the most specific one.
package struct HostPolicy: Sendable, Equatable {
    package var netboot: BootPolicy.Netboot = .allow
    package var profile: BootProfile?
    package var attempts = Attempts()
    /// Seconds.
    package var expireAfter: Int64 = 24 * 3600
    package var refuse = RefusePolicy()
    package var armedPerCommit = 10
    package var freeze: [Freeze] = []
    /// Seconds.
    package var outdatedAfter: Int64 = 3600
    package var armedAtOnce: ArmedAtOnce?
    package var require = RequirePolicy()
    package var suspend: Stop?
    package var introduce: BootPolicy.Introduce = .nothing
    /// A policy file that rules this host is broken, or two policies of the same rank contradict each other.
    package var isPolicyBroken = false

    package init() {}

    /// How many hosts may netboot at once, counted over the hosts that have the limit from the same policy.
    package struct ArmedAtOnce: Sendable, Hashable {
        package var limit: Int
        /// The policy's place among the rules in force.
        var policy: Int
    }

    /// A guard that would refuse a boot now under the other version's rules is gone.
    func isLooser(than other: HostPolicy, at now: Instant) -> Bool {
        other.netboot == .never && netboot == .allow || other.freeze.freezes(now) && !freeze.freezes(now)
            || other.require.serial == true && require.serial != true
            || other.require.uuid == true && require.uuid != true
    }
}

/// The policies and profiles in force.
package struct PolicyRules: Sendable, Equatable {
    struct Rule: Sendable, Equatable {
        var policy: BootPolicy
        /// Its file is broken; these are its last good rules.
        var isBroken: Bool
    }

    var policies: [Rule] = []
    var profiles: [String: BootProfile] = [:]
    /// A policy file that never was good: it may say anything, so it holds every host.
    var unreadable: [String] = []

    /// Two policies of the same rank that say different things about one field of a host.
    struct Conflict: Hashable {
        var field: String
        var first: String
        var second: String
        var location: SourceLocation
    }

    func settings(for host: Host) -> HostPolicy { resolve(host).settings }

    func conflicts(for host: Host) -> [Conflict] { resolve(host).conflicts }

    private func resolve(_ host: Host) -> (settings: HostPolicy, conflicts: [Conflict]) {
        var settings = HostPolicy()
        settings.isPolicyBroken = !unreadable.isEmpty
        if policies.isEmpty { return (settings, []) }
        let matching = policies.enumerated().compactMap { index, rule in
            rule.policy.selector.rank(for: host).map { (rank: $0, index: index, rule: rule) }
        }.sorted { ($1.rank, $0.index) < ($0.rank, $1.index) }
        var conflicts: [Conflict] = []
        func field<Value: Equatable>(_ name: String, _ value: (BootPolicy) -> Value?) -> Value? {
            guard let best = matching.first(where: { value($0.rule.policy) != nil }) else { return nil }
            let winning = value(best.rule.policy)
            for other in matching where other.rank == best.rank {
                guard let said = value(other.rule.policy), said != winning else { continue }
                conflicts.append(
                    Conflict(
                        field: name, first: best.rule.policy.name, second: other.rule.policy.name,
                        location: other.rule.policy.location))
            }
            return winning
        }
        settings.netboot = field("netboot", \.netboot) ?? settings.netboot
        settings.profile = field("profile", \.profile).flatMap { profiles[$0] }
        settings.attempts = Attempts(
            full: field("attempts.full", \.attempts.full) ?? settings.attempts.full,
            early: field("attempts.early", \.attempts.early) ?? settings.attempts.early)
        settings.expireAfter = field("expireAfter", \.expireAfter) ?? settings.expireAfter
        settings.armedPerCommit = field("limits.armedPerCommit", \.armedPerCommit) ?? settings.armedPerCommit
        settings.freeze = field("freeze", \.freeze) ?? settings.freeze
        settings.outdatedAfter = field("outdatedAfter", \.outdatedAfter) ?? settings.outdatedAfter
        if let limit = field("limits.armedAtOnce", \.armedAtOnce),
            let policy = matching.first(where: { $0.rule.policy.armedAtOnce != nil })?.index
        {
            settings.armedAtOnce = HostPolicy.ArmedAtOnce(limit: limit, policy: policy)
        }
        // Whoever suspends is obeyed, however specific the others are.
        settings.suspend = matching.lazy.compactMap(\.rule.policy.suspend).first
        settings.require = RequirePolicy(
            serial: field("require.serial", \.require.serial), uuid: field("require.uuid", \.require.uuid),
            armID: field("require.armID", \.require.armID), signedBy: field("require.signedBy", \.require.signedBy))
        settings.introduce = field("introduce", \.introduce) ?? settings.introduce
        settings.refuse = RefusePolicy(
            pxe: field("refuse.pxe", \.refuse.pxe), http: field("refuse.http", \.refuse.http),
            bios: field("refuse.bios", \.refuse.bios), uefi: field("refuse.uefi", \.refuse.uefi))
        if !conflicts.isEmpty || matching.contains(where: \.rule.isBroken) { settings.isPolicyBroken = true }
        return (settings, conflicts)
    }
}

extension BootPolicy.Selector {
    /// How specific a match is: exact name, then name glob, then number of labels, then path depth.
    struct Rank: Comparable {
        var name: Int
        var labels: Int
        var depth: Int

        static func < (left: Self, right: Self) -> Bool {
            (left.name, left.labels, left.depth) < (right.name, right.labels, right.depth)
        }
    }

    /// Nil where a part does not match.
    func rank(for host: Host) -> Rank? {
        var rank = Rank(name: 0, labels: matchLabels.count, depth: 0)
        guard matchLabels.allSatisfy({ host.labels[$0.key] == $0.value }) else { return nil }
        if !names.isEmpty {
            let full = host.id.description
            let matches = names.filter { glob($0, matches: $0.contains("/") ? full : host.id.name) }
            guard !matches.isEmpty else { return nil }
            rank.name = matches.contains { $0 == full || $0 == host.id.name } ? 2 : 1
        }
        if !paths.isEmpty {
            let matches = paths.filter { glob($0, matches: host.location.path) }
            guard let deepest = matches.map({ $0.split(separator: "/").count }).max() else { return nil }
            rank.depth = deepest
        }
        return rank
    }
}

/// Shell-style matching: `*` is any run of characters, `?` any one. Linear in the text for each star.
func glob(_ pattern: String, matches text: String) -> Bool {
    let pattern = Array(pattern.utf8)
    let text = Array(text.utf8)
    var (p, t) = (0, 0)
    var star: (pattern: Int, text: Int)?
    while t < text.count {
        if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
            star = (p, t)
            p += 1
        } else if p < pattern.count, pattern[p] == UInt8(ascii: "?") || pattern[p] == text[t] {
            p += 1
            t += 1
        } else if let last = star {
            p = last.pattern + 1
            t = last.text + 1
            star = (last.pattern, t)
        } else {
            return false
        }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
}
