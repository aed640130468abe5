import Testing

@testable import Web

struct MetricProcessTests {
    @Test func `the process is told by the names of every exporter`() throws {
        let metrics = Metric.process(startedAt: 1_800_000_000)
        #expect(
            metrics.map(\.name) == [
                "process_start_time_seconds", "process_resident_memory_bytes", "process_open_fds", "process_max_fds",
            ])
        let values = metrics.compactMap(\.samples.first?.value)
        try #require(values.count == 4)
        #expect(values[0] == 1_800_000_000)
        #expect(values[1] > 1 << 20 && values[1] < 1 << 40)
        #expect(values[2] > 2 && values[2] < values[3])
    }
}
