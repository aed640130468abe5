import Foundation

/// Prints a line to standard output at once: `print` would keep it while the output is a pipe.
func tell(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Prints a line to standard error: progress, and what went wrong.
func note(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

/// As every command's `-o json` prints it.
func json(_ reply: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(reply), as: UTF8.self)
}
