import Foundation
import Glibc

extension Metric {
    /// What every exporter tells of its process, by the names that they all use. What /proc does not tell is left out.
    static func process(startedAt: Int) -> [Metric] {
        let pages = FileManager.default.contents(atPath: "/proc/self/statm").flatMap {
            String(decoding: $0, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
        }
        // The list is read through one more.
        let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1
        var limit = rlimit()
        let isLimited = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        let values: [(String, String, Int?)] = [
            ("start_time_seconds", "When the process began.", startedAt),
            ("resident_memory_bytes", "Memory that it holds.", pages.map { $0 * Int(getpagesize()) }),
            ("open_fds", "Files and connections that it has open.", files),
            ("max_fds", "How many it may have open.", isLimited ? Int(exactly: limit.rlim_cur) : nil),
        ]
        return values.map { name, help, value in
            Metric(
                name: "process_" + name, help: help, kind: .gauge, samples: value.map { [Sample([:], $0)] } ?? [])
        }
    }
}
