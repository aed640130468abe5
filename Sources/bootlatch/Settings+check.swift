import Boot
import Foundation
import Git
import Reconcile

extension Settings {
    /// What can be known to be wrong before anything is made, opened or asked. Returns where the inventory is.
    ///
    /// - Throws: `SettingsError`.
    func checked() throws -> (url: String, address: RemoteAddress) {
        guard let url else {
            throw SettingsError(
                description:
                    "no inventory: set inventory.url (or BOOTLATCH_INVENTORY_URL) to the repo of your hardware manifests"
            )
        }
        if writeBack.branch == branch {
            throw SettingsError(
                description: "writeBack.branch is inventory.branch itself: leave it out to push there, or name another")
        }
        let files = [
            ("writeBack.signingKey", writeBack.signer?.key), ("inventory.auth.sshKey", auth.sshKey),
            ("inventory.auth.knownHosts", auth.knownHosts), ("inventory.auth.caFile", auth.caFile),
        ]
        for case (let key, let path?) in files where !FileManager.default.isReadableFile(atPath: path) {
            throw SettingsError(description: "\(key): can't read \(path); is it there, and ours to read?")
        }
        // A key that can't be read is told now; each fetch reads it anew, for it may be renewed meanwhile.
        _ = try auth.credentials()
        do {
            return (url, try RemoteAddress(url))
        } catch {
            throw SettingsError(description: "inventory.url: \(error)")
        }
    }

    /// As `checked`, and what only a daemon needs.
    func checkServing() throws {
        _ = try checked()
        _ = try readOnlyListener()
        // `sun_path` of sockaddr_un, with the zero at its end.
        let length = controlSocket.utf8.count
        if length > 107 {
            throw SettingsError(
                description:
                    "control.socket: \(controlSocket) has \(length) bytes, and a socket's path at most 107: name a shorter one"
            )
        }
        do {
            _ = try BootServer.interfaces(boot)
        } catch let error as BootServerError {
            throw SettingsError(description: "\(error)")
        }
    }

    /// Folders that are not there: what they should hold can't be served.
    var missingFolders: [String] { missing(named: false) }

    /// Those of them that somebody has set.
    var missingNamedFolders: [String] { missing(named: true) }

    private func missing(named: Bool) -> [String] {
        let usual = BootSettings()
        let folders = [
            ("boot.loaders", boot.loaders, usual.loaders), ("boot.http.artifacts", boot.artifacts, usual.artifacts),
        ]
        return folders.compactMap { key, path, usual in
            var isFolder: ObjCBool = false
            let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
            return isThere || named && path == usual
                ? nil : "\(key): there is no folder \(path); make it, or name another one"
        }
    }

    /// Host and port of the read-only listener; nil where there is none.
    func readOnlyListener() throws -> (host: String, port: Int)? {
        guard let controlHTTP else { return nil }
        guard let colon = controlHTTP.lastIndex(of: ":"), colon > controlHTTP.startIndex,
            let port = Int(controlHTTP[controlHTTP.index(after: colon)...]), (0...65_535).contains(port)
        else { throw SettingsError(description: "control.http: \(controlHTTP) is no HOST:PORT such as 127.0.0.1:8081") }
        return (String(controlHTTP[..<colon]), port)
    }
}
