import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServeTests {
    /// `sh` lowers the soft limit to what a login shell of another time had.
    @Test func `it opens as many files as it may, not as few as its shell lets programs start with`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start(wrapper: ["/bin/sh", "-c", "ulimit -S -n 200; exec \"$@\"", "sh"])
        let limits = try String(contentsOfFile: "/proc/\(daemon.process.pid)/limits", encoding: .utf8)
        let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        #expect(numbers.first == min(numbers.last ?? 0, 65_536), "\(line)")
    }
}
