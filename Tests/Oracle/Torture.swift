import Foundation

/// Runs many sequences, a few at a time.
package struct Torture: Sendable {
    package var seeds: Range<UInt64>
    package var width = 2
    package var parent: String
    /// How many mismatches are enough.
    package var enough = 1
    /// Leaves the repos and state folders of mismatches, to look at.
    package var keepsMismatches = false
    package var progress: @Sendable (Tally) -> Void = { _ in }

    package init(seeds: Range<UInt64>) {
        self.seeds = seeds
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        parent =
            "\(memory)/bootlatch-oracle-\(ProcessInfo.processInfo.processIdentifier)-\(UInt32.random(in: 0 ... .max))"
    }

    package func run(
        make: @escaping @Sendable (SubjectPlace) async throws -> any Subject
    ) async throws -> (tally: Tally, mismatches: [Mismatch]) {
        signal(SIGPIPE, SIG_IGN)
        defer { if !keepsMismatches { try? FileManager.default.removeItem(atPath: parent) } }
        return try await withThrowingTaskGroup(of: Result<Tally, Mismatch>.self) { group in
            var tally = Tally()
            var mismatches: [Mismatch] = []
            var rest = seeds[...]
            func add() {
                guard let seed = rest.popFirst(), mismatches.count < enough else { return }
                group.addTask { [parent] in
                    do {
                        return .success(try await Sequence.run(seed: seed, in: parent, make: make))
                    } catch let mismatch as Mismatch {
                        return .failure(mismatch)
                    }
                }
            }
            for _ in 0..<width { add() }
            while let result = try await group.next() {
                switch result {
                case .success(let one): tally += one
                case .failure(let mismatch): mismatches.append(mismatch)
                }
                progress(tally)
                add()
            }
            return (tally, mismatches)
        }
    }
}
