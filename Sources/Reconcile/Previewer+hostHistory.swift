import Git
import Inventory

extension Previewer {
    /// The armings and endings of a host or a MAC, read from the first parents of a commit. Files and hosts may have had other names: a
    /// MAC is followed through all of them.
    ///
    /// - Parameter reference: a name, `namespace/name` or a MAC.
    /// - Throws: `HistoryError`, `GitError`.
    package func history(of reference: String, at tip: ObjectID) async throws -> History {
        let (path, isShallow) = try await firstParents(of: tip)
        var walk = HistoryWalk()
        var keys = Signers()
        for (index, commit) in path.enumerated() {
            try await read(commit, after: index == 0 ? nil : path[index - 1].id, &walk, &keys)
        }
        let mac = MACAddress(reference)
        let host = try mac == nil ? walk.host(called: reference) : nil
        let macs = mac.map { [$0] } ?? host.map { walk.macs(of: $0) } ?? []
        let entries = walk.entries.filter { entry in
            guard let mac = entry.mac else { return true }
            return macs.contains(mac) || (host != nil && entry.host == host)
        }
        guard mac == nil || entries.contains(where: { $0.mac == mac }) || walk.knows(reference) else {
            throw HistoryError(description: "no manifest ever named \(reference) here; is it the branch that you mean?")
        }
        return History(host: host, tip: CommitID("\(tip)"), entries: entries, isShallow: isShallow)
    }

    private func firstParents(of tip: ObjectID) async throws -> (path: [Commit], isShallow: Bool) {
        var path = [try await repository.commit(tip)]
        while let parent = path.last?.parents.first {
            // A shallow clone ends here.
            guard let commit = try? await repository.commit(parent) else { return (path.reversed(), true) }
            path.append(commit)
        }
        return (path.reversed(), false)
    }

    private func read(_ commit: Commit, after old: ObjectID?, _ walk: inout HistoryWalk, _ keys: inout Signers)
        async throws
    {
        let changes = try await repository.changes(from: old, to: commit.id, under: paths)
        let delta = try await repository.delta(changes)
        var step = Step(
            old == nil ? .firstSight : .commit, commit: CommitID("\(commit.id)"), author: commit.author.name,
            committedAt: Instant(seconds: commit.committer.seconds))
        let files = try await signers.files(in: commit.id)
        if changes.isEmpty, files == keys.atTip { return }
        var messages = [Trailers(commit.message)]
        if let old, commit.parents.count > 1 {
            // What a merge brings was said in the commits that it brings.
            for id in try await repository.commits(reachableFrom: commit.id, notFrom: old).reversed()
            where id != commit.id {
                messages.append(Trailers(try await repository.commit(id).message))
            }
        }
        step.isOwn = commit.parents.count == 1 && !messages[0].disarmed.isEmpty
        let next = walk.commits.next(step, delta)
        if let old {
            let merge = commit.parents.count > 1 ? commit : nil
            try await ask(about: &step, next, walk.commits, keys, commit, merge: merge, after: old)
        }
        try await follow(commit.id, step, isMade: true, &keys)
        walk.take(step, next, messages)
    }
}
