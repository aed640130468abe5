import Foundation
import GitServers
import Testing

/// examples/prometheus, as Prometheus' own tools read it.
@Suite(.enabled(if: has("promtool"), "needs promtool, of Debian's package prometheus"), .timeLimit(.minutes(1)))
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
