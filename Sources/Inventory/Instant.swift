/// A moment of UTC in whole seconds since 1970-01-01, leap seconds not counted (POSIX time).
package struct Instant: InstantProtocol, Hashable, Sendable, CustomStringConvertible {
    package var seconds: Int64

    package init(seconds: Int64) { self.seconds = seconds }

    /// Fractions of a second are cut off, towards the past.
    package func advanced(by duration: Duration) -> Instant { Instant(seconds: seconds + duration.components.seconds) }
    package func duration(to other: Instant) -> Duration { .seconds(other.seconds - seconds) }
    package static func < (left: Self, right: Self) -> Bool { left.seconds < right.seconds }

    /// RFC 3339, `2026-11-20T21:40:01Z`.
    package var description: String {
        let (days, rest) = (seconds.flooredQuotient(86_400), seconds - seconds.flooredQuotient(86_400) * 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return
            "\(date.year)-\(two(date.month))-\(two(date.day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }
}

/// What the clock says, and whether it can be believed: after a jump of the wall clock, deadlines deny but write nothing.
package struct Now: Hashable, Sendable {
    package var wall: Instant
    /// False from a drift of more than five minutes between wall and monotonic clock until ten steady minutes have passed.
    package var trusted: Bool

    package init(_ wall: Instant, trusted: Bool = true) {
        self.wall = wall
        self.trusted = trusted
    }
}

/// A day of the proleptic Gregorian calendar. The arithmetic counts in 400-year eras that begin on 1 March, so that the leap day is
/// the last of its year.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(daysSinceEpoch days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
    }
}
