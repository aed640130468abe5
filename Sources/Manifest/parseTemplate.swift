import Inventory
import YAML

/// Takes a template apart: Mustache's variables, sections, inverted sections and comments. Partials, other delimiters, lambdas and
/// escapes for HTML are not in it, and an unknown name is an error: nothing else would show before the installer stops.
package func parseTemplate(_ bytes: [UInt8]) -> TemplateFile {
    guard bytes.count <= templateLimit else { return tooLargeTemplate(bytes.count) }
    if bytes.starts(with: lfsPointer.utf8) {
        return .unusable("this is a Git LFS pointer, and Bootlatch does not follow it: commit the template itself")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
        return .unusable("it is not UTF-8; save it as that")
    }
    var parser = TemplateParser(text)
    do throws(TemplateError) {
        return .template(Template(try parser.parse()))
    } catch {
        return .unusable(error.message, line: error.line)
    }
}

/// Bytes of one template.
package let templateLimit = 256 << 10

package func tooLargeTemplate(_ size: Int) -> TemplateFile {
    .unusable("it has \(size) bytes, more than the limit of \(templateLimit)")
}

package let missingTemplate = TemplateFile.unusable(
    "there is no such file; commit it, or correct the path, which begins at the top of the repo")

struct TemplateError: Error {
    var message: String
    var line: Int
}

/// One look at every byte, whatever the text: templates come from whoever may push.
struct TemplateParser {
    /// A section that is not closed yet.
    private struct Open {
        var name: [String]
        var isInverted: Bool
        var line: Int
        var outer: [Template.Part]
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private var parts: [Template.Part] = []
    private var open: [Open] = []
    /// Where the text begins that is not in a part yet.
    private var textStart = 0

    private static let depth = 32

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func parse() throws(TemplateError) -> [Template.Part] {
        while position < bytes.count {
            if isPair(UInt8(ascii: "{"), at: position) {
                try readTag()
            } else {
                if bytes[position] == newline { line += 1 }
                position += 1
            }
        }
        endText(at: bytes.count)
        if let section = open.last {
            throw TemplateError(
                message: "the section {{#\(section.name.joined(separator: "."))}} is not closed", line: section.line)
        }
        return parts
    }

    private mutating func readTag() throws(TemplateError) {
        let start = position
        let isTriple = bytes[start...].dropFirst(2).first == UInt8(ascii: "{")
        var end = start + (isTriple ? 3 : 2)
        let content = end
        while end < bytes.count, !isPair(UInt8(ascii: "}"), at: end) { end += 1 }
        guard end < bytes.count else { throw error("{{ without }}") }
        var inner = String(decoding: bytes[content..<end], as: UTF8.self)
        end += 2
        if isTriple {
            guard end < bytes.count, bytes[end] == UInt8(ascii: "}") else { throw error("{{{ without }}}") }
            end += 1
        }
        let sign = isTriple ? nil : inner.first.flatMap { signs.contains($0) ? $0 : nil }
        if sign != nil { inner.removeFirst() }
        let standsAlone = sign.map { "#^/!".contains($0) } == true ? aloneOnLine(start..<end) : nil
        endText(at: standsAlone?.lowerBound ?? start)
        try take(sign, inner.trimmed)
        let next = standsAlone?.upperBound ?? end
        line += bytes[start..<next].count { $0 == newline }
        (position, textStart) = (next, next)
    }

    private mutating func take(_ sign: Character?, _ inner: String) throws(TemplateError) {
        switch sign {
        case "!": break
        case "#", "^":
            let name = try name(inner, isSection: true)
            guard open.count < Self.depth else { throw error("more than \(Self.depth) sections in one another") }
            open.append(Open(name: name, isInverted: sign == "^", line: line, outer: parts))
            parts = []
        case "/":
            guard let section = open.popLast() else { throw error("{{/\(shown(inner))}} closes nothing") }
            guard section.name.joined(separator: ".") == inner else {
                throw error(
                    "{{/\(shown(inner))}} closes {{#\(section.name.joined(separator: "."))}} of line \(section.line)")
            }
            parts = section.outer + [.section(section.name, isInverted: section.isInverted, parts)]
        case nil, "&": parts.append(.value(try name(inner, isSection: false)))
        case "=": throw error("other delimiters than {{ and }} are not known here")
        default: throw error("{{\(sign ?? " ")}} is not known here: a template includes no other")
        }
    }

    /// The parts of a known name; none for `.`.
    private func name(_ text: String, isSection: Bool) throws(TemplateError) -> [String] {
        if text == "." {
            // What the section is about: an element of a list, or a text.
            guard !isSection, let last = open.last(where: { !$0.isInverted }), last.name != [TemplateName.labels] else {
                throw error("{{.}} stands for one of {{#\(TemplateName.nameServers)}}, or for the text of its section")
            }
            return []
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let first = parts.first, parts.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
            throw error("{{\(shown(text))}} is no name")
        }
        if first == TemplateName.labels, parts.count == 2 || parts.count == 1 && isSection { return parts }
        if first == TemplateName.labels {
            throw error("one label is {{labels.NAME}}; a label with a dot in its name can't be told here")
        }
        let isInLabels = open.contains { !$0.isInverted && $0.name == [TemplateName.labels] }
        guard parts.count == 1, TemplateName.all.contains(first) || isInLabels else {
            throw error("nothing is known under {{\(shown(text))}}\(suggestion(for: text, among: TemplateName.all))")
        }
        if first == TemplateName.nameServers, !isSection {
            throw error("several may be there: {{#\(first)}}{{.}}{{/\(first)}}")
        }
        // A list of lists of lists would be longer than any memory.
        if isSection, open.contains(where: { $0.name == [TemplateName.nameServers] && $0.name == parts }) {
            throw error("{{#\(first)}} stands in itself")
        }
        return parts
    }

    private func error(_ message: String) -> TemplateError { TemplateError(message: message, line: line) }

    private mutating func endText(at end: Int) {
        guard textStart < end else { return }
        parts.append(.text(String(decoding: bytes[textStart..<end], as: UTF8.self)))
    }

    private func isPair(_ byte: UInt8, at index: Int) -> Bool {
        index + 1 < bytes.count && bytes[index] == byte && bytes[index + 1] == byte
    }

    /// The whole line of a tag with nothing but spaces beside it: that line is not in the text.
    private func aloneOnLine(_ tag: Range<Int>) -> Range<Int>? {
        var (start, end) = (tag.lowerBound, tag.upperBound)
        while start > textStart, isSpace(bytes[start - 1]) { start -= 1 }
        guard start == 0 || bytes[start - 1] == newline else { return nil }
        while end < bytes.count, isSpace(bytes[end]) { end += 1 }
        if end + 1 < bytes.count, bytes[end] == UInt8(ascii: "\r"), bytes[end + 1] == newline { end += 1 }
        guard end < bytes.count else { return start..<end }
        return bytes[end] == newline ? start..<end + 1 : nil
    }
}

private let newline = UInt8(ascii: "\n")
private let signs: Set<Character> = ["#", "^", "/", "!", "&", "=", ">", "<", "$", "%", "*"]

private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

extension String {
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.prefix(start.count - start.reversed().prefix { $0.isWhitespace }.count))
    }
}
