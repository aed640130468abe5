import Foundation

/// One seeded sequence over one real repo.
package final class Sequence {
    typealias Tree = [String: Sheet]
    struct Handle {
        let token: String
        let hookToken: String
        let mac: String
        let address: String
        /// The oracle's boot; nil once the journal that knew it is gone.
        var boot: Int?
    }

    let seed: UInt64
    let directory: String
    let clock: SequenceClock
    let history: History
    let writer: ObjectWriter
    let model: Model
    let subject: any Subject
    var random: SplitMix64
    /// When a mortal subject dies; apart from `random`, so that a seed means the same pushes for every subject.
    var deaths: SplitMix64
    var mayDie = true
    var extras: SplitMix64
    var guards: SplitMix64
    /// The guards that this sequence is about.
    let themes: [Theme]
    /// Which of two links to the repo is its URL.
    var remote = "remote"
    var branch = "main"
    var branches = ["main"]
    var steps: [String] = []
    var tally = Tally()
    var macs: [String] = []
    var hosts = 0
    var values = 0
    var handles: [Handle] = []
    /// Hosts that were deleted, for a later return.
    var graveyard: [(path: String, machine: Machine)] = []
    /// Heads of side branches, merged or not.
    var sides: [String] = []
    var pushed: [String] = []
    var cloned = false

    static let links = ["remote", "another"]

    private init(
        seed: UInt64, directory: String, make: (SubjectPlace) async throws -> any Subject
    ) async throws {
        self.seed = seed
        self.directory = directory
        random = SplitMix64(seed: seed)
        deaths = SplitMix64(seed: ~seed)
        extras = SplitMix64(seed: seed &+ 1 << 32)
        guards = SplitMix64(seed: seed &+ 2 << 32)
        themes = Sequence.themes(&guards)
        clock = SequenceClock(wall: 1_800_000_000)
        let manager = FileManager.default
        try? manager.removeItem(atPath: directory)
        try manager.createDirectory(atPath: directory + "/state", withIntermediateDirectories: true)
        try Git(directory: directory)("init", "-q", "--bare", "--template=", "-b", "main", "repo.git")
        for link in Sequence.links {
            try manager.createSymbolicLink(atPath: "\(directory)/\(link)", withDestinationPath: "repo.git")
        }
        history = try History(directory: directory + "/repo.git")
        writer = try ObjectWriter(directory: directory + "/repo.git")
        model = Model(history: history, branch: "main", clock: clock)
        subject = try await make(
            SubjectPlace(
                seed: seed, remote: directory + "/remote", state: directory + "/state", branch: "main", clock: clock))
    }

    /// Runs one sequence in a directory of its own below `parent`; throws a `Mismatch` where subject and rules part.
    package static func run(
        seed: UInt64, in parent: String, make: (SubjectPlace) async throws -> any Subject
    ) async throws -> Tally {
        let directory = "\(parent)/\(seed)"
        let sequence = try await Sequence(seed: seed, directory: directory, make: make)
        do {
            try await sequence.run()
        } catch {
            var mismatch =
                error as? Mismatch ?? sequence.mismatch("an error", expected: "none", actual: "\(error)")
            mismatch.steps = sequence.steps
            mismatch.log =
                (try? Git(directory: directory + "/repo.git")(
                    "log", "--graph", "--all", "--date-order", "--format=%h %an: %s%d")) ?? ""
            mismatch.log += sequence.subject.log.suffix(12).map { "daemon: \($0)\n" }.joined()
            mismatch.isDaemon = sequence.subject.isMortal
            mismatch.armings = sequence.model.armings.enumerated().map { id, arming in
                let boots = sequence.model.boots.enumerated().filter { $0.element.arming == id }.map { boot in
                    "\(boot.offset)\(boot.element.whole ? " whole" : boot.element.started ? " begun" : "")"
                }
                return """
                    \(id): \(arming.mac) \(arming.host) by \(arming.commit.prefix(7)), seen \(arming.seen - 1_800_000_000) s, \
                    deadline \(arming.deadline - 1_800_000_000) s, full \(arming.full), early \(arming.early), \
                    \(arming.mismatched ? "mismatched, " : "")\(arming.ending ?? "unspent"), boots [\(boots.joined(separator: ", "))]
                    """
            }
            throw mismatch
        }
        await sequence.subject.stop()
        try? FileManager.default.removeItem(atPath: directory)
        return sequence.tally
    }

    private func run() async throws {
        try begin()
        try await step("poll") { try await self.poll() }
        let count = random.number(25...40)
        while steps.count < count {
            clock.pass(seconds: Int64(random.number(1...40)))
            if !themes.isEmpty && guards.chance(25) {
                try await guardStep()
            } else if extras.chance(4) {
                try await extraStep()
            } else {
                try await act()
            }
        }
        try await settle()
        tally.sequences = 1
    }

    /// Does one step, then compares everything that can be asked.
    func step(_ name: String, _ body: () async throws -> Void) async throws {
        steps.append("\(steps.count + 1). \(name) [\(clock.wall - 1_800_000_000) s]")
        tally.steps += 1
        try await body()
        try await compare()
    }

    func note(_ text: String) { steps[steps.count - 1] += "; \(text)" }

    func mismatch(_ what: String, expected: String, actual: String) -> Mismatch {
        Mismatch(seed: seed, step: steps.count, what: what, expected: expected, actual: actual)
    }

    func expect(_ what: String, _ expected: String, _ actual: String) throws {
        guard expected != actual else { return }
        throw mismatch(what, expected: expected, actual: actual)
    }

    private func compare() async throws {
        for mac in macs + ["52:54:00:ff:ff:ff"] {
            let expected = model.told(mac)
            tally.reasons[expected, default: 0] += 1
            let actual = try await subject.decision(mac)
            try expect("decision for \(mac)", expected, actual)
            if let installs = try await subject.isInstalling(mac) {
                try expect("\(mac) installs", "\(model.isInstalling(mac))", "\(installs)")
            }
        }
        for handle in handles {
            let actual = try await subject.bytes(handle.token)
            try expect("kernel for \(handle.mac) with token \(handle.token)", model.bytes(handle.boot), actual)
            guard let answers = try await subject.answers(handle.token) else { continue }
            try expect("answers for \(handle.mac) with token \(handle.token)", model.answers(handle.boot), answers)
        }
    }

    /// The end of a sequence: what is owed is written, then nothing more is ever written.
    private func settle() async throws {
        mayDie = false
        if !model.reachable { try await step("remote back") { try self.reach(true) } }
        for round in 1...4 {
            clock.pass(seconds: 30)
            try await step("settle \(round)") {
                try await self.poll()
                let before = try self.history.tip(self.branch)
                try await self.flush()
                let after = try self.history.tip(self.branch)
                if round > 2 { try self.expect("tip in a round of rest", before ?? "", after ?? "") }
            }
        }
    }
}
