/// Everything that can go wrong with a repository or a remote. Descriptions say what the reader can do next, and
/// never hold a password.
package enum GitError: Error, Hashable, Sendable {
    /// The repository cannot be opened or created.
    case repository(path: String, reason: String)
    /// The mirror does not hold this object: it was never fetched, or is lost.
    case missing(ObjectID, kind: String)
    case tooLarge(ObjectID, size: Int, limit: Int)
    case tooManyChanges(limit: Int)
    case cannotEdit(path: String, reason: String)
    /// The edits change nothing, and there are no empty commits.
    case nothingChanged
    case address(String, reason: String)
    case credentials(reason: String)

    case branchMissing(remote: String, branch: String, others: [String])
    case emptyRemote(remote: String)
    case authentication(remote: String, reason: String)
    case hostKeyUnknown(host: String, key: String, file: String)
    case hostKeyChanged(host: String, key: String, file: String, line: Int)
    case certificate(remote: String, reason: String)
    /// The operation did not end by its deadline.
    case timedOut(remote: String, after: Duration)
    case cancelled
    case network(remote: String, reason: String)
    /// The `git` program is missing or failed.
    case program(String, reason: String)
    /// Any other failure of libgit2.
    case library(doing: String, reason: String)
}

extension GitError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .repository(let path, let reason):
            "cannot open the repository \(path): \(reason)"
        case .missing(let id, let kind):
            "the mirror does not hold the \(kind) \(id.short): fetch again, or remove the mirror and let it be cloned anew"
        case .tooLarge(let id, let size, let limit):
            "the blob \(id.short) has \(size) bytes, more than the limit of \(limit)"
        case .tooManyChanges(let limit):
            "more than \(limit) files differ: narrow the configured paths"
        case .cannotEdit(let path, let reason):
            "cannot edit \(path): \(reason)"
        case .nothingChanged:
            "the edits change nothing, so there is nothing to commit"
        case .address(let text, let reason):
            "cannot use \(text) as a remote: \(reason)"
        case .credentials(let reason):
            reason
        case .branchMissing(let remote, let branch, let others):
            "\(remote) has no branch \(branch)\(others.isEmpty ? "" : ", only \(list(others))"): push it, or change the branch setting"
        case .emptyRemote(let remote):
            "\(remote) is empty: push a first commit to it"
        case .authentication(let remote, let reason):
            "\(remote) does not let us in: \(reason)"
        case .hostKeyUnknown(let host, let key, let file):
            "the host key of \(host) is not in \(file): it shows \(key). Compare that with the server's, then add it, "
                + "for example with `\(keyscan(host)) >> \(file)`"
        case .hostKeyChanged(let host, let key, let file, let line):
            "the host key of \(host) is not the one in \(file):\(line): it shows \(key). Either the server was "
                + "reinstalled (then replace the line), or someone stands between it and us"
        case .certificate(let remote, let reason):
            "the certificate of \(remote) is not trusted: \(reason). For a private CA, set caFile to its certificate in PEM form"
        case .timedOut(let remote, let duration):
            "\(remote) did not answer within \(duration.formattedSeconds)"
        case .cancelled:
            "cancelled"
        case .network(let remote, let reason):
            "cannot reach \(remote): \(reason)"
        case .program(let name, let reason):
            "\(name) failed: \(reason)"
        case .library(let doing, let reason):
            "cannot \(doing): \(reason)"
        }
    }
}

private func list(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
}

/// `[host]:port` is how known_hosts and errors write a port that is not 22.
private func keyscan(_ host: String) -> String {
    guard host.hasPrefix("["), let end = host.lastIndex(of: "]") else { return "ssh-keyscan \(host)" }
    let name = host[host.index(after: host.startIndex)..<end]
    return "ssh-keyscan -p \(host[end...].dropFirst(2)) \(name)"
}

extension Duration {
    fileprivate var formattedSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
