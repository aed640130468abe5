import Foundation
import DaemonSubject
import Oracle

/// `torture [SEQUENCES [SEED]]`: compares the daemon's parts with the oracle over many seeded sequences, and a daemon of its own process
/// for every twentieth seed; `DAEMON` is another number, `all` or `none`. With `FAULT=name` the oracle's own model with that rule left
/// out takes the daemon's place, with `FAULT=none` the whole model.
@main
struct Main {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().map { UInt64($0) ?? 0 }
        let count = arguments.first ?? 500
        let first = arguments.dropFirst().first ?? 0
        let environment = ProcessInfo.processInfo.environment
        let fault = environment["FAULT"].flatMap { Fault(rawValue: $0) }
        guard let share = DaemonShare(environment["DAEMON"]) else {
            FileHandle.standardError.write(Data("torture: DAEMON is all, none or a number\n".utf8))
            exit(2)
        }
        let started = ContinuousClock.now
        var torture = Torture(seeds: first..<first + count)
        torture.enough = environment["MISMATCHES"].flatMap { Int($0) } ?? 1
        torture.keepsMismatches = environment["KEEP"] != nil
        torture.progress = { tally in
            if tally.sequences % 100 == 0, tally.sequences > 0 {
                FileHandle.standardError.write(
                    Data("\(tally.sequences) of \(count) sequences, \(ContinuousClock.now - started)\n".utf8))
            }
        }
        let (tally, mismatches) = try await torture.run { place in
            if environment["FAULT"] != nil { return try ModelSubject(place, faults: fault.map { [$0] } ?? []) }
            return try share.make(place)
        }
        for mismatch in mismatches { print(mismatch) }
        print(tally)
        print(
            "torture: seeds \(first)..<\(first + count), \(mismatches.isEmpty ? "no mismatch" : "\(mismatches.count) mismatches"), "
                + "\((ContinuousClock.now - started).components.seconds) s")
        exit(mismatches.isEmpty ? 0 : 1)
    }
}
