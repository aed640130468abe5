import Foundation
import GitServers
import NIOCore
import NIOHTTP1
import Simulate
import Testing

/// examples/prometheus, as Prometheus' own tools read it.
@Suite(.enabled(if: has("promtool"), "needs promtool, of Debian's package prometheus"), .timeLimit(.minutes(10)))
struct PrometheusExampleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
    private static let folder = root + "/examples/prometheus"

    @Test(arguments: [
        ["check", "config", "prometheus.yaml"], ["check", "rules", "bootlatch.rules.yaml"],
        ["test", "rules", "bootlatch.rules.test.yaml"],
    ])
    func `promtool accepts the example`(arguments: [String]) async throws {
        let run = try await CommandRun.run(["/usr/bin/env", "-C", Self.folder, "promtool"] + arguments)
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test(.enabled(if: has("prometheus"), "needs Debian's package prometheus"))
    func `Prometheus scrapes a daemon with the example, and its alert names the broken file`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let file = lab.folder.appending(path: "clone/inventory/node-02.yaml")
        try "a: [\n".write(to: file, atomically: true, encoding: .utf8)
        try lab.push(isOn: false, annotation: "once more", "break a file")
        try await daemon.reconcile()

        try FileManager.default.copyItem(atPath: Self.folder, toPath: lab.path("prometheus"))
        let configuration = try String(contentsOfFile: lab.path("prometheus/prometheus.yaml"), encoding: .utf8)
        try #require(configuration.contains("127.0.0.1:8081") && configuration.contains("30s"))
        let quick = configuration.replacing("127.0.0.1:8081", with: "127.0.0.1:\(daemon.readOnlyPort)")
            .replacing("scrape_interval: 30s", with: "scrape_interval: 1s")
        try ("global: {evaluation_interval: 1s}\n" + quick).write(
            toFile: lab.path("prometheus/prometheus.yaml"), atomically: true, encoding: .utf8)
        let prometheus = try DaemonProcess([
            "prometheus", "--config.file=\(lab.path("prometheus/prometheus.yaml"))",
            "--storage.tsdb.path=\(lab.path("prometheus/data"))", "--web.listen-address=127.0.0.1:0",
        ])
        defer { prometheus.send(SIGKILL) }
        let listening = try await prometheus.line("Listening on", "address=127.0.0.1:")
        let port = try #require(listening.firstMatch(of: /address=127\.0\.0\.1:(\d+)/).flatMap { Int($0.1) })
        func ask(_ path: String) async throws -> String {
            try await HTTPClient().request(
                .GET, .tcp(host: "127.0.0.1", port: port), path: path, deadline: .now.advanced(by: .seconds(20))
            ).text
        }
        try await daemon.until("Prometheus' alert") {
            try await ask("/api/v1/alerts").contains("inventory/node-02.yaml")
        }
        let alerts = try await ask("/api/v1/alerts")
        #expect(alerts.contains("inventory/node-02.yaml can't be read: 0 host(s) of its last good version"))
        // Nothing else is wrong.
        #expect(Set(alerts.matches(of: /"alertname":"(\w+)"/).map { String($0.1) }) == ["BootlatchFileBroken"])
        #expect(try await ask("/api/v1/query?query=up").contains(#""job":"bootlatch"},"value":["#))
    }

    @Test func `every alert has a test, and asks for metrics that there are`() throws {
        let rules = try String(contentsOfFile: Self.folder + "/bootlatch.rules.yaml", encoding: .utf8)
        let tests = try String(contentsOfFile: Self.folder + "/bootlatch.rules.test.yaml", encoding: .utf8)
        let page = try String(contentsOfFile: Self.root + "/docs/metrics.md", encoding: .utf8)
        let alerts = rules.matches(of: /- alert: (\w+)/).map(\.1)
        #expect(alerts.count > 10)
        for alert in alerts { #expect(tests.contains("alertname: \(alert)\n"), "\(alert)") }
        for expression in rules.matches(of: /expr: (.*)/).map(\.1) {
            for name in expression.matches(of: /bootlatch_\w+/).map(\.output) {
                #expect(page.contains("| `\(name)` |"), "\(name)")
            }
        }
    }
}
