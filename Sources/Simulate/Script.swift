/// The text of an iPXE script, split into lines and commands but not yet expanded.
struct Script: Hashable, Sendable {
    struct Line: Hashable, Sendable {
        /// Counted from 1; of the first one where a backslash joins several.
        var number: Int
        var text: String
    }

    var lines: [Line] = []
    private var labels: [String: Int] = [:]

    /// The line of a label, as an index into `lines`.
    subscript(label: String) -> Int? { labels[label] }

    /// Nil for a text that does not begin with iPXE's magic word.
    init?(_ text: String) {
        var isFirst = true
        var pending: Line?
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if isFirst {
                let magic = raw.prefix { !$0.isWhitespace }
                guard magic == "#!ipxe" || magic == "#!gpxe" else { return nil }
                isFirst = false
                continue
            }
            var line = pending ?? Line(number: index + 1, text: "")
            pending = nil
            line.text += raw
            if line.text.hasSuffix("\\") {
                line.text.removeLast()
                pending = line
            } else {
                add(line)
            }
        }
        if let pending { add(pending) }
        if isFirst { return nil }
    }

    private mutating func add(_ line: Line) {
        let words = line.text.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, !first.hasPrefix("#") else { return }
        if first.hasPrefix(":") {
            labels[String(first.dropFirst())] = lines.count
        } else {
            lines.append(line)
        }
    }

    /// Whether a file's beginning makes iPXE take it for a script.
    static func begins(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.starts(with: "#!ipxe".utf8) || bytes.starts(with: "#!gpxe".utf8)
    }

    /// One command of a line, and whether it runs after a success (`&&`), after a failure (`||`) or in any case.
    struct Command: Hashable, Sendable {
        enum Condition: Hashable, Sendable { case always, afterSuccess, afterFailure }

        var condition: Condition
        var words: [String]
    }

    /// Splits an expanded line. A word that begins with `#` starts a comment.
    static func commands(_ line: String) -> [Command] {
        var commands: [Command] = []
        var current = Command(condition: .always, words: [])
        for word in line.split(whereSeparator: \.isWhitespace) {
            if word.hasPrefix("#") { break }
            let next: Command.Condition? =
                switch word {
                case "&&": .afterSuccess
                case "||": .afterFailure
                case ";": .always
                default: nil
                }
            if let next {
                commands.append(current)
                current = Command(condition: next, words: [])
            } else {
                current.words.append(String(word))
            }
        }
        return commands + [current]
    }
}
