import Foundation
import Glibc
import NIOCore
import NIOHTTP1
import Testing

@testable import Simulate

@Suite struct HTTPClientTests {
    private let client = HTTPClient()
    private var soon: ContinuousClock.Instant { .now + .seconds(10) }

    private func target(_ server: TestServer) -> HTTPClient.Target { .tcp(host: "127.0.0.1", port: server.port) }

    @Test(arguments: [HTTPMethod.GET, .POST, .HEAD, .PUT, .DELETE])
    func `a request carries method, path, headers and body, and brings the answer`(method: HTTPMethod) async throws {
        try await TestServer.with { request in
            let header = request.headers.first(name: "X-Test") ?? "none"
            return TestServer.Answer(
                status: .accepted, body: "\(request.method) \(request.path) \(header) \(request.body)")
        } _: { server in
            let body = method == .POST ? ByteBuffer(string: "hello") : nil
            let answer = try await client.request(
                method, target(server), path: "/a?b", headers: ["X-Test": "1"], body: body, deadline: soon)
            #expect(answer.status == 202)
            #expect(answer.text == (method == .HEAD ? "" : "\(method) /a?b 1 \(method == .POST ? "hello" : "")"))
        }
    }

    @Test func `the host is named with its port, unless the caller says otherwise`() async throws {
        try await TestServer.with {
            TestServer.Answer(body: $0.headers["host"].joined(separator: ","))
        } _: { server in
            let answer = try await client.request(.GET, target(server), path: "/", deadline: soon)
            #expect(answer.text == "127.0.0.1:\(server.port)")
            let other = try await client.request(
                .GET, target(server), path: "/", headers: ["Host": "h"], deadline: soon)
            #expect(other.text == "h")
        }
    }

    @Test func `a UNIX socket is a server too`() async throws {
        let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString.prefix(8)).sock"
        try await TestServer.with(path: path) {
            TestServer.Answer(body: $0.path)
        } _: { _ in
            let answer = try await client.request(.GET, .unix(path: path), path: "/v1/hosts", deadline: soon)
            #expect(answer.text == "/v1/hosts")
        }
        try? FileManager.default.removeItem(atPath: path)
        await #expect(throws: HTTPClient.Failure.self) {
            try await client.request(.GET, .unix(path: path), path: "/", deadline: soon)
        }
    }

    @Test func `an error status is an answer`() async throws {
        try await TestServer.with { _ in
            TestServer.Answer(status: .notFound, body: "no")
        } _: { server in
            let answer = try await client.request(.GET, target(server), path: "/", deadline: soon)
            #expect((answer.status, answer.text) == (404, "no"))
        }
    }

    @Test func `a body that lasts until the close is whole`() async throws {
        try await TestServer.with { _ in
            TestServer.Answer(body: "all of it", end: .close)
        } _: { server in
            let answer = try await client.request(.GET, target(server), path: "/", deadline: soon)
            #expect(answer.text == "all of it")
        }
    }

    @Test func `a body that breaks off is an error`() async throws {
        try await TestServer.with { _ in
            TestServer.Answer(body: "almost", end: .cut)
        } _: { server in
            let error = await #expect(throws: HTTPClient.Failure.self) {
                try await client.request(.GET, target(server), path: "/", deadline: soon)
            }
            guard case .broken = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test func `a body over the limit is refused`() async throws {
        try await TestServer.with { _ in
            TestServer.Answer(body: String(repeating: "x", count: 100))
        } _: { server in
            await #expect(throws: HTTPClient.Failure.tooLong(limit: 99)) {
                try await client.request(.GET, target(server), path: "/", limit: 99, deadline: soon)
            }
            let answer = try await client.request(.GET, target(server), path: "/", limit: 100, deadline: soon)
            #expect(answer.body.readableBytes == 100)
        }
    }

    @Test(arguments: [TestServer.Answer.End.never, .open])
    func `a server that stops answering is left at the deadline`(end: TestServer.Answer.End) async throws {
        try await TestServer.with { _ in
            TestServer.Answer(body: "x", end: end)
        } _: { server in
            await #expect(throws: HTTPClient.Failure.timedOut(target(server))) {
                try await client.request(.GET, target(server), path: "/", deadline: .now + .milliseconds(80))
            }
        }
    }

    @Test func `a port where nobody listens is unreachable`() async throws {
        let held = try BoundSocket()
        let error = await #expect(throws: HTTPClient.Failure.self) {
            try await client.request(.GET, .tcp(host: "127.0.0.1", port: held.port), path: "/", deadline: soon)
        }
        guard case .unreachable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a stream hands over head and pieces, and stops when told`() async throws {
        let size = 8 << 20
        try await TestServer.with { _ in
            TestServer.Answer(body: String(repeating: "x", count: size))
        } _: { server in
            var received = 0
            var status = 0
            try await client.stream(.GET, target(server), path: "/", deadline: soon) {
                status = $0.status
            } onChunk: { chunk in
                received += chunk.readableBytes
                return received > 100_000 ? .stop : .goOn
            }
            #expect(status == 200)
            #expect((100_000..<size).contains(received))
        }
    }

    @Test func `an endless stream ends when its task is cancelled`() async throws {
        try await TestServer.with { _ in
            TestServer.Answer(body: "data: 1\n\n", end: .open)
        } _: { server in
            let (pieces, first) = AsyncStream<String>.makeStream()
            let target = target(server)
            let task = Task {
                try await client.stream(.GET, target, path: "/", deadline: nil) { chunk in
                    first.yield(String(buffer: chunk))
                    return .goOn
                }
            }
            for await piece in pieces {
                #expect(piece == "data: 1\n\n")
                break
            }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func `the source address can be chosen`() async throws {
        try await TestServer.with { _ in
            TestServer.Answer(body: "x")
        } _: { server in
            let answer = try await HTTPClient(source: "127.7.7.7").request(
                .GET, target(server), path: "/", deadline: soon)
            #expect(answer.text == "x")
        }
    }
}

/// A port that is taken, and where nobody listens.
private final class BoundSocket {
    let port: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 ? getsockname(descriptor, $0, &size) : -1
            }
        }
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(code == 0)
    }

    deinit { close(descriptor) }
}
