/// What the rules say: it follows the real repo and predicts every decision, boot, report and commit.
package final class Model {
    struct State {
        var on: Bool
        var arming: Int?
        var hold: String?
        var annotation: String?
        /// The disarm commit of ours that turned it off.
        var offBy: String?
        var turnedOn = ""
    }
    struct Arming {
        var mac: String
        var host: String
        var commit: String
        var seen: Int64
        var deadline: Int64
        var hours: Int
        var full: Int
        var early: Int
        var ending: String?
        var ended: Int64 = 0
        var mismatched = false
        var order: Int
    }
    struct Boot {
        var arming: Int
        var mac: String
        var host: String
        var address: String
        var first: Int64
        var started = false
        var whole = false
        /// Its kernel comes from elsewhere.
        var unseen = false
        var order: Int
    }
    enum Kind { case firstSight, step, rewrite }

    let history: History
    let faults: Set<Fault>
    let clock: SequenceClock
    var reading = ClockReading()
    var branch: String
    var reachable = true
    var processed: String?
    var lab = Lab()
    var states: [String: State] = [:]
    var armings: [Arming] = []
    var boots: [Boot] = []
    /// The UUID that a card showed last: it is in the machine in which it was last seen.
    var uuids: [String: String] = [:]
    /// What each machine showed with its last script request.
    var lastShown: [String: Identity] = [:]
    /// Armings whose disarm is owed to the repo.
    var intents: Set<Int> = []
    /// Our commits: the MACs each turned off and their armings.
    var ours: [String: [String: Int]] = [:]
    /// The same, oldest first.
    var oursInOrder: [String] = []
    var lastDisarm: [String: String] = [:]
    var drops: [String: [Int64]] = [:]
    /// Armings whose disarm is not written any more, after three drops.
    var stopped: Set<Int> = []
    var brokenAtFirstSight: Set<String> = []
    var lastGoodFetch: Int64?
    private var counter = 0

    package init(history: History, branch: String, clock: SequenceClock, faults: Set<Fault> = []) {
        self.history = history
        self.branch = branch
        self.clock = clock
        self.faults = faults
    }

    var owesCommits: Bool { !intents.subtracting(stopped).isEmpty }

    func has(_ fault: Fault) -> Bool { faults.contains(fault) }

    func next() -> Int {
        counter += 1
        return counter
    }

    var now: Int64 {
        reading.read(wall: clock.wall, monotonic: clock.monotonic)
        return has(.rule16ClockTrusted) ? clock.wall : reading.now
    }
    var trusted: Bool {
        _ = now
        return reading.trusted || has(.rule16ClockTrusted)
    }

    func arming(of mac: String) -> Arming? { states[mac]?.arming.map { armings[$0] } }

    /// The reason `decideBoot` gives: to a script request of a machine that shows this, or to a packet that shows nothing.
    func decision(_ mac: String, shown: Identity? = nil) -> String {
        let now = now
        guard let claims = lab.claims[mac] ?? lab.owner(mac).map({ _ in [] }) else { return "unknown" }
        if lab.isDuplicate(mac) && !has(.duplicateAllowed) { return "suspended:duplicate" }
        guard let claim = claims.first else { return "suspended:lost" }
        if claim.broken && !has(.rule18BrokenFileArmed) { return "suspended:broken" }
        guard let state = states[mac], claim.card.on else { return "off" }
        if lab.isSuspended(claim.machine) && !has(.suspendIgnored) { return "held:suspended" }
        if let ending = arming(of: mac)?.ending, !has(.rule10NoLatch) { return "spent:\(ending)" }
        if let hold = state.hold { return "held:\(hold)" }
        guard let id = state.arming else { return "held:noRecord" }
        let arming = armings[id]
        if arming.mismatched { return "held:mismatched" }
        if arming.mac != mac { return "held:ambiguous" }
        let used = isUsed(id)
        if used && openBoot(of: id, now: now) == nil { return "spent:exhausted" }
        if now >= arming.deadline && !has(.rule8NoDeadline) { return used ? "spent:exhausted" : "spent:expired" }
        let rules = lab.rules(for: claim.machine)
        if rules.never && !has(.rule17NeverIgnored) { return "never" }
        if isFrozen(rules, at: now) && !has(.freezeIgnored) { return "held:frozen" }
        if rules.broken && !has(.rule17BrokenPolicyIgnored) { return "held:brokenPolicy" }
        if let mismatch = mismatch(claim.machine, rules, shown) { return mismatch }
        if !rules.profile && !claim.card.chained { return "noPlan" }
        let outdatedAfter = has(.outdatedAfterIgnored) ? 3600 : rules.outdatedAfter
        if lastGoodFetch.map({ now - $0 >= outdatedAfter }) ?? true, !has(.rule9NeverOutdated) {
            return "held:outdated"
        }
        return isQueued(claim.machine, rules) ? "held:queued" : "netboot"
    }

    /// What operators are told: the decision on the machine as it last showed itself.
    func told(_ mac: String) -> String { decision(mac, shown: lastShown[mac]) }

    func isUsed(_ id: Int) -> Bool {
        let mine = boots.filter { $0.arming == id }
        let full = mine.count { $0.whole }
        if full >= armings[id].full && !has(.rule8BootsUnlimited) { return true }
        return mine.count - full >= armings[id].early && !has(.rule8EarlyUnlimited)
    }

    func openBoot(of id: Int, now: Int64) -> Int? {
        guard !has(.rule8EveryScriptIsABoot) else { return nil }
        return boots.lastIndex { $0.arming == id }.flatMap { index in
            !boots[index].started && now - boots[index].first < 120 ? index : nil
        }
    }

    /// Ends an arming; what the daemon ended by itself or by a report is owed to the repo.
    func end(_ id: Int, _ ending: String) {
        guard armings[id].ending == nil else { return }
        armings[id].ending = ending
        armings[id].ended = now
        if ending != "disarmed" { intents.insert(id) }
    }
}

extension [String] {
    func contains(_ value: String?) -> Bool { value.map { contains($0) } ?? false }
}
