import Boot
import Git
import Inventory
import Manifest
import Reconcile
import YAML

/// The settings file: flags over environment over file over defaults.
struct Settings: Sendable {
    struct Auth: Sendable, Equatable {
        var sshKey: String?
        var passphraseFile: String?
        var knownHosts: String?
        var username: String?
        var passwordFile: String?
        var tokenFile: String?
        var caFile: String?
    }

    /// Journal, mirror of the repo, `endpoints.json`.
    var state = "/var/lib/bootlatch"
    var url: String?
    var branch = "main"
    var paths = ["inventory", "policies"]
    /// Seconds between polls.
    var interval: Int64 = 30
    /// Seconds for one network operation.
    var timeout: Int64 = 60
    /// For `require.signedBy`.
    var signers = SignerPaths()
    var auth = Auth()
    var writeBack = WriteBack.Settings()
    /// Seconds in which disarms gather into one push.
    var window: Int64 = 1
    var boot = BootSettings()
    var controlSocket = "/run/bootlatch/control.sock"
    /// `host:port` of the read-only listener; nil for none.
    var controlHTTP: String? = "127.0.0.1:8081"
}

/// Something in the settings that can't be used, with its place.
struct SettingsError: Error, CustomStringConvertible {
    var description: String
}

extension Settings {
    /// Every key, as `--set` and the environment name it.
    static let keys = [
        "state", "inventory.url", "inventory.branch", "inventory.paths", "inventory.interval", "inventory.timeout",
        "inventory.allowedSigners", "inventory.openPGPKeys", "inventory.auth.sshKey", "inventory.auth.passphraseFile",
        "inventory.auth.knownHosts",
        "inventory.auth.username",
        "inventory.auth.passwordFile", "inventory.auth.tokenFile", "inventory.auth.caFile", "writeBack.mode",
        "writeBack.author.name", "writeBack.author.email", "writeBack.window", "writeBack.subject",
        "writeBack.pushOptions", "writeBack.branch", "writeBack.signingKey",
        "boot.interfaces", "boot.address", "boot.dhcp.mode", "boot.dhcp.port", "boot.dhcp.pxePort", "boot.tftp.port",
        "boot.http.port", "boot.http.artifacts", "boot.loaders", "control.socket", "control.http",
    ]

    /// Reads the file, then the environment's `BOOTLATCH_INVENTORY_URL` and the like, then `KEY=VALUE` flags.
    ///
    /// - Throws: `SettingsError` with file:line:column, or the name of the variable or flag, and the nearest known key.
    static func load(file: (path: String, bytes: [UInt8])?, environment: [String: String], flags: [String]) throws
        -> Settings
    {
        var settings = Settings()
        if let file { try settings.read(file.bytes, from: file.path) }
        let names = Dictionary(uniqueKeysWithValues: keys.map { (variable(for: $0), $0) })
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix("BOOTLATCH_") {
            guard let key = names[name] else {
                // Read by other parts: the path of this file, the tests' switches.
                if ["BOOTLATCH_CONFIG", "BOOTLATCH_STRICT", "BOOTLATCH_CRASH_AT", Stepped.variable].contains(name) {
                    continue
                }
                throw SettingsError(
                    description: "no setting \(name)\(suggestion(for: name, among: names.keys.sorted()))")
            }
            try settings.override(key, with: value, from: "environment \(name)")
        }
        for flag in flags {
            guard let equals = flag.firstIndex(of: "="), flag.startIndex < equals else {
                throw SettingsError(
                    description: "--set \(flag): write it as KEY=VALUE, for example --set boot.http.port=0")
            }
            try settings.override(
                String(flag[..<equals]), with: String(flag[flag.index(after: equals)...]), from: "--set")
        }
        return settings
    }

    static func variable(for key: String) -> String {
        "BOOTLATCH_" + key.uppercased().split(separator: ".").joined(separator: "_")
    }

    private mutating func override(_ key: String, with value: String, from source: String) throws {
        guard Self.keys.contains(key) else {
            throw SettingsError(description: "\(source): no setting \(key)\(suggestion(for: key, among: Self.keys))")
        }
        // The same reader as for the file, so that `off` and `[eth0, eth1]` mean the same everywhere. Texts are taken as they are
        // written: a branch may be called 1.10.
        let parts = key.split(separator: ".")
        let open = parts.map { "{\($0): " }.joined()
        let close = String(repeating: "}", count: parts.count)
        let isText = Self.texts.contains(key) || value.isEmpty
        let scalar = isText ? "'" + value.replacing("'", with: "''") + "'" : value
        try read(Array((open + scalar + close + "\n").utf8), from: source)
    }

    /// Keys whose value is one text, whatever it looks like.
    private static let texts: Set<String> = [
        "state", "inventory.url", "inventory.branch", "inventory.allowedSigners", "inventory.openPGPKeys",
        "inventory.auth.sshKey",
        "inventory.auth.passphraseFile",
        "inventory.auth.knownHosts", "inventory.auth.username", "inventory.auth.passwordFile",
        "inventory.auth.tokenFile", "inventory.auth.caFile", "writeBack.author.name", "writeBack.author.email",
        "writeBack.subject", "writeBack.branch", "writeBack.signingKey", "boot.http.artifacts", "boot.loaders",
        "control.socket",
    ]

    private mutating func read(_ bytes: [UInt8], from path: String) throws {
        var reader = FieldReader(path: path)
        do {
            guard let root = try Parser.parse(bytes).documents.first, !root.isNull else { return }
            guard root.resolved.kind == .mapping else {
                throw SettingsError(description: "\(path): expected a mapping of settings")
            }
            reader.settings(root, into: &self)
        } catch let error as YAMLError {
            throw SettingsError(description: "\(path):\(error)")
        }
        guard reader.diagnostics.isEmpty else {
            throw SettingsError(
                description: reader.diagnostics.map { "\($0.location): \($0.message)" }.joined(separator: "\n"))
        }
    }
}
