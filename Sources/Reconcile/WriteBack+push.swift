import Git
import Inventory

/// How a push ended.
package enum PushResult: String, Sendable, CaseIterable {
    case accepted
    /// Another push came first.
    case raced
    /// The remote does not want it.
    case rejected
    /// The remote was not reached, or did not answer.
    case failed
}

extension WriteBack {
    /// Asks the remote to move `branch` from `expecting` to a commit of ours, and counts how that ends.
    func push(
        _ commit: ObjectID, to branch: String, expecting: ObjectID?, replacing: Bool = false
    ) async throws(GitError) -> PushOutcome {
        do throws(GitError) {
            let outcome = try await remote.push(
                commit, from: repository.path, to: branch, expecting: expecting, replacing: replacing,
                options: settings.pushOptions, deadline: settings.timeout)
            pushes.add(PushResult(outcome))
            return outcome
        } catch {
            if error != .cancelled { pushes.add(.failed) }
            throw error
        }
    }
}

extension PushResult {
    fileprivate init(_ outcome: PushOutcome) {
        switch outcome {
        case .accepted: self = .accepted
        case .raced: self = .raced
        case .rejected: self = .rejected
        }
    }
}
