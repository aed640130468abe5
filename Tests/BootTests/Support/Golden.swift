import Foundation
import Testing

/// Compares text with `Goldens/NAME.txt`; `BOOTLATCH_RECORD=1` writes the file instead, for a person to read.
func expectGolden(_ text: String, _ name: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
    let file = Capture.folder.appending(path: "Goldens/\(name).txt")
    if ProcessInfo.processInfo.environment["BOOTLATCH_RECORD"] != nil {
        try text.write(to: file, atomically: true, encoding: .utf8)
        return
    }
    let golden = try String(contentsOf: file, encoding: .utf8)
    if golden == text { return }
    let (old, new) = (golden.split(separator: "\n"), text.split(separator: "\n"))
    for (old, new) in zip(old, new) where old != new {
        #expect(new == old, "\(name)", sourceLocation: sourceLocation)
        return
    }
    #expect(new.count == old.count, "\(name): lines missing or added", sourceLocation: sourceLocation)
}
