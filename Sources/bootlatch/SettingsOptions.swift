import ArgumentParser
import Foundation

/// Flags that name the settings file and override single settings.
struct SettingsOptions: ParsableArguments {
    @Option(help: "The settings file. Default: $BOOTLATCH_CONFIG, else /etc/bootlatch/bootlatch.yaml where it exists.")
    var config: String?

    @Option(name: .customLong("set"), help: "One setting, as KEY=VALUE: --set boot.http.port=0. May be repeated.")
    var overrides: [String] = []

    private static let standard = "/etc/bootlatch/bootlatch.yaml"

    /// Somebody means a daemon's settings, not only the defaults.
    var isNamed: Bool { config != nil || ProcessInfo.processInfo.environment["BOOTLATCH_CONFIG"] != nil }

    /// - Throws: `SettingsError` with the place and what to write instead.
    func load() throws -> Settings {
        let environment = ProcessInfo.processInfo.environment
        let named = config ?? environment["BOOTLATCH_CONFIG"]
        let path = named ?? Self.standard
        let bytes = FileManager.default.contents(atPath: path).map { [UInt8]($0) }
        if named != nil, bytes == nil { throw SettingsError(description: "can't read the settings file \(path)") }
        return try Settings.load(file: bytes.map { (path, $0) }, environment: environment, flags: overrides)
    }
}
