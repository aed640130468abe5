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

/// What the system says of a file that Foundation could not make, read or write.
func reason(_ error: any Error) -> String {
    var next: NSError? = error as NSError
    while let error = next {
        if error.domain == NSPOSIXErrorDomain { return String(cString: strerror(Int32(error.code))) }
        next = (error.userInfo[NSUnderlyingErrorKey] as? any Error).map { $0 as NSError }
    }
    return error is CocoaError ? error.localizedDescription : "\(error)"
}
