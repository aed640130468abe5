import Foundation
import Testing
import Web

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

    @Test func `a control socket that another daemon answers at is left to it`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let settings = [
            "state=\(lab.path("other"))", "inventory.url=\(lab.path("remote.git"))", "boot.address=127.0.0.1",
            "boot.dhcp.mode=off", "boot.tftp.port=0", "boot.http.port=0", "control.socket=\(daemon.socket)",
            "control.http=off",
        ]
        let error = #expect(throws: DaemonProcess.Failed.self) {
            try runProgram([DaemonProcess.program, "serve"] + settings.flatMap { ["--set", $0] })
        }
        #expect(error?.description.contains("another Bootlatch answers at the control socket") == true)
        #expect(try await daemon.status().hosts.count == 1)
    }
}
