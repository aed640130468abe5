/// What one file of the inventory repo holds.
package struct ParsedFile: Sendable, Equatable {
    package var path: String
    package var hosts: [Host]
    package var policies: [BootPolicy]
    package var profiles: [BootProfile]
    package var diagnostics: [Diagnostic]
    /// The file does not parse, or a manifest in it is in error: its hosts keep their leases and lose their permission,
    /// and its policies keep their last good rules.
    package var isBroken: Bool
    /// A `BootPolicy` stands in it, as far as one can tell of a broken file: one that never was good holds every host.
    package var mentionsPolicy: Bool

    package init(
        path: String, hosts: [Host] = [], policies: [BootPolicy] = [], profiles: [BootProfile] = [],
        diagnostics: [Diagnostic] = [], isBroken: Bool = false, mentionsPolicy: Bool = false
    ) {
        self.path = path
        self.hosts = hosts
        self.policies = policies
        self.profiles = profiles
        self.diagnostics = diagnostics
        self.isBroken = isBroken
        self.mentionsPolicy = mentionsPolicy
    }
}
