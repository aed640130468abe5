import Foundation
import NIOHTTP1
import Simulate
import Programs
import Testing
import Web

/// The hold that the sequences of `make torture` have on a daemon.
@Suite(.timeLimit(.minutes(10)))
struct SteppedTests {
    private func post(_ daemon: Served, _ path: String) async throws -> HTTPClient.Response {
        try await HTTPClient().request(
            .POST, .unix(path: daemon.socket), path: path, deadline: .now.advanced(by: .seconds(20)))
    }

    @Test func `a daemon that is not stepped has no such routes`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        for name in ["flush", "sweep", "settle", "crash"] {
            #expect(try await post(daemon, "/v1/stepped/\(name)").status == 404)
        }
        withExtendedLifetime(lab) {}
    }

    @Test func `a stepped daemon lives at the time it is told, and writes when it is told`() async throws {
        let lab = try ServedLab()
        try Data("1800000000 1000\n".utf8).write(to: lab.folder.appending(path: "clock"))
        let daemon = try await lab.start(wrapper: ["env", "BOOTLATCH_STEPPED=\(lab.folder.path)"])
        try await daemon.reconcile()
        #expect(try await daemon.status().remote.lastGoodFetch == "2027-01-15T08:00:00Z")
        try lab.push(isOn: true, "reinstall node-01")
        try await daemon.reconcile()
        #expect(try await daemon.report(daemon.boot()).status == 200)
        #expect(try lab.disarms() == 0)
        #expect(try await post(daemon, "/v1/stepped/flush").status == 200)
        #expect(try lab.disarms() == 1)
    }

    @Test func `the point of a crash can be named while it runs`() async throws {
        let lab = try ServedLab()
        try Data("1800000000 1000\n".utf8).write(to: lab.folder.appending(path: "clock"))
        let daemon = try await lab.start(wrapper: ["env", "BOOTLATCH_STEPPED=\(lab.folder.path)"])
        let hook = try await lab.boot(on: daemon)
        #expect(try await post(daemon, "/v1/stepped/crash?at=latched").status == 200)
        await #expect(throws: HTTPClient.Failure.self) { try await daemon.report(hook) }
        #expect(try await daemon.process.ended() == .signal(SIGKILL))
    }
}
