import Foundation
import Inventory
import YAML

/// `freeze` of a `BootPolicy`: windows with a beginning and an end, and windows that recur every week.
extension FieldReader {
    mutating func freezes(_ key: String, of parent: Node?) -> [Freeze]? {
        guard let node = field(key, of: parent), node.resolved.kind == .sequence else {
            _ = items(key, of: parent)
            return nil
        }
        var result: [Freeze] = []
        for item in node.items {
            guard item.resolved.kind == .mapping else {
                expected("a mapping such as {from: 2026-12-20T00:00:00Z, until: 2027-01-03T00:00:00Z}", at: item)
                continue
            }
            let isWeekly = item["every"] != nil
            checkFields(
                of: item, known: isWeekly ? ["every", "from", "until", "zone", "reason"] : ["from", "until", "reason"])
            let reason = text("reason", of: item)
            let window = isWeekly ? weekly(item).map { Freeze.Window.weekly($0) } : once(item)
            if let window { result.append(Freeze(window, reason: reason)) }
        }
        return result
    }

    private mutating func once(_ node: Node) -> Freeze.Window? {
        let from = instant("from", of: node)
        let until = instant("until", of: node)
        guard let from, let until else { return nil }
        if from < until { return .once(from: from, until: until) }
        expected("a moment after from, \(from)", at: node["until"] ?? node)
        return nil
    }

    private mutating func instant(_ key: String, of parent: Node) -> Instant? {
        guard let node = field(key, of: parent) else {
            error(parent, "a freeze needs \(key), a moment such as 2026-12-20T00:00:00Z, or every, for one that recurs")
            return nil
        }
        if let moment = Instant(node.text), node.scalar != nil { return moment }
        expected("a moment such as 2026-12-20T00:00:00Z or 2026-12-20T00:00:00+01:00", at: node)
        return nil
    }

    private mutating func weekly(_ node: Node) -> Freeze.Weekly? {
        let days = weekdays(node)
        let from = timeOfDay("from", of: node)
        let until = timeOfDay("until", of: node, isEnd: true)
        let zone = zone(node)
        guard let days, let from, let until, let zone else { return nil }
        return Freeze.Weekly(days: days, from: from, until: until, zone: zone)
    }

    private mutating func weekdays(_ parent: Node) -> Set<Freeze.Weekday>? {
        let names = Freeze.Weekday.allCases.map(\.rawValue).joined(separator: ", ")
        guard let node = field("every", of: parent), node.resolved.kind == .sequence, !node.items.isEmpty else {
            expected("one or more of \(names), such as [Fri, Sat]", at: parent["every"] ?? parent)
            return nil
        }
        var days: Set<Freeze.Weekday> = []
        for item in node.items {
            guard let day = Freeze.Weekday(rawValue: item.text) else {
                expected("one of \(names)", at: item)
                return nil
            }
            days.insert(day)
        }
        return days
    }

    private mutating func timeOfDay(_ key: String, of parent: Node, isEnd: Bool = false) -> Int64? {
        let example = isEnd ? "a time of day from \"00:00\" to \"24:00\"" : "a time of day from \"00:00\" to \"23:59\""
        guard let node = field(key, of: parent) else {
            error(parent, "a freeze that recurs needs \(key), \(example)")
            return nil
        }
        // Unquoted, other readers of YAML take 18:00 for the number 1080.
        if let text = node.string {
            if isEnd, text == "24:00" { return 86_400 }
            if let seconds = text[...].clockSeconds(atMost: 2) { return seconds }
        }
        expected("\(example), in quotes", at: node)
        return nil
    }

    private mutating func zone(_ parent: Node) -> Zone? {
        guard let node = field("zone", of: parent) else {
            error(parent, "a freeze that recurs needs a zone, such as Europe/Paris or UTC")
            return nil
        }
        guard let name = text(node) else { return nil }
        if let zone = Zone(named: name) { return zone }
        error(node, "no time zone \(shown(name))\(zoneSuggestion(for: name))")
        return nil
    }

    private func zoneSuggestion(for name: String) -> String {
        let hint = suggestion(for: name, among: Foundation.TimeZone.knownTimeZoneIdentifiers)
        return hint.hasPrefix(":") ? ": expected a name such as Europe/Paris or UTC" : hint
    }
}

extension Zone {
    /// A zone of the IANA database by its name, with its changes from 2020 until 2100: they are facts and rules, not the day of reading,
    /// so that the value needs no renewal while a daemon runs.
    init?(named name: String) {
        guard let zone = Foundation.TimeZone(identifier: name) else { return nil }
        let end = Date(timeIntervalSince1970: 4_102_444_800)
        var moment = Date(timeIntervalSince1970: 1_577_836_800)
        self.init(name: name, offset: Int64(zone.secondsFromGMT(for: moment)))
        while let next = zone.nextDaylightSavingTimeTransition(after: moment), next > moment, next < end {
            changes.append(
                Change(
                    at: Instant(seconds: Int64(next.timeIntervalSince1970)),
                    offset: Int64(zone.secondsFromGMT(for: next))))
            moment = next
        }
    }
}
