/// Where the subject and the rules part.
package struct Mismatch: Error, CustomStringConvertible {
    package let seed: UInt64
    package let step: Int
    package let what: String
    let expected: String
    let actual: String
    /// The steps up to here.
    var steps: [String] = []
    var log = ""
    var armings: [String] = []
    /// The subject was a process of its own.
    var isDaemon = false

    package var description: String {
        """
        seed \(seed), step \(step): \(what)
          the rules say: \(expected)
          the subject:   \(actual)
        steps
        \(steps.map { "  " + $0 }.joined(separator: "\n"))
        armings by the rules
        \(armings.map { "  " + $0 }.joined(separator: "\n"))
        commits
        \(log.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n"))
        replay: make torture SEED=\(seed) SEQUENCES=1 DAEMON=\(isDaemon ? "all" : "none")
        """
    }
}

/// What a sequence did.
package struct Tally: Sendable, CustomStringConvertible {
    package var sequences = 0
    package var steps = 0
    /// Steps that tried a legitimate re-arm, and those of them that armed by the rules.
    package var rearms = 0
    package var rearmed = 0
    package var scripts = 0
    package var refusals = 0
    package var reports = 0
    package var commits = 0
    /// Kills in the middle of a flush that owed commits, and those whose push had arrived; the same of reports that changed a decision.
    package var killedFlushes = 0
    package var killedAfterPush = 0
    package var killedReports = 0
    package var killedAfterLatch = 0
    /// Pushes that came between our fetch and our push.
    package var rivals = 0
    /// Steps about guards, by what they did.
    package var guards: [String: Int] = [:]
    /// How often each reason was compared.
    package var reasons: [String: Int] = [:]

    package init() {}

    package var description: String {
        func counts(_ table: [String: Int]) -> String {
            table.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
        return """
            \(sequences) sequences, \(steps) steps, \(rearms) of them re-arms (\(rearmed) armed), \(scripts) scripts, \
            \(refusals) refusals, \(reports) reports, \(commits) disarm commits
            killed in \(killedFlushes) flushes (\(killedAfterPush) after the push), in \(killedReports) reports (\(killedAfterLatch) after the latch), \(rivals) rival pushes
            about guards: \(counts(guards))
            decisions compared: \(counts(reasons))
            """
    }

    package static func += (sum: inout Tally, other: Tally) {
        sum.sequences += other.sequences
        sum.steps += other.steps
        sum.rearms += other.rearms
        sum.rearmed += other.rearmed
        sum.scripts += other.scripts
        sum.refusals += other.refusals
        sum.reports += other.reports
        sum.commits += other.commits
        sum.killedFlushes += other.killedFlushes
        sum.killedAfterPush += other.killedAfterPush
        sum.killedReports += other.killedReports
        sum.killedAfterLatch += other.killedAfterLatch
        sum.rivals += other.rivals
        sum.guards.merge(other.guards, uniquingKeysWith: +)
        sum.reasons.merge(other.reasons, uniquingKeysWith: +)
    }
}
