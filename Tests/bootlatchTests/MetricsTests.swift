import Foundation
import GitServers
import NIOCore
import NIOHTTP1
import Simulate
import Testing

/// What a running daemon tells Prometheus. Broken files are in BadInputTests.
@Suite(.timeLimit(.minutes(10))) struct MetricsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `both listeners serve metrics, the provisioning network's does not`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.reconcile()
        for target in [HTTPClient.Target.unix(path: daemon.socket), .tcp(host: "127.0.0.1", port: daemon.readOnlyPort)]
        {
            let response = try await HTTPClient().request(
                .GET, target, path: "/metrics", deadline: .now.advanced(by: .seconds(20)))
            #expect(response.status == 200)
            #expect(response.headers.first(name: "content-type") == "text/plain; version=0.0.4; charset=utf-8")
            #expect(Scrape(response.text)["hosts"] == 1)
        }
        let plane = try await HTTPClient().request(
            .GET, .tcp(host: "127.0.0.1", port: daemon.port), path: "/metrics",
            deadline: .now.advanced(by: .seconds(20)))
        #expect(plane.status == 404)
    }

    @Test func `the way of a host is counted, from its arming to our commit`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.until("the first pass") { try await daemon.metrics()["hosts"] == 1 }
        var scrape = try await daemon.metrics()
        #expect(scrape.nonZero("interfaces", by: "state") == ["off": 1])
        #expect(scrape.nonZero("events_total", by: "kind") == [:])
        #expect(scrape["refusing_everyone"] == 0 && scrape["journal_writable"] == 1 && scrape["clock_trusted"] == 1)
        #expect(scrape["journal_readable"] == 1 && scrape["suspended"] == 0)
        #expect(scrape.nonZero("write_back", by: "state") == ["pushing": 1])

        try lab.push(isOn: true, "arm")
        try await daemon.reconcile()
        let tip = try lab.git("rev-parse", "HEAD").trimmingCharacters(in: .newlines)
        scrape = try await daemon.metrics()
        #expect(scrape.nonZero("interfaces", by: "state") == ["armed": 1])
        #expect(scrape.nonZero("inventory_info", by: "commit") == [tip: 1])
        let hook = try await daemon.boot()
        #expect(try await daemon.report("/hooks/nobody").status == 404)
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.until("the commit") { try await daemon.reason() == "off" }

        scrape = try await daemon.metrics()
        #expect(scrape.nonZero("interfaces", by: "state") == ["off": 1])
        #expect(scrape["decisions_total{route=\"script\",verdict=\"netboot\"}"] == 1)
        #expect(scrape.nonZero("webhooks_total", by: "code") == ["200": 1, "404": 1])
        #expect(scrape.nonZero("reports_total", by: "outcome") == ["success": 1])
        #expect(scrape.nonZero("spent_total", by: "ending") == ["provisioned": 1])
        #expect(scrape.nonZero("commits_total", by: "reason") == ["provisioned": 1])
        #expect(scrape["pushes_total{result=\"accepted\"}"] == 1)
        #expect(scrape.nonZero("events_total", by: "kind")["boot"] == 1)
        #expect(scrape.nonZero("intents", by: "state") == [:])
        let now = Int(Date.now.timeIntervalSince1970)
        #expect((now - 60...now + 1).contains(scrape["last_good_poll_timestamp_seconds"] ?? 0))
        #expect((now - 60...now + 1).contains(scrape.values["process_start_time_seconds"] ?? 0))
    }

    @Test func `a remote that goes away, and what is owed to it, is shown`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.until("the first pass") { try await daemon.metrics()["hosts"] == 1 }
        try lab.push(isOn: true, "arm")
        try await daemon.reconcile()
        let hook = try await daemon.boot()
        let (here, away) = (lab.path("remote.git"), lab.path("away.git"))
        try FileManager.default.moveItem(atPath: here, toPath: away)
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.reconcile()
        let scrape = try await daemon.metrics()
        #expect(scrape.nonZero("interfaces", by: "state") == ["spent:provisioned": 1])
        #expect(scrape.nonZero("intents", by: "state") == ["owed": 1])
        #expect((scrape["oldest_intent_timestamp_seconds{state=\"owed\"}"] ?? 0) > 1_700_000_000)
        #expect((scrape["polls_failed_in_a_row"] ?? 0) >= 1)
        #expect((scrape["polls_total{result=\"failed\"}"] ?? 0) >= 1)
        try FileManager.default.moveItem(atPath: away, toPath: here)
        try await daemon.until("the commit") { try await daemon.reason() == "off" }
        let after = try await daemon.metrics()
        #expect(after["polls_failed_in_a_row"] == 0 && after.nonZero("intents", by: "state") == [:])
        #expect(after.nonZero("oldest_intent_timestamp_seconds", by: "state") == [:])
    }

    @Test func `a commit that can't be made names its host`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.until("the first pass") { try await daemon.metrics()["hosts"] == 1 }
        try lab.push(isOn: true, "arm")
        try await daemon.reconcile()
        let hook = try await daemon.boot()
        // Nobody may push any more.
        let script = lab.path("remote.git/hooks/pre-receive")
        try "#!/bin/sh\nexit 1\n".write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        #expect(try await daemon.report(hook).status == 200)
        try await daemon.until("the refusal") {
            try await daemon.metrics().nonZero("intents", by: "state") == ["blocked": 1]
        }
        let scrape = try await daemon.metrics()
        #expect(scrape["stuck_intent{host=\"node-01\",state=\"blocked\"}"] == 1)
        #expect((scrape["pushes_total{result=\"rejected\"}"] ?? 0) >= 1)
    }

    @Test(arguments: [
        (["writeBack.mode=off"], "observing"), (["writeBack.branch=disarm"], "proposing"), ([], "suspended"),
    ])
    func `what becomes of our commits is shown`(settings: [String], state: String) async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start(set: settings)
        if state == "suspended" {
            _ = try await HTTPClient().request(
                .POST, .unix(path: daemon.socket), path: "/v1/suspend",
                body: .init(string: #"{"author": "Ada", "email": "ada@lab"}"#),
                deadline: .now.advanced(by: .seconds(20)))
        }
        let scrape = try await daemon.metrics()
        #expect(scrape.nonZero("write_back", by: "state") == [state: 1])
        #expect(scrape["suspended"] == (state == "suspended" ? 1 : 0))
    }

    @Test func `a journal that can't be opened refuses everyone, and what is owed is left out`() async throws {
        let lab = try ServedLab()
        try FileManager.default.createDirectory(
            atPath: lab.path("state/journal.sqlite"), withIntermediateDirectories: true)
        let daemon = try await lab.start()
        try await daemon.until("the first pass") {
            (try await daemon.metrics()["polls_total{result=\"failed\"}"] ?? 0) > 0
        }
        let scrape = try await daemon.metrics()
        #expect(scrape["journal_writable"] == 0 && scrape["journal_readable"] == 0)
        #expect(scrape["refusing_everyone"] == 1)
        #expect(scrape["last_good_poll_timestamp_seconds"] == 0)
        #expect(scrape["intents{state=\"owed\"}"] == nil)
        let health = try await HTTPClient().request(
            .GET, .unix(path: daemon.socket), path: "/healthz", deadline: .now.advanced(by: .seconds(20)))
        #expect(health.status == 503)
    }

    @Test(.enabled(if: has("promtool"), "needs promtool, of Debian's package prometheus"))
    func `promtool finds nothing wrong with the metrics`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let inventory = lab.folder.appending(path: "clone/inventory")
        // A name that has to be escaped.
        try "a: [\n".write(
            to: inventory.appending(path: "a \"quoted\\name.yaml"), atomically: true, encoding: .utf8)
        try lab.push(isOn: true, "break a file")
        try await daemon.reconcile()
        let scrape = try await daemon.metrics()
        #expect(scrape["broken_file_hosts{path=\"inventory/a \\\"quoted\\\\name.yaml\"}"] == 0, "\(scrape.text)")
        try scrape.text.write(toFile: lab.path("metrics"), atomically: true, encoding: .utf8)
        let run = try await CommandRun.run(["/bin/sh", "-c", "promtool check metrics <'\(lab.path("metrics"))'"])
        #expect(run.status == 0, "\(run.output)\(run.errors)")
    }

    @Test func `docs/metrics.md has every metric with its type and its labels, and no other`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.reconcile()
        let scrape = try await daemon.metrics()
        let page = try String(contentsOf: Self.root.appending(path: "docs/metrics.md"), encoding: .utf8)
        var types: [String: String] = [:]
        var labels: [String: Set<String>] = [:]
        for row in page.split(separator: "\n") where row.hasPrefix("| `") {
            let columns = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let name = columns[0].filter { $0 != "`" }
            types[name] = columns[1]
            labels[name] = Set(columns[2].matches(of: /`(\w+)`/).map { String($0.1) })
        }
        #expect(types == scrape.types)
        for (name, served) in scrape.labels { #expect(labels[name] == served, "\(name)") }
        #expect(scrape.labels.count > 20)
    }
}
