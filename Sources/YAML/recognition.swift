// What is no YAML, and can be told by its look what it is instead.

let conflictAdvice =
    "a merge conflict was committed as it was: settle it, and remove the lines with <<<<<<<, ======= and >>>>>>>"

package let templateAdvice =
    "this looks like a Helm or Jinja template, and Bootlatch reads rendered manifests: commit its output, "
    + "and keep the template out of inventory.paths; or put quotes around {{...}}"

let lineBreakAdvice =
    "NEL, U+2028 and U+2029 end a line for some YAML readers and not for others: remove this character"

/// By its byte order mark; without one, UTF-16 shows by the zero byte of its first ASCII character.
package func isUTF16(_ source: [UInt8]) -> Bool {
    source.starts(with: [0xFE, 0xFF]) || source.starts(with: [0xFF, 0xFE]) || source.prefix(2).contains(0)
}

/// Whether a text has the marks of Helm's or Jinja's expressions, statements or comments.
package func isTemplate(_ text: String) -> Bool { ["{{", "{%", "{#"].contains { text.contains($0) } }

/// Where a line starts one side of a conflict that git left in the file. Some of them would parse, as one long text.
func conflict(in source: [UInt8], _ lines: Lines) -> Int? {
    let mark = Array("<<<<<<< ".utf8)
    return lines.marks.lazy.map(Int.init).first { source[$0...].starts(with: mark) }
}

/// The 65th directive of a document: libyaml compares each of them with all the others.
func runawayDirective(in source: [UInt8], _ lines: Lines) -> Int? {
    var count = 0
    for start in lines.marks.lazy.map(Int.init) {
        if source[start] == UInt8(ascii: "%") {
            count += 1
            if count > 64 { return start }
        } else if source[start] == UInt8(ascii: "-") {
            count = 0
        }
    }
    return nil
}

/// Whether a line starts with a statement: text that goes to a machine has `{{names}}` only.
func isStatement(_ line: ArraySlice<UInt8>) -> Bool {
    let rest = line.drop { $0 == UInt8(ascii: " ") }
    guard rest.first == UInt8(ascii: "{") else { return false }
    return [
        "{%", "{#", "{{-", "{{/*", "{{ if ", "{{ range ", "{{ with ", "{{ end", "{{ else", "{{ include ", "{{ define ",
    ]
    .contains { rest.starts(with: $0.utf8) }
}
