import CLibgit2
import Glibc

/// How far a fetch is.
package struct FetchProgress: Hashable, Sendable {
    package let receivedObjects: Int
    package let totalObjects: Int
    package let receivedBytes: Int

    init(_ stats: git_indexer_progress) {
        receivedObjects = Int(stats.received_objects)
        totalObjects = Int(stats.total_objects)
        receivedBytes = stats.received_bytes
    }
}

/// One connection to a remote, in one direction. It and its session stay on one thread.
struct Connection: ~Copyable {
    let session: Session
    private let remote: Handle

    /// Connects, and so learns the remote's refs.
    init(
        _ session: Session, repository: borrowing Handle, direction: git_direction
    ) throws(GitError) {
        let address = session.address
        // libgit2 takes the name of a folder that is not there for a URL of a kind that it does not know.
        if address.isLocal, access(address.path, F_OK) != 0, errno == ENOENT {
            throw .network(
                remote: address.description,
                reason: "there is no such folder"
                    + (address.scheme == .file
                        ? ""
                        : ", and it is no URL; a remote is a path, or begins with file://, git://, ssh://, http(s):// or user@host:")
            )
        }
        let repository = repository.pointer
        let made = try Handle("prepare the remote", free: git_remote_free) { out in
            // Looking a remote up by name would leak a copy of the configuration each time.
            var options = git_remote_create_options()
            git_remote_create_options_init(&options, UInt32(GIT_REMOTE_CREATE_OPTIONS_VERSION))
            options.repository = repository
            options.flags =
                GIT_REMOTE_CREATE_SKIP_INSTEADOF.rawValue | GIT_REMOTE_CREATE_SKIP_DEFAULT_FETCHSPEC.rawValue
            return git_remote_create_with_opts(out, session.address.url, &options)
        }
        var options = git_remote_connect_options()
        git_remote_connect_options_init(&options, UInt32(GIT_REMOTE_CONNECT_OPTIONS_VERSION))
        options.callbacks = session.callbacks
        options.proxy_opts.type = GIT_PROXY_AUTO
        try session.check(git_remote_connect_ext(made.pointer, direction, &options))
        self.session = session
        remote = made
    }

    /// The remote's refs, by full name.
    func refs() throws(GitError) -> [String: ObjectID] {
        var heads: UnsafeMutablePointer<UnsafePointer<git_remote_head>?>?
        var count = 0
        try session.check(git_remote_ls(&heads, &count, remote.pointer))
        var refs: [String: ObjectID] = [:]
        for index in 0..<count {
            guard let head = heads?[index]?.pointee, let name = head.name else { continue }
            refs[String(cString: name)] = ObjectID(head.oid)
        }
        return refs
    }

    /// Brings the history of the remote's `ref` into the repository; moves no ref.
    func download(_ ref: String) throws(GitError) {
        var options = git_fetch_options()
        git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        options.callbacks = session.callbacks
        options.proxy_opts.type = GIT_PROXY_AUTO
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.update_fetchhead = 0
        try session.check(withRefspec("+\(ref):\(ref)") { git_remote_download(remote.pointer, $0, &options) })
    }

    /// Sends the history of our ref `source` and asks the remote to move `ref` to it. Success says only that it was asked.
    func upload(_ source: String, to ref: String, replacing: Bool) throws(GitError) {
        var options = git_push_options()
        git_push_options_init(&options, UInt32(GIT_PUSH_OPTIONS_VERSION))
        options.callbacks = session.callbacks
        options.proxy_opts.type = GIT_PROXY_AUTO
        try session.check(
            withRefspec("\(replacing ? "+" : "")\(source):\(ref)") { git_remote_upload(remote.pointer, $0, &options) })
    }
}

private func withRefspec(_ refspec: String, _ body: (UnsafePointer<git_strarray>) -> Int32) -> Int32 {
    refspec.withCString { text in
        var string: UnsafeMutablePointer<CChar>? = UnsafeMutablePointer(mutating: text)
        return withUnsafeMutablePointer(to: &string) { strings in
            var array = git_strarray(strings: strings, count: 1)
            return body(&array)
        }
    }
}

extension Session {
    /// Turns libgit2's result into an error that names the remote and the true cause.
    func check(_ code: Int32) throws(GitError) {
        guard code < 0 else { return }
        let reason = [libraryReason(), remark].filter { !$0.isEmpty }.joined(separator: "; ")
        if let failure { throw failure }
        // `bounded` tells a deadline from a cancellation.
        if operation.ending != nil { throw .cancelled }
        let remote = address.description
        switch code {
        case GIT_EAUTH.rawValue: throw .authentication(remote: remote, reason: reason)
        case GIT_ECERTIFICATE.rawValue: throw .certificate(remote: remote, reason: reason)
        default: break
        }
        if reason.contains("status code: 401") || reason.contains("status code: 403") {
            throw .authentication(remote: remote, reason: "\(reason); see what this user or token may do there")
        }
        if reason.contains("authenticate SSH session") { throw .authentication(remote: remote, reason: reason) }
        throw .network(remote: remote, reason: reason)
    }
}
