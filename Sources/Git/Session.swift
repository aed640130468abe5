import CLibgit2

/// What libgit2's callbacks of one connection share: who we are, whom we believe, and what went wrong. It lives on one
/// thread.
final class Session {
    let address: RemoteAddress
    let operation: Operation
    private let credentials: Credentials
    private let trust: Trust
    private let progress: (FetchProgress) -> Void
    private var asked = 0
    /// Progress that the operation knows of.
    private var told = 0
    /// Why a callback ended the connection; libgit2's own text would not say.
    private(set) var failure: GitError?
    /// Refs that the server refused to update, with its reasons.
    private(set) var refused: [String: String] = [:]
    /// What the server's hooks printed.
    private var remarks: [UInt8] = []

    init(
        _ address: RemoteAddress, _ credentials: Credentials, _ trust: Trust, _ operation: Operation,
        progress: @escaping (FetchProgress) -> Void
    ) {
        (self.address, self.credentials, self.trust) = (address, credentials, trust)
        (self.operation, self.progress) = (operation, progress)
    }

    /// Callbacks that lead here. The session must outlive them.
    var callbacks: git_remote_callbacks {
        var callbacks = git_remote_callbacks()
        git_remote_init_callbacks(&callbacks, UInt32(GIT_REMOTE_CALLBACKS_VERSION))
        callbacks.payload = Unmanaged.passUnretained(self).toOpaque()
        callbacks.credentials = { out, _, user, types, payload in
            Session.at(payload)?.giveCredentials(out, user.map { String(cString: $0) }, types) ?? GIT_EUSER.rawValue
        }
        callbacks.certificate_check = { certificate, isValid, _, payload in
            Session.at(payload)?.judge(certificate, isValid: isValid == 1) ?? GIT_EUSER.rawValue
        }
        callbacks.transfer_progress = { stats, payload in
            guard let session = Session.at(payload), let stats else { return GIT_EUSER.rawValue }
            session.received(stats.pointee)
            return session.proceed
        }
        callbacks.push_transfer_progress = { _, _, _, payload in Session.at(payload)?.proceed ?? GIT_EUSER.rawValue }
        callbacks.pack_progress = { _, _, _, payload in
            // Twice a second at most, while it counts and compares objects of this machine.
            Session.at(payload)?.operation.progressed(by: bytesForAnObject)
            return Session.at(payload)?.proceed ?? GIT_EUSER.rawValue
        }
        callbacks.sideband_progress = { text, count, payload in
            guard let session = Session.at(payload) else { return GIT_EUSER.rawValue }
            let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
            session.remarks.append(contentsOf: bytes.prefix(max(0, 4_096 - session.remarks.count)))
            return session.proceed
        }
        callbacks.push_update_reference = { ref, status, payload in
            if let ref, let status { Session.at(payload)?.refused[String(cString: ref)] = String(cString: status) }
            return 0
        }
        return callbacks
    }

    private func received(_ stats: git_indexer_progress) {
        var stats = stats
        // Nothing is received of a pack that is made here, and libgit2 leaves the field unset.
        if address.isLocal { stats.received_bytes = 0 }
        let done = stats.received_bytes + Int(stats.indexed_objects + stats.indexed_deltas) * bytesForAnObject
        operation.progressed(by: max(0, done - told))
        told = done
        progress(FetchProgress(stats))
    }

    /// The server's own words, on one line.
    var remark: String {
        String(decoding: remarks, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    private static func at(_ payload: UnsafeMutableRawPointer?) -> Session? {
        payload.map { Unmanaged<Session>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Zero to go on, or the code that ends libgit2's work: nothing else does while no socket is in use.
    private var proceed: Int32 { operation.ending == nil ? 0 : GIT_EUSER.rawValue }

    private func fail(_ error: GitError) -> Int32 {
        if failure == nil { failure = error }
        return GIT_EUSER.rawValue
    }
}

extension Session {
    /// libgit2 asks again, without end, when what it got was refused: each connection gets one try.
    private func giveCredentials(
        _ out: UnsafeMutablePointer<UnsafeMutablePointer<git_credential>?>?, _ user: String?, _ types: UInt32
    ) -> Int32 {
        let user = user ?? address.user ?? "git"
        if types & GIT_CREDENTIAL_USERNAME.rawValue != 0 { return git_credential_username_new(out, user) }
        asked += 1
        if asked > 1 { return fail(.authentication(remote: address.description, reason: refusal(user))) }
        if types & GIT_CREDENTIAL_SSH_KEY.rawValue != 0, case .sshKey(let path, let passphrase) = credentials {
            return git_credential_ssh_key_new(out, user, nil, path, passphrase)
        }
        let basic = credentials.basic ?? address.user.map { ($0, address.password ?? "") }
        if types & GIT_CREDENTIAL_USERPASS_PLAINTEXT.rawValue != 0, let (name, password) = basic {
            return git_credential_userpass_plaintext_new(out, address.scheme == .ssh ? user : name, password)
        }
        let wanted = address.scheme == .ssh ? "an sshKey" : "a username and password, or a token"
        return fail(.authentication(remote: address.description, reason: "it wants \(wanted); set it under auth"))
    }

    private func refusal(_ user: String) -> String {
        guard case .sshKey(let path, _) = credentials else {
            return
                "it refused the \(credentials.isToken ? "token" : "password"); see that it is right and has not expired"
        }
        let isRSA = (try? readText(path, as: "the key")).flatMap(SSHKey.init)?.isRSA == true
        return isRSA
            ? "OpenSSH 8.8 and later refuse RSA keys here, because libssh2 signs with them by SHA-1 (ssh-rsa). Make "
                + "another key, `ssh-keygen -t ed25519 -f \(path)_ed25519`, and give its .pub to the server"
            : "it refused the key \(path) for the user \(user): give \(path).pub to the server"
    }

    private func judge(_ certificate: UnsafeMutablePointer<git_cert>?, isValid: Bool) -> Int32 {
        guard let certificate else { return GIT_EUSER.rawValue }
        guard certificate.pointee.cert_type == GIT_CERT_HOSTKEY_LIBSSH2 else {
            if isValid { return 0 }
            return fail(.certificate(remote: address.description, reason: "its chain or its name does not check"))
        }
        let host = UnsafeRawPointer(certificate).assumingMemoryBound(to: git_cert_hostkey.self)
        let key = Array(UnsafeRawBufferPointer(start: host.pointee.hostkey, count: host.pointee.hostkey_len))
        let digest = withUnsafeBytes(of: host.pointee.hash_sha256) { base64Encoded($0) }
        let type = sshString(key).map { String(decoding: $0, as: UTF8.self) } ?? "a key"
        let (name, file, shown) = (address.knownHostsName, trust.knownHostsName, "\(type) SHA256:\(digest)")
        do throws(GitError) {
            switch try trust.readKnownHosts().check(host: name, key: key) {
            case .known: return 0
            case .unknown: return fail(.hostKeyUnknown(host: name, key: shown, file: file))
            case .changed(let line), .revoked(let line):
                return fail(.hostKeyChanged(host: name, key: shown, file: file, line: line))
            }
        } catch {
            return fail(error)
        }
    }
}

extension Credentials {
    fileprivate var isToken: Bool {
        if case .token = self { true } else { false }
    }
}

/// What indexing an object counts for in a rate of bytes: after the last byte of a large pack there is work for minutes.
private let bytesForAnObject = 1_000
