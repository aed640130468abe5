import Foundation
import Git
import GitServers

/// A mirror as the daemon keeps it.
final class Mirror: Sendable {
    let sandbox: Sandbox
    let repository: Repository
    var path: String { repository.path }

    init() throws {
        sandbox = try Sandbox()
        repository = try Repository(bareAt: "\(sandbox.path)/mirror.git", create: true)
    }

    /// Writes a commit that sets one file.
    func commit(_ file: String, _ text: String, on parent: ObjectID) async throws -> ObjectID {
        try await repository.commit(
            parent: parent, edits: [(file, Array(text.utf8))], author: ada, committer: ada, message: "Set \(file)")
    }
}

let ada = Signature(name: "Ada", email: "ada@lab", seconds: 1_700_000_000, offsetMinutes: 60)

/// Numbers that are the same in each run (splitmix64).
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
