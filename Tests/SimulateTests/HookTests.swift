import NIOHTTP1
import Testing

@testable import Simulate

@Suite struct HookTests {
    @Test(arguments: [
        ("quiet hook=http://10.0.0.1:8080/hooks/abc123 x", "http://10.0.0.1:8080/hooks/abc123"),
        ("  url: \"http://h/hooks/abc\"", "http://h/hooks/abc"),
        ("curl -X POST http://h/hooks/abc/failed", "http://h/hooks/abc"),
        ("http://h/hooks/abc/progress", "http://h/hooks/abc"),
        ("ds=nocloud;s=http://h/answers/x/;hook=http://h/hooks/y", "http://h/hooks/y"),
    ])
    func `the hook is found in arguments and files`(text: String, url: String) {
        #expect(Hook.find(in: text)?.url.description == url)
    }

    @Test(arguments: ["", "http://h/answers/a", "/hooks/a", "hooks http://h"])
    func `without one there is none`(text: String) { #expect(Hook.find(in: text) == nil) }

    @Test(arguments: [(Hook.Report.success, ""), (.failed, "/failed"), (.progress, "/progress")])
    func `a report goes to its own path`(report: Hook.Report, suffix: String) async throws {
        try await TestServer.with { request in
            TestServer.Answer(
                status: .ok,
                body: "\(request.method) \(request.path) \(request.headers["content-type"]) \(request.body)")
        } _: { server in
            let hook = Hook(url: URI(scheme: "http", host: "127.0.0.1", port: server.port, path: "/hooks/t"))
            let answer = try await hook.send(report, body: "{}")
            #expect(answer.status == 200)
            #expect(answer.text == "POST /hooks/t\(suffix) [\"application/json\"] {}")
        }
    }
}
