import CGitTransport
import CLibgit2
import Synchronization

extension Trust {
    /// The file that errors tell the reader to edit.
    var knownHostsName: String { knownHosts ?? "~/.ssh/known_hosts" }

    func readKnownHosts() throws(GitError) -> KnownHosts {
        if let knownHosts { return KnownHosts(try readText(knownHosts, as: "knownHosts")) }
        let files = ["\(userHome ?? "")/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"]
        return KnownHosts(files.compactMap { try? readText($0, as: "knownHosts") }.joined(separator: "\n"))
    }

    /// Prepares libgit2, whose settings are the process's, for a connection to `address`.
    func apply(to address: RemoteAddress) throws(GitError) {
        if address.scheme == .https, let caFile { try useCertificates(caFile) }
        if address.scheme == .ssh, let line = try readKnownHosts().preferred(host: address.knownHostsName) {
            HostKeys.prefer(line, for: address.knownHostsName)
        }
    }
}

/// libgit2 keeps one set of trusted certificates, and frees the old one while connections may be using it.
private let certificates = Mutex<String?>(nil)

private func useCertificates(_ file: String) throws(GitError) {
    try certificates.withLock { (current) throws(GitError) in
        if current == file { return }
        guard current == nil else {
            throw .credentials(reason: "this process trusts \(current ?? "") already: put both CAs into one file")
        }
        _ = try readText(file, as: "caFile")
        guard cgit_set_ca_file(file) == 0 else {
            throw .credentials(reason: "caFile \(file) holds no certificates in PEM form: \(libraryReason())")
        }
        current = file
    }
}
