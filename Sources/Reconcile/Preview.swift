import Git
import Inventory

/// What a push of these commits, or of the work tree, would do to permissions. Nothing is written, and git alone is read: what only the
/// journal knows stays unknown.
package struct Preview: Sendable {
    /// One interface that the push does something to.
    package struct Change: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            /// It may netboot by this push.
            case armed
            /// It was on before, and the push raises `limits.armedPerCommit`: it may netboot where a daemon holds it `overLimit`.
            case released
            /// It is on, and does not netboot, or no longer does, for the reason in `after`.
            case held
            /// It was on, and is off or gone.
            case disarmed
            /// Its permission is as it was; what is written of it is not.
            case changed
        }

        package var kind: Kind
        package var host: Host.ID
        package var mac: MACAddress
        package var before: Decision
        package var after: Decision
        /// One line for a person.
        package var detail: String
        /// Where in the push.
        package var since: Provenance
    }

    package enum Kind: String, Sendable {
        /// Each commit in order, as a daemon walks them.
        case commits
        /// All of them as one: a merge or a squash.
        case single
        /// The new commit does not descend from the old one.
        case forcePush
        /// Files that are not committed, on HEAD.
        case workTree
    }

    package var kind: Kind
    package var from: CommitID
    /// Nil for the work tree.
    package var to: CommitID?
    /// Steps that a daemon would see.
    package var steps: Int
    package var changes: [Change]
    /// What is wrong in the changed files now and was not before.
    package var diagnostics: [Diagnostic]
    /// None of the configured paths exists, before or after.
    package var isEmpty: Bool
    /// Something is armed because the branch's commits are signed: a merge brings their signatures along, a squash doesn't.
    package var isSignedByBranch: Bool
}

extension Provenance {
    /// False for what stands in the work tree only.
    package var isCommitted: Bool { !commit.hex.isEmpty }
}

/// Makes previews from a repository.
package struct Previewer: Sendable {
    let repository: Repository
    /// Folders and files of the repo that are read.
    let paths: [String]
    let signers: SignerSource
    let now: Instant

    package init(repository: Repository, paths: [String], signers: SignerPaths, now: Instant) {
        self.repository = repository
        self.paths = paths
        self.signers = SignerSource(repository: repository, paths: signers)
        self.now = now
    }

    /// - Parameter asOne: takes all commits as one, which a merge or a squash makes of them.
    /// - Throws: `GitError`.
    package func preview(from old: ObjectID, to new: ObjectID, asOne: Bool = false) async throws -> Preview {
        var walk = try await PreviewWalk(at: old, previewer: self)
        let path = try await path(from: old, to: new)
        guard let path, !asOne else {
            try await take(path == nil ? .rewrite(dropped: []) : .commit, from: old, to: new, isMade: false, &walk)
            await lookForKeys(&walk)
            return walk.preview(path == nil ? .forcePush : .single, from: old, to: new)
        }
        for (from, to) in zip([old] + path, path) { try await take(.commit, from: from, to: to, isMade: true, &walk) }
        await lookForKeys(&walk)
        return walk.preview(.commits, from: old, to: new)
    }

    /// - Throws: `GitError`, or why a file can't be read.
    package func preview(_ workTree: WorkTree, on head: ObjectID) async throws -> Preview {
        var walk = try await PreviewWalk(at: head, previewer: self)
        let step = Step(.commit, commit: CommitID(""), author: "", committedAt: now)
        let delta = try await workTree.delta(under: paths, after: walk.commits.inventory)
        let next = walk.commits.next(step, delta)
        walk.noteRaised(by: step, delta, to: next.inventory, isMade: false)
        walk.take(step, delta, next)
        // Keys that are not committed yet can't be looked at.
        if try await workTree.changes().contains(where: { signers.paths.holds($0) }) {
            walk.commits.inventory.knownSigners = nil
        } else {
            await lookForKeys(&walk)
        }
        return walk.preview(.workTree, from: head, to: nil)
    }

    /// The commits on the way. A shallow clone misses what `Repository.path` looks at; there the first parents are followed.
    private func path(from old: ObjectID, to new: ObjectID) async throws -> [ObjectID]? {
        guard await repository.isShallow else { return try await repository.path(from: old, to: new) }
        var path: [ObjectID] = []
        var next = new
        while next != old {
            path.append(next)
            guard let parent = try await repository.commit(next).parents.first else { return nil }
            next = parent
        }
        return path.reversed()
    }

    /// - Parameter isMade: the commit is the one that the daemon will see, with its signature.
    private func take(
        _ kind: Step.Kind, from old: ObjectID, to new: ObjectID, isMade: Bool, _ walk: inout PreviewWalk
    ) async throws {
        let commit = try await repository.commit(new)
        var step = Step(
            kind, commit: CommitID("\(new)"), author: commit.author.name,
            committedAt: Instant(seconds: commit.committer.seconds))
        let delta = try await repository.delta(
            try await repository.changes(from: old, to: new, under: paths), in: new, after: walk.commits.inventory)
        let next = walk.commits.next(step, delta)
        let merge = isMade && commit.parents.count < 2 ? nil : commit
        try await ask(about: &step, next, walk.commits, walk.signers, isMade ? commit : nil, merge: merge, after: old)
        walk.noteRaised(by: step, delta, to: next.inventory, isMade: isMade)
        try await follow(new, step, isMade: isMade, &walk.signers)
        walk.take(step, delta, next, misreading: try await misreading(in: commit, after: old))
    }

    private func misreading(in commit: Commit, after old: ObjectID) async throws -> String? {
        var messages = [commit.message]
        if commit.parents.count > 1 {
            for id in try await repository.commits(reachableFrom: commit.id, notFrom: old) {
                messages.append(try await repository.commit(id).message)
            }
        }
        return messages.lazy.compactMap { Trailers($0).misreading }.first
    }
}

extension Previewer {
    /// Finds out whose keys are known at the end of the walk, where a policy asks for signatures.
    private func lookForKeys(_ walk: inout PreviewWalk) async {
        guard walk.commits.inventory.asksForSignatures else { return }
        walk.commits.inventory.knownSigners = await signers.names(in: walk.signers.inForce)
    }
}
