import Testing

@testable import Web

struct ResultWithinTests {
    @Test func `work that ends in time has its result, and other work nil`() async {
        #expect(await result(within: .seconds(60)) { 7 } == 7)
        let (never, continuation) = AsyncStream<Int>.makeStream()
        #expect(await result(within: .milliseconds(20)) { await never.reduce(0, +) } == nil)
        continuation.finish()
    }
}
