import Git
import Inventory
import Journal
import Logging

/// A commit of ours in the remote that the journal knows nothing of.
struct ForgottenCommit {
    var id: CommitID
    var disarmed: [(mac: MACAddress, arming: Arming.ID)]
}

extension Reconciler {
    /// What a commit gives as its reason (`Bootlatch-Reason`).
    package func reason(of commit: CommitID) async -> String? { await trailers(of: commit)?.reason }

    /// Says of a commit's `Bootlatch-For` that it was not understood.
    package func misreading(of commit: CommitID) async -> String? {
        guard let id = ObjectID(hex: commit.hex) else { return nil }
        return await messages(of: id).lazy.compactMap { Trailers($0).misreading }.first
    }

    /// How long the armings of these commits are to live at most, by their own words.
    func limits(of commits: [CommitID]) async -> [CommitID: Int64] {
        var limits: [CommitID: Int64] = [:]
        for commit in Set(commits) { limits[commit] = await limit(of: commit) }
        return limits
    }

    /// The same for what this leg may arm, by its own commit and by earlier ones whose armings it releases.
    func limits(of macs: Set<MACAddress>, _ leg: Leg, _ walk: Walk) async -> [CommitID: Int64] {
        guard !macs.isEmpty else { return [:] }
        var limits = await limits(of: macs.compactMap { walk.inventory.state(of: $0)?.since.commit })
        let id = CommitID("\(leg.to)")
        if leg.kind == .commit { limits[id] = await limit(of: id, after: leg.from) }
        return limits
    }

    /// A merge is bound by the words of the commits that it brings, too. Unreadable history limits nothing.
    private func limit(of commit: CommitID, after old: ObjectID? = nil) async -> Int64? {
        guard let id = ObjectID(hex: commit.hex) else { return nil }
        return await messages(of: id, after: old).compactMap { Trailers($0).limit }.min()
    }

    private func messages(of id: ObjectID, after old: ObjectID? = nil) async -> [String] {
        guard let merge = try? await repository.commit(id) else { return [] }
        var messages = [merge.message]
        if merge.parents.count > 1, let old = old ?? merge.parents.first {
            for brought in (try? await repository.commits(reachableFrom: id, notFrom: old)) ?? [] {
                if let message = try? await repository.commit(brought).message { messages.append(message) }
            }
        }
        return messages
    }

    /// Our disarm commits between the processed tip and the new one that the journal can't have written as it is: it was put back to an
    /// earlier state, or another daemon goes on from a copy of it.
    ///
    /// Such a commit names an arming that is unspent here, or one that this very journal made and has no record of. A copy of a commit,
    /// by cherry-pick or rebase, names an arming that is spent; a second daemon's commits name another journal.
    func forgotten(_ legs: [Leg], to tip: ObjectID) async throws -> [ForgottenCommit] {
        guard let first = legs.first, first.kind != .firstSight else { return [] }
        let journalID = try await journal.id()
        let ledger = gate.current.ledger
        var found: [ForgottenCommit] = []
        for id in try await repository.commits(reachableFrom: tip, notFrom: first.from) {
            let trailers = Trailers(try await repository.commit(id).message)
            // A bind of ours names an arming that lives on.
            guard trailers.reason.flatMap({ Ending(rawValue: $0) }) != nil else { continue }
            let isOurs = trailers["Journal"] == journalID
            let disarmed = trailers.disarmed.filter { _, arming in
                guard let record = ledger[arming] else { return isOurs }
                return record.ending == nil
            }
            if !disarmed.isEmpty { found.append(ForgottenCommit(id: CommitID("\(id)"), disarmed: disarmed)) }
        }
        return found
    }

    /// Holds every permission that the journal still believes in, and says so.
    func observation(of forgotten: [ForgottenCommit], _ ledger: Ledger) -> Observation? {
        guard let newest = forgotten.last else { return nil }
        var observation = Observation()
        for record in ledger.unspent { observation.held[record.arming.id] = .oldState }
        let commits =
            forgotten.count == 1
            ? "commit \(newest.id.short) of ours" : "\(forgotten.count) commits of ours, up to \(newest.id.short)"
        let text =
            "the state folder is older than the repo, which holds \(commits) that the journal knows nothing of: whatever is on is held "
            + "until it is toggled or accepted; is another daemon running on a copy of it?"
        observation.events = [Event(.alert, text, commit: newest.id)]
        observation.events += ledger.unspent.map { record in
            Event(
                .held, host: record.arming.host, mac: record.arming.mac,
                "\(Hold.oldState.rawValue): \(Hold.oldState.explanation)", commit: newest.id)
        }
        log.error("state folder older than the repo: permissions held", metadata: ["commit": "\(newest.id)"])
        return observation
    }

    private func trailers(of commit: CommitID) async -> Trailers? {
        guard let id = ObjectID(hex: commit.hex), let message = try? await repository.commit(id).message else {
            return nil
        }
        return Trailers(message)
    }
}
