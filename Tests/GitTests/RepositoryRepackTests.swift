import Git
import GitServers
import Testing

struct RepositoryRepackTests {
    @Test func `repacking leaves one pack and loses nothing, dropped commits included`() async throws {
        let origin = try Origin()
        let mirror = try Mirror()
        let remote = Remote(try RemoteAddress(origin.path))
        var dropped: [ObjectID] = []
        for round in 0..<5 {
            try origin.commit(["a\(round)": "text \(round)"])
            dropped.append(try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit)
        }
        try origin.git("update-ref", "refs/heads/main", "main~4")
        let tip = try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit
        let loose = try await mirror.commit("loose", "x", on: tip)
        #expect(await mirror.repository.packs > 1)
        #expect(await mirror.repository.looseObjects == 3)

        try await mirror.repository.repack(deadline: .seconds(30))

        #expect(await mirror.repository.packs == 1)
        #expect(await mirror.repository.looseObjects == 0)
        for id in dropped + [tip, loose] { #expect(try await mirror.repository.commit(id).id == id) }
        #expect(try await remote.fetch(into: mirror.path, branch: "main", deadline: .seconds(20)).commit == tip)
    }
}
