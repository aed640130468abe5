import Inventory
import Manifest

/// What a commit's message says to Bootlatch or of it: lines `Bootlatch-NAME: value`.
///
/// They count wherever they stand: a squash merge strings messages together, and what they can do is to shorten, to tell and to hold.
struct Trailers {
    private var lines: [(name: Substring, value: String)]

    init(_ message: String) {
        lines = message.split(whereSeparator: \.isNewline).compactMap { line in
            guard line.hasPrefix(Self.prefix), let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (line[..<colon].dropFirst(Self.prefix.count), String(value.reversed().drop { $0 == " " }.reversed()))
        }
    }

    private static let prefix = "Bootlatch-"

    func all(_ name: String) -> [String] { lines.filter { $0.name == name }.map(\.value) }

    subscript(name: String) -> String? { lines.first { $0.name == name }?.value }

    /// Seconds that the commit's armings are to live at most; the least that it says. What can't be read, or is less than a minute, is a
    /// minute: somebody wanted it to end soon.
    var limit: Int64? { all("For").map { max(seconds(in: $0) ?? 0, 60) }.min() }

    /// What the commit says of a life that can't be read, and what it is taken for.
    var misreading: String? {
        guard let text = all("For").first(where: { seconds(in: $0) == nil }) else { return nil }
        return "`Bootlatch-For: \(text)` is not understood, and taken for a minute; write it as 90m, 2h or 1d"
    }

    /// Why the commit was made, in its author's words, or the ending of an arming in ours.
    var reason: String? { self["Reason"] }

    /// The interfaces that a disarm of ours turned off, each with its arming.
    var disarmed: [(mac: MACAddress, arming: Arming.ID)] {
        var mac: MACAddress?
        return lines.compactMap { line in
            switch line.name {
            case "MAC": mac = MACAddress(line.value)
            case "Arming":
                if let mac, let id = line.value.split(separator: " ").first { return (mac, Arming.ID(String(id))) }
            default: break
            }
            return nil
        }
    }
}

/// `24h`, `1h30m`, `90s`: as `seconds(in:)` reads it.
package func durationText(_ seconds: Int64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")].filter { $0.0 > 0 }
    return parts.isEmpty ? "0s" : parts.map { "\($0.0)\($0.1)" }.joined()
}
