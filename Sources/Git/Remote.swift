import CLibgit2

/// What a fetch found.
package struct FetchedTip: Hashable, Sendable {
    package let commit: ObjectID
    /// What the mirror knew before; nil at the first fetch.
    package let previous: ObjectID?

    package init(commit: ObjectID, previous: ObjectID?) {
        (self.commit, self.previous) = (commit, previous)
    }
}

/// How a push ended.
package enum PushOutcome: Hashable, Sendable {
    /// The branch was read back: its tip is the commit, or descends from it.
    case accepted(tip: ObjectID)
    /// Somebody else moved the branch: fetch, and make the commit anew.
    case raced
    /// A hook, a protected branch or the server's settings refuse it; trying again changes nothing.
    case rejected(String)
}

/// The repository that the inventory is fetched from and commits are pushed to. Each operation has a connection of its
/// own and ends by its deadline, or at once when its task is cancelled; operations run one after another, and the wait
/// counts.
package actor Remote {
    package nonisolated let address: RemoteAddress
    let credentials: @Sendable () throws(GitError) -> Credentials
    let trust: Trust
    private let executor = QueueExecutor(label: "bootlatch.git.remote")

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init(_ address: RemoteAddress, credentials: Credentials = .none, trust: Trust = Trust()) {
        self.init(address, trust: trust) { credentials }
    }

    /// `credentials` is asked for each connection: a token or a key may be replaced while the program runs.
    package init(
        _ address: RemoteAddress, trust: Trust, credentials: @escaping @Sendable () throws(GitError) -> Credentials
    ) {
        (self.address, self.credentials, self.trust) = (address, credentials, trust)
    }

    /// The ref of a mirror that holds the last fetched tip of `branch`.
    package static func trackingRef(_ branch: String) -> String { "refs/remotes/origin/\(branch)" }

    /// Bytes a second below which a server counts as silent.
    package static let leastRate = 1_000

    /// Brings `branch` into the bare repository at `path`, which must exist, and moves its tracking ref.
    ///
    /// - Parameter leastRate: bytes a second; while the remote keeps to it, the deadline begins anew each time it passes.
    package nonisolated func fetch(
        into path: String, branch: String, deadline: Duration, leastRate: Int? = nil,
        progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
    ) async throws(GitError) -> FetchedTip {
        try await bounded(deadline, as: address.description, leastRate: leastRate) { (operation) throws(GitError) in
            try await fetchNow(into: path, branch, operation, progress)
        }
    }

    private func fetchNow(
        into path: String, _ branch: String, _ operation: Operation, _ progress: @escaping (FetchProgress) -> Void
    ) throws(GitError) -> FetchedTip {
        let ref = try branchRef(branch)
        let repository = try Repository.open(path)
        let session = try makeSession(operation, progress: progress)
        return try operation.observing { () throws(GitError) in
            let connection = try Connection(session, repository: repository, direction: GIT_DIRECTION_FETCH)
            let refs = try connection.refs()
            guard let commit = refs[ref] else { throw missing(branch, among: refs) }
            let tracking = Self.trackingRef(branch)
            let previous = try tip(of: tracking, in: repository)
            if previous != commit {
                try download(ref, at: commit, connection, into: repository)
                try setTip(of: tracking, to: commit, in: repository)
            }
            return FetchedTip(commit: commit, previous: previous)
        }
    }

    /// Brings the history of the remote's `ref` into the mirror; moves no ref.
    func download(
        _ ref: String, at commit: ObjectID, _ connection: borrowing Connection, into mirror: borrowing Handle
    ) throws(GitError) {
        do throws(GitError) {
            if address.isLocal {
                try copy(commit, into: mirror, connection.session)
            } else {
                try connection.download(ref)
            }
        } catch {
            guard error.isOfMalformedCommit else { throw error }
            try downloadByProgram(ref, into: mirror, connection.session.operation)
        }
    }

    private func missing(_ branch: String, among refs: [String: ObjectID]) -> GitError {
        if refs.isEmpty { return .emptyRemote(remote: address.description) }
        let heads = "refs/heads/"
        let others = refs.keys.filter { $0.hasPrefix(heads) }.map { String($0.dropFirst(heads.count)) }.sorted()
        return .branchMissing(remote: address.description, branch: branch, others: others)
    }

    /// Sessions hold what one connection has tried, so each connection gets a new one.
    func makeSession(
        _ operation: Operation, progress: @escaping (FetchProgress) -> Void = { _ in }
    ) throws(GitError) -> Session {
        if operation.ending != nil { throw .cancelled }
        try trust.apply(to: address)
        let credentials = try credentials()
        if case .sshKey(let path, let passphrase) = credentials {
            guard let key = SSHKey(try readText(path, as: "sshKey")) else {
                throw .credentials(reason: "\(path) is no private key: sshKey names the file without .pub")
            }
            if key.isEncrypted && passphrase == nil {
                throw .credentials(reason: "the key \(path) has a passphrase, and none is configured")
            }
        }
        return Session(address, credentials, trust, operation, progress: progress)
    }

    func branchRef(_ branch: String) throws(GitError) -> String {
        let ref = "refs/heads/\(branch)"
        var isValid: Int32 = 0
        guard git_reference_name_is_valid(&isValid, ref) == 0, isValid == 1 else {
            throw .address(address.description, reason: "\(branch) cannot be the name of a branch")
        }
        return ref
    }
}
