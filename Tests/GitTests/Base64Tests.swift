import Foundation
import Testing

@testable import Git

struct Base64Tests {
    @Test func `random bytes survive, and look as Foundation writes them`() {
        var random = Seeded(state: 3)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            let text = Data(bytes).base64EncodedString()
            #expect(base64Decoded(text) == bytes)
            #expect(base64Encoded(bytes) == text.replacing("=", with: ""))
        }
    }

    @Test(arguments: ["A", "A=A=", "!!!!", "AAAA===", "AA AA"])
    func `what is not base64 is refused`(text: String) {
        #expect(base64Decoded(text) == nil)
    }
}
