import Testing

@testable import bootlatch

@Suite(.timeLimit(.minutes(10))) struct WakeUpTests {
    @Test func `every wait takes its time, also after one that nobody ended`() async {
        let wakeUp = WakeUp()
        let start = ContinuousClock.now
        for _ in 0..<5 { #expect(await wakeUp.wait(atMost: .milliseconds(20))) }
        #expect(ContinuousClock.now - start >= .milliseconds(100))
    }

    @Test func `a call ends a wait, also after one that nobody ended`() async {
        let wakeUp = WakeUp()
        #expect(await wakeUp.wait(atMost: .milliseconds(1)))
        async let waited = wakeUp.wait(atMost: .seconds(3600))
        wakeUp.wake()
        #expect(await waited)
    }

    @Test func `a cancelled wait says so`() async {
        let wakeUp = WakeUp()
        let task = Task { await wakeUp.wait(atMost: .seconds(3600)) }
        task.cancel()
        #expect(await task.value == false)
    }
}
