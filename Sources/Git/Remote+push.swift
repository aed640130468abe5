import CLibgit2

extension Remote {
    /// Moves `branch` from `expecting` (nil: it does not exist yet) to `commit`, which descends from it; with `replacing`, also where
    /// it does not. A branch that stands elsewhere is never touched.
    ///
    /// - Throws: when it is not known how the push ended, a deadline included: fetch again to find out.
    package nonisolated func push(
        _ commit: ObjectID, from path: String, to branch: String, expecting: ObjectID?, replacing: Bool = false,
        options: [String] = [], deadline: Duration
    ) async throws(GitError) -> PushOutcome {
        try await bounded(deadline, as: address.description) { (operation) throws(GitError) in
            try await pushNow(commit, from: path, branch, expecting, replacing, options, operation)
        }
    }

    private func pushNow(
        _ commit: ObjectID, from path: String, _ branch: String, _ expecting: ObjectID?, _ replacing: Bool,
        _ options: [String], _ operation: Operation
    ) throws(GitError) -> PushOutcome {
        let ref = try branchRef(branch)
        let repository = try Repository.open(path)
        let attempt: Attempt
        do throws(GitError) {
            // libgit2 updates a local repository's refs without a lock and runs no hooks; nor does it send options.
            attempt =
                address.isLocal || !options.isEmpty
                ? try pushByProgram(commit, from: path, repository, ref, expecting, replacing, options, operation)
                : try pushOverNetwork(commit, from: path, repository, ref, expecting, replacing, operation)
        } catch {
            // The server may have moved the branch before the connection broke.
            if operation.ending == nil, try readBack(path, repository, ref, operation) == commit {
                return .accepted(tip: commit)
            }
            throw error
        }
        if attempt == .raced { return .raced }
        // libgit2 can return success for a rejected push, so only what the branch holds now counts.
        let tip = try readBack(path, repository, ref, operation)
        if let tip {
            let isOurs =
                if tip == commit { true } else { try descends(tip, from: commit, path, repository, ref, operation) }
            if isOurs { return .accepted(tip: tip) }
        }
        switch attempt {
        case .rejected(let reason) where tip == expecting && !isRace(reason): return .rejected(reason)
        default: return .raced
        }
    }

    /// What the client side of a push says, before the branch is read back.
    private enum Attempt: Equatable {
        case sent
        case raced
        case rejected(String)
    }

    private func pushOverNetwork(
        _ commit: ObjectID, from path: String, _ repository: borrowing Handle, _ ref: String, _ expecting: ObjectID?,
        _ replacing: Bool, _ operation: Operation
    ) throws(GitError) -> Attempt {
        do throws(GitError) {
            return try pushByLibrary(commit, from: path, repository, ref, expecting, replacing, operation)
        } catch {
            guard error.isOfMalformedCommit else { throw error }
            return try pushByProgram(commit, from: path, repository, ref, expecting, replacing, [], operation)
        }
    }

    private func pushByLibrary(
        _ commit: ObjectID, from path: String, _ repository: borrowing Handle, _ ref: String, _ expecting: ObjectID?,
        _ replacing: Bool, _ operation: Operation
    ) throws(GitError) -> Attempt {
        let session = try makeSession(operation)
        return try operation.observing { () throws(GitError) in
            let connection = try Connection(session, repository: repository, direction: GIT_DIRECTION_PUSH)
            // The server compares the branch with what it tells us here, so nobody can come between.
            guard try connection.refs()[ref] == expecting else { return .raced }
            // libgit2 pushes refs only.
            let source = "refs/bootlatch/push/\(commit)"
            try setTip(of: source, to: commit, in: repository)
            defer { git_reference_remove(repository.pointer, source) }
            try connection.upload(source, to: ref, replacing: replacing)
            guard let reason = session.refused[ref] else { return .sent }
            return .rejected([reason, session.remark].filter { !$0.isEmpty }.joined(separator: ": "))
        }
    }

    /// The tip of the remote's `ref`, through a new connection.
    private func readBack(
        _ path: String, _ repository: borrowing Handle, _ ref: String, _ operation: Operation
    ) throws(GitError) -> ObjectID? {
        let session = try makeSession(operation)
        return try operation.observing { () throws(GitError) in
            let connection = try Connection(session, repository: repository, direction: GIT_DIRECTION_FETCH)
            return try connection.refs()[ref]
        }
    }

    /// True when somebody has pushed on top of our commit already.
    private func descends(
        _ tip: ObjectID, from commit: ObjectID, _ path: String, _ repository: borrowing Handle, _ ref: String,
        _ operation: Operation
    ) throws(GitError) -> Bool {
        let session = try makeSession(operation)
        try operation.observing { () throws(GitError) in
            let connection = try Connection(session, repository: repository, direction: GIT_DIRECTION_FETCH)
            if let tip = try connection.refs()[ref] { try download(ref, at: tip, connection, into: repository) }
        }
        // Not found: the branch moved on once more; the caller fetches and sees.
        return (try? Git.descends(tip, from: commit, in: repository)) == true
    }

    private func pushByProgram(
        _ commit: ObjectID, from path: String, _ repository: borrowing Handle, _ ref: String, _ expecting: ObjectID?,
        _ replacing: Bool, _ options: [String], _ operation: Operation
    ) throws(GitError) -> Attempt {
        guard try readBack(path, repository, ref, operation) == expecting else { return .raced }
        var arguments = ["git", "-C", path, "-c", "core.hooksPath=/dev/null", "push", "--porcelain", "--no-verify"]
        for option in options { arguments += ["--push-option", option] }
        if replacing { arguments.append("--force-with-lease=\(ref):\(expecting?.description ?? "")") }
        arguments += ["--", absolute(address.url, isLocal: address.isLocal), "\(commit):\(ref)"]
        let result = try run(arguments, environment: try programEnvironment(), until: operation)
        if result.status == 0 { return .sent }
        // "!<tab>from:to<tab>[remote rejected] (reason)"
        guard let line = result.output.split(separator: "\n").first(where: { $0.hasPrefix("!\t") }),
            let summary = line.split(separator: "\t").last
        else { throw .program("git push", reason: result.reason) }
        let remarks = result.errors.split(separator: "\n").filter { $0.hasPrefix("remote: ") }
            .map { $0.dropFirst("remote: ".count).split(separator: " ").joined(separator: " ") }
        return .rejected(([String(summary)] + remarks).joined(separator: "; "))
    }
}

/// True for the reasons that servers give when another push came first.
private func isRace(_ reason: String) -> Bool {
    [
        "fetch first", "non-fast-forward", "failed to update ref", "cannot lock ref", "failed to lock",
        "reference already exists", "incorrect old value", "stale info",
    ].contains { reason.contains($0) }
}
