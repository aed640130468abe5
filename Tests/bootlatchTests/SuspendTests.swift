import Foundation
import NIOCore
import NIOHTTP1
import Simulate
import Testing
import Web

/// A maintenance stop of a running daemon.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SuspendTests {
    private func post<Reply: Decodable>(_ daemon: Served, _ path: String, _ body: String) async throws -> Reply {
        let response = try await HTTPClient().request(
            .POST, .unix(path: daemon.socket), path: path, body: .init(string: body),
            deadline: .now.advanced(by: .seconds(20)))
        #expect(response.status == 200, "\(response.text)")
        return try JSONDecoder().decode(Reply.self, from: Data(response.body.readableBytesView))
    }

    @Test func `everything stops: no script, no commit; the report is kept, and its commit follows after the end`()
        async throws
    {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let hook = try await lab.boot(on: daemon)
        let ada = #""author": "Ada", "email": "ada@lab""#
        let stop: SuspendReply = try await post(daemon, "/v1/suspend", "{\(ada), \"reason\": \"switch upgrade\"}")
        #expect(stop.host == nil && stop.suspended?.reason == "switch upgrade")
        #expect(try await daemon.reason() == "held:suspended")
        #expect(try await !daemon.script().contains("/hooks/"))
        #expect(try await daemon.status().suspended?.location.hasPrefix("policies/bootlatch-suspend.yaml:") == true)
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.reconcile()
        let intent = try #require(try await daemon.status().intents.first)
        #expect(intent.state == "owed" && intent.blockedBy?.contains("bootlatch resume") == true)
        #expect(try lab.disarms() == 0 && lab.isOnInRemote())
        let end: SuspendReply = try await post(daemon, "/v1/resume", "{\(ada)}")
        #expect(end.suspended == nil)
        // By itself: nobody asks for a pass here.
        try await daemon.process.line(" pushed", within: .seconds(30))
        #expect(try lab.disarms() == 1)
        try await daemon.until("off") { try await daemon.reason() == "off" }
    }

    @Test func `one host stops and goes on with the permission that it had`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.reconcile()
        try lab.push(isOn: true, "reinstall node-01")
        try await daemon.reconcile()
        let body = #"{"host": "node-01", "author": "Ada", "email": "ada@lab"}"#
        let stop: SuspendReply = try await post(daemon, "/v1/suspend", body)
        #expect(stop.host == "node-01" && stop.did == "suspended")
        #expect(try await daemon.reason() == "held:suspended")
        #expect(try await !daemon.script().contains("/hooks/"))
        let end: SuspendReply = try await post(daemon, "/v1/resume", body)
        #expect(end.did == "resumed" && end.suspended == nil)
        #expect(try await daemon.reason() == "armed")
        _ = try await daemon.boot()
    }
}
