import Foundation
import Git

extension Settings.Auth {
    /// - Throws: `SettingsError` for settings that contradict each other, or a secret's file that can't be read.
    func credentials() throws -> Credentials {
        let kinds = [sshKey != nil, passwordFile != nil, tokenFile != nil].filter { $0 }.count
        guard kinds <= 1 else {
            throw SettingsError(description: "inventory.auth: give one of sshKey, passwordFile and tokenFile")
        }
        if let sshKey {
            return .sshKey(path: sshKey, passphrase: try passphraseFile.map { try secret($0, "passphraseFile") })
        }
        if let passwordFile {
            guard let username else {
                throw SettingsError(description: "inventory.auth.passwordFile needs a username beside it")
            }
            return .password(username: username, password: try secret(passwordFile, "passwordFile"))
        }
        return try tokenFile.map { .token(try secret($0, "tokenFile")) } ?? .none
    }

    /// As `credentials`, from the files as they are now.
    func current() throws(GitError) -> Credentials {
        do { return try credentials() } catch { throw .credentials(reason: "\(error)") }
    }

    private func secret(_ path: String, _ key: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SettingsError(
                description: "inventory.auth.\(key): can't read \(path); is it there, and ours to read?")
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw SettingsError(description: "inventory.auth.\(key): \(path) is empty") }
        return text
    }
}
