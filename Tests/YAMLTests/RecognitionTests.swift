import Testing

@testable import YAML

struct RecognitionTests {
    private func error(_ bytes: [UInt8]) -> YAMLError? {
        do throws(YAMLError) {
            _ = try Parser.parse(bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "<<<<<<< HEAD\na: 1\n=======\na: 2\n>>>>>>> theirs\n",
        // Without a colon it would be one long text, and the file's hosts would be gone.
        "<<<<<<< HEAD\n- a\n=======\n- b\n>>>>>>> theirs\n",
        "a: 1\r\n<<<<<<< HEAD\r\nb: 1\r\n||||||| base\r\n=======\r\nb: 2\r\n>>>>>>> theirs\r\n",
        "a: 1\n=======\n", "a: 1\n>>>>>>> theirs\n", "a:\n  b: 1\n>>>>>>> 5a3c\nc: 1\n",
    ])
    func `a merge conflict is named as such`(text: String) {
        #expect(error(Array(text.utf8))?.message == conflictAdvice)
    }

    @Test func `a text about conflicts is none`() {
        #expect(error(Array("a: |\n  <<<<<<< HEAD\n  =======\n  >>>>>>> x\n".utf8)) == nil)
    }

    @Test(arguments: [
        "{{- if .Values.pxe }}\na: 1\n{{- end }}\n", "a: {{ .Values.a }}\n",
        "a:\n  {{- toYaml .Values.a | nindent 2 }}\n",
        "{{/* who */}}\na: 1\n", "a: {{ x }}-1\n", "{% for h in hosts %}\n- name: {{ h }}\n{% endfor %}\n",
        "{# a comment #}\na: 1\n", "a: 1\n{% if x %}\nb: 1\n{% endif %}\n", "a: {{ x }}: 1\n",
        // The error is found lines behind the statement.
        "a: |\n  x\n{{- with .Values }}\nb: 1\n", "- a\n{%- set x = 1 %}\n- b: [1\n",
    ])
    func `a template is named as such`(text: String) {
        #expect(error(Array(text.utf8))?.message == templateAdvice)
    }

    @Test(arguments: ["a: [\nb: '{{hookURL}}'\n", "a: |\n  {{artifacts}}/x\nb: [\n"])
    func `what goes to a machine makes no template of a file that is broken otherwise`(text: String) {
        #expect(error(Array(text.utf8))?.message != templateAdvice)
    }

    @Test(arguments: [false, true], [false, true])
    func `UTF-16 is named as such`(bigEndian: Bool, mark: Bool) {
        let units = Array(("\u{FEFF}" + "a: é\n").utf16.dropFirst(mark ? 0 : 1))
        let bytes = units.flatMap { unit in
            bigEndian ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
        #expect(error(bytes)?.message == "the file is UTF-16: save it as UTF-8")
    }

    @Test func `more % lines than a document can need are refused before libyaml compares them all`() {
        let lines = { (count: Int) in (0..<count).map { "%TAG !a\($0)! b\n" }.joined() + "--- x\n" }
        #expect(error(Array(lines(64).utf8)) == nil)
        #expect(error(Array(lines(100_000).utf8))?.description == "65:1: too many lines with a % in front: remove them")
        #expect(error(Array(String(repeating: "%TAG !a! b\n--- x\n...\n", count: 100).utf8)) == nil)
    }
}
