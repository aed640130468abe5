import NIOHTTP1
import Testing

@testable import Boot

struct ByteRangeTests {
    @Test(
        arguments: [
            ("bytes=0-0", .part(0..<1)), ("bytes=0-", .part(0..<10)), ("bytes=9-", .part(9..<10)),
            ("bytes=3-5", .part(3..<6)),
            ("bytes=3-500", .part(3..<10)), ("bytes=-3", .part(7..<10)), ("bytes=-30", .part(0..<10)),
            ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=5-3", .whole),
            ("bytes=0-1,3-4", .whole),
            ("bytes=", .whole), ("bytes=-", .whole), ("bytes=a-b", .whole), ("lines=1-2", .whole),
            ("bytes=--1", .whole),
            ("bytes=+1-2", .whole), ("bytes=99999999999999999999-", .whole),
        ] as [(String, ByteRange)])
    func `a range is read as RFC 9110 says, or passed over`(header: String, expected: ByteRange) {
        #expect(ByteRange(["range": header], size: 10, version: "\"v\"") == expected)
    }

    @Test func `a range of another version is passed over`() {
        #expect(ByteRange(["range": "bytes=1-", "if-range": "\"old\""], size: 10, version: "\"v\"") == .whole)
        #expect(ByteRange(["range": "bytes=1-", "if-range": "\"v\""], size: 10, version: "\"v\"") == .part(1..<10))
    }

    @Test func `an empty file has no ranges`() {
        #expect(ByteRange(["range": "bytes=0-"], size: 0, version: "") == .unsatisfiable)
        #expect(ByteRange([:], size: 0, version: "") == .whole)
    }
}
