/// The chapters of the demo's story, in their order.
enum DemoStep: String, CaseIterable {
    /// A bare repo with the inventory.
    case repo
    /// The daemon serves, and knows the inventory.
    case daemon
    /// A machine that is off boots its disk.
    case off
    /// Ada pushes a commit that turns it on.
    case push
    /// The daemon has armed it.
    case armed
    /// The machine boots an installer from the network.
    case netboot
    /// It reports that it is installed.
    case report
    /// It is refused at once.
    case refused
    /// The disarm is in the remote.
    case commit
    /// The machine boots its disk from now on.
    case disk
    /// The daemon ends in peace.
    case end
}

/// A step that is not as it should be, seen from outside the daemon.
struct DemoFailure: Error, CustomStringConvertible {
    var step: DemoStep
    var why: String

    var description: String { "the demo failed at step `\(step.rawValue)`: \(why)" }
}

/// Fails the step that it is thrown in.
struct DemoUnmet: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Asks until there is an answer; nil when there is none in time.
func eventually<Answer>(within limit: Duration, _ ask: () async throws -> Answer?) async throws -> Answer? {
    let deadline = ContinuousClock.now + limit
    while true {
        if let answer = try await ask() { return answer }
        guard ContinuousClock.now < deadline else { return nil }
        try await Task.sleep(for: .milliseconds(20))
    }
}
