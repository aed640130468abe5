/// A time in which nothing netboots (`freeze` of a `BootPolicy`): no boot begins, and one that was let in goes no further.
package struct Freeze: Sendable, Hashable {
    package enum Window: Sendable, Hashable {
        /// From `from` on, until right before `until`.
        case once(from: Instant, until: Instant)
        case weekly(Weekly)
    }

    package var window: Window
    package var reason: String?

    package init(_ window: Window, reason: String? = nil) {
        self.window = window
        self.reason = reason
    }

    /// When the window that holds this moment ends; nil outside of it.
    package func end(at now: Instant) -> Instant? {
        switch window {
        case .once(let from, let until): from <= now && now < until ? until : nil
        case .weekly(let weekly): weekly.end(at: now)
        }
    }

    package enum Weekday: String, Sendable, CaseIterable { case Sun, Mon, Tue, Wed, Thu, Fri, Sat }

    /// The same hours on some days of the week, by the clocks of a time zone.
    ///
    /// What the clocks show counts. Where they show an hour twice the window has the longer of its two readings; where they leave out
    /// its beginning or end, the moment of the jump takes its place.
    package struct Weekly: Sendable, Hashable {
        /// The days on which it begins.
        package var days: Set<Weekday>
        /// Seconds of the day as the clocks show it, 0 to 86 399.
        package var from: Int64
        /// The same, 1 to 86 400; at or before `from` it is the next day's.
        package var until: Int64
        package var zone: Zone

        package init(days: Set<Weekday>, from: Int64, until: Int64, zone: Zone) {
            self.days = days
            self.from = from
            self.until = until
            self.zone = zone
        }

        func end(at now: Instant) -> Instant? {
            let today = (now.seconds + zone.offset(at: now)).flooredQuotient(Zone.day)
            return (today - 2...today + 1).compactMap { begin(on: $0) }.filter { $0.contains(now) }.map(\.upperBound)
                .max()
        }

        /// The window that begins on this day, counted from 1970-01-01.
        private func begin(on day: Int64) -> Range<Instant>? {
            // 1970-01-01 was a Thursday.
            let weekday = Weekday.allCases[Int(day + 4 - (day + 4).flooredQuotient(7) * 7)]
            guard days.contains(weekday) else { return nil }
            let start = zone.instants(showing: day * Zone.day + from).lowerBound
            let last = until > from ? day : day + 1
            let end = zone.instants(showing: last * Zone.day + until).upperBound
            return start < end ? start..<end : nil
        }
    }
}

extension [Freeze] {
    package func freezes(_ now: Instant) -> Bool { contains { $0.end(at: now) != nil } }

    /// The freeze that holds now, and when boots begin again: windows that follow one another without a gap are one. The end is nil
    /// where none is in sight.
    package func thaw(after now: Instant) -> (freeze: Freeze, until: Instant?)? {
        guard let first = first(where: { $0.end(at: now) != nil }) else { return nil }
        var moment = now
        for _ in 0..<100 {
            guard let end = compactMap({ $0.end(at: moment) }).max() else { return (first, moment) }
            moment = end
        }
        return (first, nil)
    }
}

/// How far a zone's clocks are from UTC, with every change that was known when the policy was read: a value, so that the rules ask no
/// clock and no file.
package struct Zone: Sendable, Hashable {
    package struct Change: Sendable, Hashable {
        package var at: Instant
        /// Seconds east of UTC from then on.
        package var offset: Int64

        package init(at: Instant, offset: Int64) {
            self.at = at
            self.offset = offset
        }
    }

    /// `Europe/Paris`.
    package var name: String
    /// Seconds east of UTC before the first change.
    package var offset: Int64
    /// Oldest first.
    package var changes: [Change]

    package init(name: String, offset: Int64, changes: [Change] = []) {
        self.name = name
        self.offset = offset
        self.changes = changes
    }

    static let day: Int64 = 86_400

    package func offset(at moment: Instant) -> Int64 {
        let index = firstChange(after: moment)
        return index == 0 ? offset : changes[index - 1].offset
    }

    /// The moments at which the clocks show this, in seconds since 1970-01-01 as they count them: one; two, where they are put back;
    /// or the jump, where they leave it out.
    func instants(showing local: Int64) -> ClosedRange<Instant> {
        // No offset is a day or more, and clocks change less than once in two days.
        let before = offset(at: Instant(seconds: local - Self.day))
        let after = offset(at: Instant(seconds: local + Self.day))
        let early = Instant(seconds: local - before)
        guard before != after else { return early...early }
        let change = changes[firstChange(after: Instant(seconds: local - Self.day))].at
        let late = Instant(seconds: local - after)
        switch (early < change, late >= change) {
        case (true, true): return early...late
        case (true, false): return early...early
        case (false, true): return late...late
        case (false, false): return change...change
        }
    }

    /// By halves: there are two changes for each year.
    private func firstChange(after moment: Instant) -> Int {
        var range = 0..<changes.count
        while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
            range = changes[middle].at <= moment ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }
}
