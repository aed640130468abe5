/// What a sequence drives and compares with the rules: the product behind an adapter, or a model of it.
package protocol Subject {
    /// Fetches and takes what is new.
    func poll() async throws
    /// The reason `decideBoot` gives for a MAC and what its machine last showed, as the product prints it.
    func decision(_ mac: String) async throws -> String
    /// Whether operators are told that it installs. Nil where nobody tells.
    func isInstalling(_ mac: String) async throws -> Bool?
    /// A machine asks for its loader: `served`, or the reason. Nil where nobody serves any.
    func loader(_ mac: String, address: String) async throws -> String?
    /// A machine asks for its script.
    func script(_ mac: String, shows shown: Identity, address: String) async throws -> ScriptAnswer
    /// The kernel of a boot was begun, or served whole.
    func kernel(_ token: String, whole: Bool) async throws
    /// The reason `continueBoot` gives for kernel and initrd; `netboot` where they are served.
    func bytes(_ token: String) async throws -> String
    /// The same for the answers of a boot: user-data and such. Nil where no route serves any.
    func answers(_ token: String) async throws -> String?
    func report(_ hookToken: String, success: Bool, address: String) async throws
    func unknownReport(address: String) async throws
    func sweep() async throws
    /// Writes what is owed to the repo.
    func flush() async throws
    func accept(_ host: String) async throws
    /// `bootlatch suspend`, or `resume`, of a host or of everything, by Ada. False where it is refused.
    func suspend(_ host: String?, _ isSuspended: Bool) async throws -> Bool
    /// Ends the daemon without a goodbye and starts it again, with its journal or with a new one.
    func restart(keepJournal: Bool) async throws
    /// Starts again with other settings.
    func follow(remote: String, branch: String) async throws
    func stop() async

    /// Whether it is a process, which can be killed in the middle of its work.
    var isMortal: Bool { get }
    /// Writes what is owed, is killed meanwhile, and starts again; it has not looked at the remote since.
    func dieFlushing(_ moment: Moment) async throws
    /// Takes a report and is killed meanwhile, as above. True when the report was answered.
    func dieReporting(_ hookToken: String, success: Bool, address: String, _ moment: Moment) async throws -> Bool
    /// What it printed.
    var log: [String] { get }
    /// Whether the remote's hooks see its pushes.
    var runsHooks: Bool { get }
}

/// When a subject is killed.
package enum Moment: Sendable {
    /// At a named point of the daemon; at the end of the work where it is not reached.
    case point(String)
    case after(Duration)
}

extension Subject {
    package var isMortal: Bool { false }
    package var log: [String] { [] }
    package var runsHooks: Bool { true }

    package func isInstalling(_ mac: String) async throws -> Bool? { nil }
    package func loader(_ mac: String, address: String) async throws -> String? { nil }

    package func dieFlushing(_ moment: Moment) async throws {
        try await flush()
        try await restart(keepJournal: true)
    }

    package func dieReporting(
        _ hookToken: String, success: Bool, address: String, _ moment: Moment
    ) async throws -> Bool {
        try await report(hookToken, success: success, address: address)
        try await restart(keepJournal: true)
        return true
    }
}

/// What a machine shows of itself when it asks for its script.
package struct Identity: Equatable, Sendable {
    package var uuid: String?
    package var serial: String?
}

package enum ScriptAnswer: Equatable, Sendable {
    case served(token: String, hookToken: String)
    case refused(String)
}

/// What a subject is made of.
package struct SubjectPlace: Sendable {
    package let seed: UInt64
    /// The remote, a path. It is away while the remote cannot be reached.
    package let remote: String
    /// An empty directory of its own.
    package let state: String
    package let branch: String
    package let clock: SequenceClock
}
