import Foundation
import Simulate
import Web
import NIOCore
import NIOHTTP1
import NIOPosix
import Programs
import Testing

/// SIGTERM ends the daemon, whatever it waits for.
@Suite(.timeLimit(.minutes(10)))
struct CrashEndTests {
    private static let limit = Duration.seconds(15)

    private func expectEnd(of daemon: Served) async throws {
        let start = ContinuousClock.now
        daemon.process.send(SIGTERM)
        let end = try await daemon.process.ended()
        #expect(end == .exit(0), "\(daemon.process.log)")
        #expect(start.duration(to: .now) < Self.limit, "\(daemon.process.log)")
    }

    @Test func `an idle daemon ends with exit 0`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        try await daemon.reconcile()
        try await expectEnd(of: daemon)
    }

    @Test func `a fetch from a server that stays silent does not hold the end up`() async throws {
        let (connections, connected) = AsyncStream<Void>.makeStream()
        let silent = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                connected.yield()
                return channel.eventLoop.makeSucceededVoidFuture()
            }.bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(silent.localAddress?.port)
        let lab = try ServedLab()
        let daemon = try await lab.start(url: "git://127.0.0.1:\(port)/inventory.git")
        for await _ in connections { break }
        try await expectEnd(of: daemon)
        try await silent.close()
    }

    @Test func `followers of events don't hold the end up`() async throws {
        let lab = try ServedLab()
        let daemon = try await lab.start()
        let (heads, headed) = AsyncStream<Void>.makeStream()
        let follower = Task {
            try await HTTPClient().stream(
                .GET, .unix(path: daemon.socket), path: "/v1/events?follow=1", deadline: nil
            ) { _ in
                headed.yield()
                return .goOn
            }
        }
        for await _ in heads { break }
        try await expectEnd(of: daemon)
        follower.cancel()
        _ = await follower.result
    }

    @Test func `a download that nobody reads does not hold the end up`() async throws {
        let lab = try ServedLab()
        try FileManager.default.createDirectory(atPath: lab.path("loaders"), withIntermediateDirectories: true)
        try runProgram(["truncate", "-s", "256M", lab.path("loaders/big.efi")])
        let daemon = try await lab.start()
        let (heads, headed) = AsyncStream<Void>.makeStream()
        let (end, ended) = AsyncStream<Never>.makeStream()
        let reader = Task {
            try await HTTPClient().stream(
                .GET, .tcp(host: "127.0.0.1", port: daemon.port), path: "/loaders/big.efi", deadline: nil
            ) { _ in
                headed.yield()
                // Reads nothing more until the daemon is gone.
                for await _ in end {}
                return .stop
            }
        }
        for await _ in heads { break }
        defer { ended.finish() }
        try await expectEnd(of: daemon)
        reader.cancel()
        _ = await reader.result
    }
}
