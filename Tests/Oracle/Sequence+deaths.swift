/// Kills in the middle of work, and what is legal after them.
extension Sequence {
    /// True when its push had arrived. The restarted subject looks when that is compared, or here.
    func flushAndDie() async throws -> Bool {
        let before = try tip
        let death = moment(["committed", "committed", "pushed", "recorded"], 9...16)
        note("killed \(death)")
        try await subject.dieFlushing(death)
        model.restart(keepJournal: true)
        if try tip == before { try await poll() } else { try await subject.poll() }
        return try tip != before
    }

    /// A subject that is killed while it takes a report has taken it, or has never heard of it: every decision is the one of before, or
    /// every decision is the one of after, and of after when it has answered. A machine without an answer asks again, as the
    /// caller does next.
    func reportAndDie(_ handle: Handle, _ boot: Int, success: Bool) async throws {
        // Nothing new may come with the look after the start.
        try await poll()
        // The subject starts anew, and so does its reading of the clock.
        let reading = model.reading
        model.restart(keepJournal: true)
        let before = macs.map { model.told($0) }
        model.reading = reading
        let death = moment(["latched"], 7...12)
        note("killed \(death)")
        let answered = try await subject.dieReporting(
            handle.hookToken, success: success, address: handle.address, death)
        model.report(boot, success: success)
        model.restart(keepJournal: true)
        let after = macs.map { model.told($0) }
        try await poll()
        var actual: [String] = []
        for mac in macs { actual.append(try await subject.decision(mac)) }
        if before != after {
            tally.killedReports += 1
            if actual == after { tally.killedAfterLatch += 1 }
        }
        guard actual == after || (!answered && actual == before) else {
            let states = zip(macs, zip(before, after)).map {
                "\($0.suffix(2)) \($1.0)\($1.0 == $1.1 ? "" : " or " + $1.1)"
            }
            throw mismatch(
                "decisions after a kill in the middle of a report\(answered ? " that was answered" : "")",
                expected: states.joined(separator: ", "), actual: actual.joined(separator: ", "))
        }
    }

    func dies(_ percent: Int) -> Bool {
        subject.isMortal && mayDie && model.reachable && deaths.chance(percent)
    }

    /// One of these points, or some microseconds after the start: more than two to the power of one of these.
    private func moment(_ points: [String], _ powers: ClosedRange<Int>) -> Moment {
        if deaths.chance(50), let point = deaths.pick(points) { return .point(point) }
        let least = 1 << deaths.number(powers)
        return .after(.microseconds(deaths.number(least...2 * least)))
    }
}
