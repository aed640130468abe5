import Testing

@testable import YAML

struct LinesTests {
    @Test(arguments: ["a", "é", "€", "😀", "aé€😀"])
    func `the column counts characters on lines of any length`(unit: String) {
        let text = "\u{FEFF}x\n" + String(repeating: unit, count: 1500) + "\r\n" + unit
        let lines = Lines(Array(text.utf8))
        var (offset, line, column) = (0, 1, 0)
        for scalar in text.unicodeScalars {
            #expect(lines.position(of: offset) == Position(line: line, column: max(1, column + (line > 1 ? 1 : 0))))
            offset += scalar.utf8.count
            column += 1
            if scalar == "\n" { (line, column) = (line + 1, 0) }
        }
        #expect(lines.position(of: offset).line == line)
    }

    @Test func `what ends lines is LF, CRLF or CR`() {
        let lines = Lines(Array("a\rb\r\nc\nd".utf8))
        #expect(lines.starts == [0, 2, 5, 7])
        #expect(lines.position(of: 7) == Position(line: 4, column: 1))
    }
}
