import Glibc

/// A time in which nothing netboots: from `from` on, until right before `until`, in UTC seconds.
package struct Window: Hashable, Sendable {
    var from: Int64
    var until: Int64

    func holds(_ moment: Int64) -> Bool { from <= moment && moment < until }
}

/// A `BootPolicy`, as the sequences write it. Selects by labels: none, the site, or site and role.
package struct Policy: Hashable, Sendable {
    var name: String
    var site: String?
    var role: String?
    var never: Bool?
    var hours: Int?
    var full: Int?
    var early: Int?
    /// Seconds.
    var outdatedAfter: Int64?
    var armedPerCommit: Int?
    var armedAtOnce: Int?
    var freeze: [Window]?
    var serial: Bool?
    var uuid: Bool?
    var armID: Bool?
    var suspend: String?
    var profile = false

    func selects(_ machine: Machine) -> Bool {
        (site ?? machine.site) == machine.site && (role ?? machine.role) == machine.role
    }

    var rank: Int { (site == nil ? 0 : 1) + (role == nil ? 0 : 1) }

    var text: String {
        func mapping<Value>(_ values: [(String, Value?)]) -> String? {
            let said = values.compactMap { name, value in value.map { "\(name): \($0)" } }
            return said.isEmpty ? nil : "{\(said.joined(separator: ", "))}"
        }
        var lines = [
            "apiVersion: bootlatch.dev/v1", "kind: BootPolicy", "metadata: {name: \(name)}", "spec:",
            mapping([("site", site), ("role", role)]).map { "  selector: {matchLabels: \($0)}" } ?? "  selector: {}",
        ]
        if let never { lines.append("  netboot: \(never ? "never" : "allow")") }
        if let hours { lines.append("  expireAfter: \(hours)h") }
        if let full, let early { lines.append("  attempts: {full: \(full), early: \(early)}") }
        if let outdatedAfter { lines.append("  outdatedAfter: \(outdatedAfter)s") }
        if let limits = mapping([("armedPerCommit", armedPerCommit), ("armedAtOnce", armedAtOnce)]) {
            lines.append("  limits: \(limits)")
        }
        if let freeze {
            let windows = freeze.map { "{from: \(utc($0.from)), until: \(utc($0.until))}" }
            lines.append("  freeze: [\(windows.joined(separator: ", "))]")
        }
        if let require = mapping([("serial", serial), ("uuid", uuid), ("armID", armID)]) {
            lines.append("  require: \(require)")
        }
        if let suspend { lines.append("  suspend: \"\(suspend)\"") }
        if profile { lines.append("  profile: disk") }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension Policy {
    /// Reads what `text` writes.
    init(_ lines: [Substring]) {
        self.init(name: "")
        for line in lines {
            let words = line.split { " {},:".contains($0) }.map(String.init)
            func after(_ word: String) -> String? {
                words.firstIndex(of: word).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
            }
            func number(_ word: String) -> Int? { after(word).flatMap { Int($0) } }
            func flag(_ word: String) -> Bool? { after(word).map { $0 == "true" } }
            switch words.first {
            case "metadata": name = after("name") ?? ""
            case "selector": (site, role) = (after("site"), after("role"))
            case "netboot": never = words.last == "never"
            case "expireAfter": hours = words.last.flatMap { Int($0.dropLast()) }
            case "attempts": (full, early) = (number("full"), number("early"))
            case "outdatedAfter": outdatedAfter = words.last.flatMap { Int64($0.dropLast()) }
            case "limits": (armedPerCommit, armedAtOnce) = (number("armedPerCommit"), number("armedAtOnce"))
            case "freeze": freeze = Policy.windows(line)
            case "require": (serial, uuid, armID) = (flag("serial"), flag("uuid"), flag("armID"))
            case "suspend": suspend = line.split(separator: "\"").dropFirst().first.map(String.init) ?? ""
            case "profile": profile = true
            default: break
            }
        }
    }

    private static func windows(_ line: Substring) -> [Window] {
        let moments = line.split { " {}[],".contains($0) }.compactMap { seconds(utc: $0) }
        return stride(from: 0, to: moments.count - 1, by: 2).map {
            Window(from: moments[$0], until: moments[$0 + 1])
        }
    }
}

/// `2027-01-15T08:00:00Z`
private func utc(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = tm()
    gmtime_r(&time, &parts)
    func two(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
    let day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    return "\(day)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}

private func seconds(utc text: Substring) -> Int64? {
    let numbers = text.split { "-T:Z".contains($0) }.compactMap { Int32($0) }
    guard text.hasSuffix("Z"), numbers.count == 6 else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (numbers[0] - 1900, numbers[1] - 1, numbers[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (numbers[3], numbers[4], numbers[5])
    return Int64(timegm(&parts))
}
