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

extension Instant {
    /// RFC 3339: `2026-11-20T21:40:01Z`, or with an offset, `2026-11-20T22:40:01+01:00`. The seconds may be left out; fractions may not
    /// be there.
    package init?(_ text: String) {
        let parts = text.split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2, let date = parts[0].numbers(separator: "-", digits: [4, 2, 2]), date.count == 3,
            let day = CivilDate(year: date[0], month: date[1], day: date[2])
        else { return nil }
        var time = parts[1]
        var offset: Int64 = 0
        if time.hasSuffix("Z") {
            time.removeLast()
        } else {
            guard let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }),
                let zone = time[time.index(after: sign)...].clockSeconds(atMost: 2)
            else { return nil }
            offset = time[sign] == "+" ? zone : -zone
            time = time[..<sign]
        }
        guard let seconds = time.clockSeconds(atMost: 3) else { return nil }
        self.init(seconds: day.daysSinceEpoch * 86_400 + seconds - offset)
    }
}

extension Substring {
    /// Seconds of the day in `18:00` or `18:00:30`; nil for what no clock shows.
    package func clockSeconds(atMost parts: Int) -> Int64? {
        guard let time = numbers(separator: ":", digits: [2, 2, 2]), (2...parts).contains(time.count), time[0] < 24,
            time[1...].allSatisfy({ $0 < 60 })
        else { return nil }
        return time[0] * 3600 + time[1] * 60 + (time.count > 2 ? time[2] : 0)
    }

    /// Numbers of so many digits each.
    fileprivate func numbers(separator: Character, digits: [Int]) -> [Int64]? {
        let parts = split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count <= digits.count else { return nil }
        var result: [Int64] = []
        for (part, count) in zip(parts, digits) {
            guard part.utf8.count == count, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let value = Int64(part)
            else { return nil }
            result.append(value)
        }
        return result
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

    var daysSinceEpoch: Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch.flooredQuotient(400)
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Nil for a day that the calendar does not have.
    init?(year: Int64, month: Int64, day: Int64) {
        (self.year, self.month, self.day) = (year, month, day)
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let same = CivilDate(daysSinceEpoch: daysSinceEpoch)
        guard (same.year, same.month, same.day) == (year, month, day) else { return nil }
    }

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
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
    }
}
