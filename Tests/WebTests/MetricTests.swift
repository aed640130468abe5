import Testing
import Web

struct MetricTests {
    @Test func `a metric is its help, its type and its samples, labels sorted by name`() {
        let metrics = [
            Metric.gauge("journal_writable", "1 while it can be written.", true),
            .counter("events", "Events.", [.init(["kind": "boot"], 3), .init(["route": "tftp", "kind": "armed"], 0)]),
            .gauge("stuck_intent", "None now.", []),
        ]
        #expect(
            prometheusText(metrics) == """
                # HELP bootlatch_journal_writable 1 while it can be written.
                # TYPE bootlatch_journal_writable gauge
                bootlatch_journal_writable 1
                # HELP bootlatch_events_total Events.
                # TYPE bootlatch_events_total counter
                bootlatch_events_total{kind="boot"} 3
                bootlatch_events_total{kind="armed",route="tftp"} 0
                # HELP bootlatch_stuck_intent None now.
                # TYPE bootlatch_stuck_intent gauge

                """)
    }

    @Test(arguments: [
        ("inventory/a.yaml", "inventory/a.yaml"), (#"a"b.yaml"#, #"a\"b.yaml"#), (#"a\b.yaml"#, #"a\\b.yaml"#),
        ("a\nb.yaml", #"a\nb.yaml"#), ("a\r\nb.yaml", "a\r\\nb.yaml"), ("rack ü {x}", "rack ü {x}"), (#"\n"#, #"\\n"#),
    ])
    func `a label's value escapes quote, backslash and line feed, and nothing else`(value: String, escaped: String) {
        let text = prometheusText([.gauge("file", "A file.", [.init(["path": value], 1)])])
        #expect(text.hasSuffix("\nbootlatch_file{path=\"\(escaped)\"} 1\n"))
    }

    @Test func `a help text escapes backslash and line feed, and keeps its quotes`() {
        let text = prometheusText([.gauge("file", "A \"file\"\nof \\ two lines.", 1)])
        #expect(text.hasPrefix(#"# HELP bootlatch_file A "file"\nof \\ two lines."#))
    }
}
