/// Who we are to a remote.
package enum Credentials: Hashable, Sendable {
    case none
    /// A private key file in OpenSSH or PEM form: ed25519 or ecdsa. OpenSSH 8.8 and later refuse what libssh2 signs
    /// with RSA keys.
    case sshKey(path: String, passphrase: String?)
    case password(username: String, password: String)
    /// An access token of GitHub, GitLab, Gitea and the like, for `https://`.
    case token(String)
}

extension Credentials {
    /// User and password for HTTP basic authentication.
    var basic: (username: String, password: String)? {
        switch self {
        case .password(let username, let password): (username, password)
        // GitHub, GitLab and Gitea accept any user name beside a token; Bitbucket wants this one.
        case .token(let token): ("x-token-auth", token)
        case .none, .sshKey: nil
        }
    }
}

/// Whom we believe to be the remote.
package struct Trust: Hashable, Sendable {
    /// The known_hosts file for `ssh://`; nil reads the user's and the system's.
    package var knownHosts: String?
    /// Certificates in PEM form that take the place of the system's for `https://`. One file for each process.
    package var caFile: String?

    package init(knownHosts: String? = nil, caFile: String? = nil) {
        (self.knownHosts, self.caFile) = (knownHosts, caFile)
    }
}
