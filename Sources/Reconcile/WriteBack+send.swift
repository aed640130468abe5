import Git
import Inventory
import Journal

extension WriteBack {
    /// Remembers these commits as ours, then asks the remote to move `branch` from `expecting` to them. What the remote does not
    /// take stays owed with its reason, and is left alone for a while.
    ///
    /// - Throws: `WriteBackError` when the remote refuses them, `GitError`, `JournalError`.
    func send(
        _ draft: Draft, to branch: String, expecting: ObjectID?, replacing: Bool = false
    ) async throws -> PushOutcome {
        try await remember(draft)
        let outcome: PushOutcome
        do throws(GitError) {
            outcome = try await push(draft.head, to: branch, expecting: expecting, replacing: replacing)
        } catch .cancelled {
            throw GitError.cancelled
        } catch {
            patience.failed(at: clock(), first: .seconds(10))
            try await note("our commit did not reach \(branch): \(error)", about: draft.intents, as: .owed)
            throw error
        }
        guard case .rejected(let why) = outcome else { return outcome }
        throw try await refused(draft, "the remote refuses our commit in branch \(branch): \(why)")
    }

    /// The remote does not take this; it is a person's turn.
    func refused(_ draft: Draft, _ reason: String) async throws -> WriteBackError {
        patience.failed(at: clock(), first: .seconds(60))
        try await note(reason, about: draft.intents, as: .blocked)
        return WriteBackError(description: reason)
    }

    func note(_ reason: String, about intents: [Intent], as state: Intent.State) async throws {
        for intent in intents {
            try await journal.block(intent, by: reason, as: state, at: now().wall)
        }
    }
}
