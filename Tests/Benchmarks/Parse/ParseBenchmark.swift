import CLibyaml
import Foundation
import Manifest
import YAML

/// `parse-benchmark FILE...`: what reading manifests costs beside libyaml's own events, in one process, by turns.
@main
struct ParseBenchmark {
    static func main() throws {
        let sources = try CommandLine.arguments.dropFirst().map { path in
            (path: path, bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        }
        guard !sources.isEmpty else {
            FileHandle.standardError.write(Data("usage: parse-benchmark FILE...\n".utf8))
            exit(2)
        }
        var (floor, tree, manifest): ([Duration], [Duration], [Duration]) = ([], [], [])
        for _ in 0..<7 {
            floor.append(try time { for source in sources { try scan(source.bytes) } })
            tree.append(try time { for source in sources { _ = try Parser.parse(source.bytes) } })
            manifest.append(time { for source in sources { _ = parseManifest(source.bytes, path: source.path) } })
        }
        let size = sources.reduce(0) { $0 + $1.bytes.count }
        func row(_ name: String, _ samples: [Duration]) {
            let (middle, least) = (median(samples), median(floor))
            let speed = Double(size) / 1e6 / (middle / .seconds(1))
            print(
                "\(name): \(String(format: "%.1f", speed)) MB/s, \(String(format: "%.2f", middle / least)) times libyaml"
            )
        }
        print("\(sources.count) files, \(size) bytes; medians of \(floor.count) rounds")
        row("libyaml's events", floor)
        row("tree with byte spans", tree)
        row("manifest", manifest)
    }

    private static func time(_ body: () throws -> Void) rethrows -> Duration {
        let start = ContinuousClock.now
        try body()
        return ContinuousClock.now - start
    }

    private static func median(_ samples: [Duration]) -> Duration { samples.sorted()[samples.count / 2] }

    /// Every event, and nothing done with it: the floor for whoever reads YAML by libyaml.
    private static func scan(_ bytes: [UInt8]) throws {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        defer {
            yaml_parser_delete(parser)
            parser.deallocate()
        }
        _ = yaml_parser_initialize(parser)
        try bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            var event = yaml_event_t()
            while true {
                guard yaml_parser_parse(parser, &event) == 1 else { throw CocoaError(.fileReadCorruptFile) }
                let isEnd = event.type == YAML_STREAM_END_EVENT
                yaml_event_delete(&event)
                if isEnd { break }
            }
        }
    }
}
