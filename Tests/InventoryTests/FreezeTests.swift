import Testing

@testable import Inventory

struct FreezeTests {
    private static let paris = Zone(
        name: "Europe/Paris", offset: 3600,
        changes: [
            .init(at: at("2026-03-29T01:00Z"), offset: 7200), .init(at: at("2026-10-25T01:00Z"), offset: 3600),
        ])
    private static let denver = Zone(
        name: "America/Denver", offset: -7 * 3600,
        changes: [
            .init(at: at("2026-03-08T09:00Z"), offset: -6 * 3600),
            .init(at: at("2026-11-01T08:00Z"), offset: -7 * 3600),
        ])
    private static let kiritimati = Zone(name: "Pacific/Kiritimati", offset: 14 * 3600)

    private static func at(_ text: String) -> Instant { Instant(text) ?? Instant(seconds: .min / 2) }

    private static func weekly(_ days: Set<Freeze.Weekday>, _ from: Int64, _ until: Int64, _ zone: Zone) -> [Freeze] {
        [Freeze(.weekly(.init(days: days, from: from, until: until, zone: zone)))]
    }

    @Test func `a single window holds from its beginning until right before its end`() {
        let freeze = [Freeze(.once(from: now, until: now.later(60)), reason: "holidays")]
        #expect(
            [-1, 0, 59, 60].map { freeze.freezes(now.later($0)) } == [false, true, true, false])
        #expect(freeze.thaw(after: now)?.until == now.later(60) && freeze.thaw(after: now.later(60)) == nil)
    }

    @Test(arguments: [
        // Friday and Saturday night in Paris, summer and winter time.
        ("2026-07-03T15:59:59Z", false), ("2026-07-03T16:00:00Z", true), ("2026-07-04T03:59:59Z", true),
        ("2026-07-04T04:00:00Z", false), ("2026-07-04T16:00:00Z", true), ("2026-07-05T16:00:00Z", false),
        ("2026-01-02T16:59:59Z", false), ("2026-01-02T17:00:00Z", true), ("2026-01-03T04:59:59Z", true),
        ("2026-01-03T05:00:00Z", false),
    ])
    func `nights of some days of the week`(text: String, isFrozen: Bool) {
        let freeze = Self.weekly([.Fri, .Sat], 18 * 3600, 6 * 3600, Self.paris)
        #expect(freeze.freezes(Self.at(text)) == isFrozen)
    }

    /// From and until as hours and minutes; the first and the last second that are frozen.
    @Test(arguments: [
        // Spring: 02:00 becomes 03:00 at 01:00Z. A window over the gap is an hour shorter.
        (Int64(90), Int64(270), "2026-03-29T00:30:00Z", "2026-03-29T02:30:00Z"),
        // It begins in the gap, it ends in the gap.
        (150, 270, "2026-03-29T01:00:00Z", "2026-03-29T02:30:00Z"),
        (60, 150, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
        (60, 120, "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"),
        (180, 240, "2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"),
    ])
    func `a window across the gap of spring`(from: Int64, until: Int64, first: String, end: String) {
        expectOnly(Self.weekly([.Sun], from * 60, until * 60, Self.paris), first, end)
    }

    @Test(arguments: [
        // Autumn: 03:00 becomes 02:00 at 01:00Z. A window over the overlap is an hour longer.
        (Int64(90), Int64(270), "2026-10-24T23:30:00Z", "2026-10-25T03:30:00Z"),
        // From the first 02:30, until the second 02:30: no hole between the readings.
        (150, 270, "2026-10-25T00:30:00Z", "2026-10-25T03:30:00Z"),
        (60, 150, "2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"),
        (130, 140, "2026-10-25T00:10:00Z", "2026-10-25T01:20:00Z"),
        (180, 240, "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"),
    ])
    func `a window across the overlap of autumn`(from: Int64, until: Int64, first: String, end: String) {
        expectOnly(Self.weekly([.Sun], from * 60, until * 60, Self.paris), first, end)
    }

    @Test func `zones west of Greenwich, across their changes`() {
        // 02:00 becomes 03:00 at 09:00Z on 8 March; 02:00 becomes 01:00 at 08:00Z on 1 November.
        expectOnly(
            Self.weekly([.Sat], 22 * 3600, 4 * 3600, Self.denver), "2026-03-08T05:00:00Z", "2026-03-08T10:00:00Z")
        expectOnly(
            Self.weekly([.Sat], 22 * 3600, 4 * 3600, Self.denver), "2026-11-01T04:00:00Z", "2026-11-01T11:00:00Z")
        expectOnly(
            Self.weekly([.Sun], 90 * 60, 100 * 60, Self.denver), "2026-11-01T07:30:00Z", "2026-11-01T08:40:00Z")
    }

    @Test func `the turn of the year, east and west`() {
        // 31 December 2026 is a Thursday. Where the day begins first it is over at 10:00Z.
        expectOnly(
            Self.weekly([.Thu], 20 * 3600, 8 * 3600, Self.kiritimati), "2026-12-31T06:00:00Z", "2026-12-31T18:00:00Z")
        expectOnly(
            Self.weekly([.Thu], 20 * 3600, 8 * 3600, Self.denver), "2027-01-01T03:00:00Z", "2027-01-01T15:00:00Z")
        expectOnly(
            Self.weekly([.Fri], 0, 86_400, Self.denver), "2027-01-01T07:00:00Z", "2027-01-02T07:00:00Z")
    }

    /// Frozen in this range and not around it.
    private func expectOnly(_ freeze: [Freeze], _ first: String, _ end: String) {
        let (first, end) = (Self.at(first), Self.at(end))
        #expect(!freeze.freezes(first.later(-1)) && freeze.freezes(first))
        #expect(freeze.freezes(end.later(-1)) && !freeze.freezes(end))
        #expect(freeze.thaw(after: first)?.until == end)
        var moment = first
        while moment < end {
            #expect(freeze.freezes(moment), "\(moment)")
            moment = moment.later(300)
        }
    }

    @Test func `until at or before from is the next day's`() {
        let midnight = Self.weekly([.Fri], 0, 0, Self.paris)
        #expect(midnight.freezes(Self.at("2026-07-02T22:00Z")) && !midnight.freezes(Self.at("2026-07-03T22:00Z")))
    }

    @Test func `freezes that follow one another end together`() {
        let weekend =
            Self.weekly([.Fri], 18 * 3600, 86_400, Self.paris) + Self.weekly([.Sat, .Sun], 0, 86_400, Self.paris)
        #expect(weekend.thaw(after: Self.at("2026-07-03T17:00Z"))?.until == Self.at("2026-07-05T22:00Z"))
        let always = Self.weekly(Set(Freeze.Weekday.allCases), 0, 86_400, Self.paris)
        #expect(always.thaw(after: now) != nil && always.thaw(after: now)?.until == nil)
    }

    // Boots

    private func policy(_ freeze: [Freeze]) -> Delta { .policy { $0.freeze = freeze } }

    @Test(arguments: RouteKind.allCases)
    func `a freeze suspends: no boot begins, a boot ends, and what is left of the deadline serves afterwards`(
        kind: RouteKind
    ) throws {
        var world = World.armed()
        let arming = try #require(world.standing.inventory[.a]?.arming)
        let boot = try world.boot(.a)
        world.commit(policy([Freeze(.once(from: now.later(10), until: now.later(100)), reason: "audit")]))
        #expect(world.refusal(.a) == nil)
        world.at = now.later(10)
        #expect(world.refusal(.a) == .held(.frozen) && world.goesOn(boot, kind) == .localBoot(.held(.frozen)))
        #expect(
            world.standing.explanation(of: world.decision(.a), for: .a, now: Now(world.at))
                .contains("until \(now.later(100)) (audit)"))
        #expect(world.standing.ledger[arming]?.ending == nil)
        world.at = now.later(100)
        #expect(world.refusal(.a) == nil && world.goesOn(boot, kind) == .netboot(.script("#!ipxe")))
        #expect(world.standing.ledger[arming]?.arming.deadline == now.later(86_400))
    }

    @Test func `what is armed within a freeze waits for its end`() {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)])), .firstSight)
        world.commit(policy([Freeze(.once(from: now, until: now.later(100)))]))
        world.commit(Delta(host("a", [interface(.a, true)])))
        #expect(world.refusal(.a) == .held(.frozen))
        world.at = now.later(100)
        #expect(world.refusal(.a) == nil)
    }

    @Test(arguments: [true, false])
    func `a commit that lifts a freeze and arms is held, if the freeze would hold now`(holds: Bool) {
        var world = World()
        world.commit(Delta(host("a", [interface(.a, false)])), .firstSight)
        world.commit(policy([Freeze(.once(from: now.later(holds ? 0 : 10), until: now.later(100)))]))
        world.commit(Delta(host("a", [interface(.a, true)])).and(policy([])))
        #expect(world.refusal(.a) == (holds ? .held(.loosened) : nil))
    }
}
