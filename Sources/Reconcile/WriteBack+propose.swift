import Git
import Inventory
import Journal
import Logging

extension WriteBack {
    /// Puts what is owed into a branch of its own, as commits on top of the tip, for somebody to merge. The latch holds, and the
    /// intents stay owed, until the change lands in the branch that is read.
    ///
    /// The branch is ours: it is replaced when other disarms are owed than it holds, or when a file of theirs has changed meanwhile.
    ///
    /// - Throws: as `flush`.
    func propose(
        _ owed: [(host: Host.ID, intents: [Intent])], on head: ObjectID, in branch: String
    ) async throws -> CommitID? {
        let proposed = try await proposed(in: branch)
        if let proposed { try await refuseStrangers(above: head, to: proposed, in: branch) }
        if let proposed, try await holds(proposed, owed, on: head) {
            // The answer to our push may have been lost.
            try await wait(for: owed.flatMap(\.intents), in: branch)
            return nil
        }
        if owed.isEmpty, proposed == nil { return nil }
        let draft = try await draft(owed, on: head)
        if draft.commits.isEmpty, !owed.isEmpty { return nil }
        guard case .accepted = try await send(draft, to: branch, expecting: proposed, replacing: true) else {
            throw WriteBackError(description: "somebody else pushed to branch \(branch); trying again later")
        }
        let intents = draft.commits.flatMap(\.intents)
        // Nothing is owed any more: the branch has gone back to the tip.
        if intents.isEmpty { return nil }
        try await wait(for: intents, in: branch)
        log.info("proposed", metadata: ["commits": "\(draft.commits.count)", "branch": "\(branch)"])
        return CommitID("\(draft.head)")
    }

    private func wait(for intents: [Intent], in branch: String) async throws {
        let reason = "in branch \(branch), until somebody merges it"
        for intent in intents { try await journal.block(intent, by: reason, as: .proposed, at: now().wall) }
    }

    private func refuseStrangers(above head: ObjectID, to proposed: ObjectID, in branch: String) async throws {
        let commits = try await repository.commits(reachableFrom: proposed, notFrom: head).map { CommitID("\($0)") }
        let own = try await journal.ownCommits(among: commits)
        guard let stranger = commits.first(where: { own[$0] == nil }) else { return }
        patience.failed(at: clock(), first: .seconds(60))
        throw WriteBackError(
            description:
                "branch \(branch) holds \(stranger.short), which is not ours: merge it or delete the branch, or "
                + "name another one as writeBack.branch")
    }

    private func proposed(in branch: String) async throws -> ObjectID? {
        do {
            return try await remote.fetch(into: repository.path, branch: branch, deadline: settings.timeout).commit
        } catch GitError.branchMissing {
            return nil
        }
    }

    /// The branch holds these disarms and no others, in files that have not changed since.
    private func holds(
        _ proposed: ObjectID, _ owed: [(host: Host.ID, intents: [Intent])], on head: ObjectID
    ) async throws -> Bool {
        let commits = try await repository.commits(reachableFrom: proposed, notFrom: head).map { CommitID("\($0)") }
        let held = try await journal.ownCommits(among: commits).values.joined()
        guard Set(held) == Set(owed.flatMap(\.intents).map(\.change)) else { return false }
        guard let base = try await repository.mergeBase(of: proposed, and: head) else { return false }
        for (host, _) in owed {
            guard let path = gate.current.inventory[host]?.path,
                try await repository.entry(at: path, in: base) == repository.entry(at: path, in: head)
            else { return false }
        }
        return true
    }
}
