import CGitTransport
import CLibgit2
import Glibc
import Synchronization

extension Trust {
    /// The file that errors tell the reader to edit.
    var knownHostsName: String { knownHosts ?? "~/.ssh/known_hosts" }

    func readKnownHosts() throws(GitError) -> KnownHosts {
        if let knownHosts { return KnownHosts(try readText(knownHosts, as: "knownHosts")) }
        let files = ["\(getenv("HOME").map { String(cString: $0) } ?? "")/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"]
        return KnownHosts(files.compactMap { try? readText($0, as: "knownHosts") }.joined(separator: "\n"))
    }

    /// Prepares libgit2, whose settings are the process's, for a connection to `address`.
    func apply(to address: RemoteAddress, mirror: String) throws(GitError) {
        if address.scheme == .https, let caFile { try useCertificates(caFile) }
        guard address.scheme == .ssh else { return }
        // A server has several host keys and shows the one that it is asked for; libgit2 asks for the type that it
        // finds in .ssh/known_hosts below its home. So that file gets the line that we will check against.
        let home = "\(mirror)/ssh"
        mkdir(home, 0o700)
        let line = try readKnownHosts().preferred(host: address.knownHostsName) ?? ""
        writeText(line, to: "\(home)/.ssh", name: "known_hosts")
        try check("set the home directory", cgit_set_home(home))
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
