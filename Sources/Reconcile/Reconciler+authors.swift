import Git
import Inventory

extension Reconciler {
    /// Fills in who wrote what stands at these places, as `git blame` finds it in the history of `tip`. What it does not find by the
    /// deadline stays as it is.
    ///
    /// By a repository of its own: neither does a pass wait for this, nor this for a pass.
    package nonisolated func authored(
        _ origins: [RuleOrigin?], at tip: CommitID?, until deadline: ContinuousClock.Instant
    ) async -> [RuleOrigin?] {
        guard let tip = tip.flatMap({ ObjectID(hex: $0.hex) }),
            let mirror = try? Repository(bareAt: repository.path, create: false)
        else { return origins }
        var lines: [Version: Set<Int>] = [:]
        for case let origin? in origins {
            if let version = Version(origin), let line = origin.location?.line {
                lines[version, default: []].insert(line)
            }
        }
        var found: [Version: [Int: Commit]] = [:]
        var rest = lines.count
        for (version, lines) in lines {
            // A folder of a hundred thousand manifests may take all the time there is; the policies have theirs.
            let share = ContinuousClock.now.duration(to: deadline) / rest
            rest -= 1
            let ids = try? await mirror.origins(
                of: lines, in: version.path, content: version.content.flatMap { ObjectID(hex: $0) }, at: tip,
                until: .now.advanced(by: share))
            for (line, id) in ids ?? [:] { found[version, default: [:]][line] = try? await mirror.commit(id) }
        }
        return origins.map { origin in
            guard var origin, let version = Version(origin), let location = origin.location,
                let commit = found[version]?[location.line]
            else { return origin }
            origin.provenance = Provenance(
                commit: CommitID("\(commit.id)"), author: commit.author.name,
                committedAt: Instant(seconds: commit.committer.seconds), location: location)
            return origin
        }
    }
}

/// A file as it was when lines of it were counted.
private struct Version: Hashable {
    var path: String
    var content: String?

    /// Nil for what needs no look into the repo.
    init?(_ origin: RuleOrigin) {
        guard origin.provenance == nil, origin.isInFile, let location = origin.location else { return nil }
        path = location.path
        content = origin.content
    }
}
