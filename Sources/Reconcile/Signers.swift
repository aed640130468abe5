import FoundationEssentials
import Git
import Logging

/// Where the keys of signers stand: a path of the repo, or an absolute one of this machine.
package struct SignerPaths: Sendable, Equatable {
    /// An allowed signers file (ssh-keygen(1)).
    package var ssh: String
    /// A folder of OpenPGP public keys, `*.asc`, or one file of them.
    package var openPGP: String

    package init(ssh: String = "policies/allowed_signers", openPGP: String = "policies/keys") {
        self.ssh = ssh
        self.openPGP = openPGP
    }

    /// The path is one of these, or lies in one.
    func holds(_ path: String) -> Bool { [ssh, openPGP].contains { path == $0 || path.hasPrefix($0 + "/") } }

    /// Keys outside of the repo are their owner's business.
    var isAnyOutside: Bool { isOutside(ssh) || isOutside(openPGP) }
}

private func isOutside(_ path: String) -> Bool { path.hasPrefix("/") }

/// The files of the repo that hold keys, by their content; nil for one that there is not, or that is outside.
struct SignerFiles: Sendable, Equatable {
    var ssh: ObjectID?
    var openPGP: ObjectID?
}

/// The signers of the repo, by their files' content.
///
/// Only a commit that one of them signed changes them; after another one that touches a file, that of before stays in force.
struct Signers: Sendable {
    private(set) var inForce: SignerFiles
    /// What the files hold at the tip.
    private(set) var atTip: SignerFiles

    init(_ files: SignerFiles = SignerFiles()) { (inForce, atTip) = (files, files) }

    /// Takes what is theirs out of the files that are retained.
    init(atTip: SignerFiles, restoring retained: inout [String: String?], _ paths: SignerPaths) {
        self.init(atTip)
        for (path, part) in Self.parts(paths) {
            guard let content = retained.removeValue(forKey: path) else { continue }
            inForce[keyPath: part] = content.flatMap { ObjectID(hex: $0) }
        }
    }

    private static func parts(_ paths: SignerPaths) -> [(String, WritableKeyPath<SignerFiles, ObjectID?>)] {
        [(paths.ssh, \.ssh), (paths.openPGP, \.openPGP)]
    }

    /// Goes on to a commit's files. Returns the paths of those that it changed and may not have.
    mutating func follow(_ files: SignerFiles, isSigned: Bool, _ paths: SignerPaths) -> [String] {
        // Where there are no signers yet, the first ones are nobody's to sign.
        let mayChange = isSigned || (inForce == SignerFiles() && !paths.isAnyOutside)
        var refused: [String] = []
        for (path, part) in Self.parts(paths) where files[keyPath: part] != atTip[keyPath: part] {
            let new = files[keyPath: part]
            if mayChange { inForce[keyPath: part] = new }
            if inForce[keyPath: part] != new { refused.append(path) }
        }
        atTip = files
        return refused
    }

    /// Those that are in force in another version than the tip's.
    func retained(_ paths: SignerPaths) -> [String: String?] {
        var retained: [String: String?] = [:]
        for (path, part) in Self.parts(paths) where inForce[keyPath: part] != atTip[keyPath: part] {
            retained.updateValue(inForce[keyPath: part].map { "\($0)" }, forKey: path)
        }
        return retained
    }
}

/// Reads keys, and verifies by them.
struct SignerSource: Sendable {
    let repository: Repository
    let paths: SignerPaths
    var log: Logger?

    private static let limit = 1 << 20
    private static let suffix = ".asc"

    func files(in commit: ObjectID) async throws -> SignerFiles {
        SignerFiles(
            ssh: isOutside(paths.ssh) ? nil : try await repository.content(at: paths.ssh, in: commit),
            openPGP: isOutside(paths.openPGP) ? nil : try await repository.content(at: paths.openPGP, in: commit))
    }

    /// Who signed a commit. What can't be verified, for a file that can't be read or a program that is missing, is not signed: a pass
    /// goes on, for it may turn off.
    func signature(of commit: ObjectID, by files: SignerFiles) async -> CommitSignature {
        do {
            return try await repository.signature(of: commit, among: try await keys(files))
        } catch {
            log?.error("signature not verified", metadata: ["commit": "\(commit)", "error": "\(error)"])
            return .none("its signature can't be verified: \(error)")
        }
    }

    /// Under which names keys are known; nil where that can't be told.
    func names(in files: SignerFiles) async -> Set<String>? {
        guard let keys = try? await keys(files) else { return nil }
        return try? await signerNames(in: keys)
    }

    func keys(_ files: SignerFiles) async throws -> SigningKeys {
        var keys = SigningKeys()
        if isOutside(paths.ssh) {
            // An absent file is an empty one: whoever signs with OpenPGP needs none.
            keys.ssh = (try? Data(contentsOf: URL(filePath: paths.ssh))).map { [UInt8]($0) }
        } else if let id = files.ssh {
            keys.ssh = try await repository.blob(id, limit: Self.limit)
        }
        if isOutside(paths.openPGP) {
            keys.openPGP = try outsideKeys()
        } else if let id = files.openPGP {
            keys.openPGP = try await repository.contents(of: id, suffix: Self.suffix, limit: Self.limit)
        }
        return keys
    }

    private func outsideKeys() throws -> [[UInt8]] {
        let path = paths.openPGP
        let names = try? FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(Self.suffix) }
        let files = names.map { $0.sorted().map { "\(path)/\($0)" } } ?? [path]
        return try files.map { [UInt8](try Data(contentsOf: URL(filePath: $0))) }
    }
}
