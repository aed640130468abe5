import Programs
import Testing

@Suite(.timeLimit(.minutes(10))) struct StateLockTests {
    @Test func `a state folder has one daemon`() async throws {
        let lab = try await CommandLab()
        let second = try await lab.bootlatch("reconcile", "--once")
        #expect(second.status == 2 && second.errors.contains("another Bootlatch uses the state folder"))
        #expect(try await lab.bootlatch("reconcile").status == 0)
        #expect(await lab.stop() == .exit(0))
        #expect(try await lab.bootlatch("reconcile", "--once").status == 0)
    }
}
