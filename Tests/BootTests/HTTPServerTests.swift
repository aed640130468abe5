import Foundation
import Inventory
import NIOCore
import NIOPosix
import Testing

@testable import Boot

@Suite(.enabled(if: Program.isInstalled("curl"), "curl is not installed"))
struct HTTPServerTests {
    private func curl(_ arguments: String..., url: String) async throws -> Program.Result {
        let curl = try #require(Program("curl"))
        return try await curl.run(["-s"] + arguments + [url])
    }

    @Test func `a kernel arrives whole, and is noted as started and whole`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true)) { running in
            let result = try await curl(url: "\(running.base)/b/\(Lab.token.text)/kernel")
            #expect(result.output == Running.kernel)
            await running.server.shutDown()
            #expect(running.calls.all.kernels == ["started", "whole"])
        }
    }

    @Test func `ranges and heads are served, and parts make a whole`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true)) { running in
            let url = "\(running.base)/b/\(Lab.token.text)/kernel"
            let head = try await curl("-I", url: url)
            #expect(head.text.lowercased().contains("content-length: 5000000"))
            #expect(head.text.lowercased().contains("accept-ranges: bytes"))
            #expect(running.calls.all.kernels.isEmpty)
            let late = try await curl("-r", "3000000-", url: url)
            #expect(late.output == Running.kernel[3_000_000...])
            let early = try await curl("-r", "0-3000000", url: url)
            #expect(early.output == Running.kernel[...3_000_000])
            let beyond = try await curl("-r", "6000000-", "-o/dev/null", "-w%{http_code}", url: url)
            #expect(beyond.text.hasSuffix("416") || beyond.text.contains("no such range"))
            await running.server.shutDown()
            #expect(running.calls.all.kernels == ["started", "whole"])
        }
    }

    @Test func `a report in the middle of a download ends it`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true)) { running in
            let group = MultiThreadedEventLoopGroup.singleton
            // A client that reads nothing until it is told to: the server stops with a full socket.
            let received = NIOLoopBoundBox.makeBoxSendingValue(ByteBuffer(), eventLoop: group.any())
            let channel = try await ClientBootstrap(group: received.eventLoop)
                .channelOption(.autoRead, value: false)
                .channelOption(.socketOption(.so_rcvbuf), value: 16_384)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(received))
                    }
                }
                .connect(host: "127.0.0.1", port: running.ports.http).get()
            let request = "GET /b/\(Lab.token.text)/kernel HTTP/1.1\r\nhost: x\r\n\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: request))
            while running.calls.all.kernels.isEmpty { await Task.yield() }
            running.gate.update { $0.ledger[Lab.arming]?.ending = .provisioned }
            try await channel.setOption(.autoRead, value: true).get()
            try await channel.closeFuture.get()
            let count = try await received.eventLoop.submit { received.value.readableBytes }.get()
            #expect(count < Running.kernel.count)
            #expect(running.calls.all.kernels == ["started"])
        }
    }

    @Test func `requests on one connection are answered in their order`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true)) { running in
            let nc = try #require(Program("curl"))
            let base = "\(running.base)/b/\(Lab.token.text)"
            let result = try await nc.run(
                "-s", "-w", "[%{num_connects}]", "\(base)/initrd/0", "\(base)/artifacts/deep/er/file",
                "\(running.base)/nope")
            #expect(result.text == "initrd[1]deep[0]nothing here\n[0]")
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true)) { running in
            let group = MultiThreadedEventLoopGroup.singleton
            let received = NIOLoopBoundBox.makeBoxSendingValue(ByteBuffer(), eventLoop: group.any())
            let channel = try await ClientBootstrap(group: received.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(received))
                    }
                }
                .connect(host: "127.0.0.1", port: running.ports.http).get()
            let path = "/b/\(Lab.token.text)/initrd/0"
            let request = "GET \(path) HTTP/1.1\r\nhost: x\r\n\r\nGET /nope HTTP/1.1\r\nhost: x\r\n\r\n"
            let last = "GET \(path) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: request + last))
            try await channel.closeFuture.get()
            let text = try await received.eventLoop.submit { String(buffer: received.value) }.get()
            let bodies = text.components(separatedBy: "\r\n\r\n").dropFirst()
            #expect(bodies.map { String($0.prefix(6)) } == ["initrd", "nothin", "initrd"])
        }
    }

    @Test func `a webhook over 1 MiB is refused, and one that can't be written says so`() async throws {
        let response = HookResponse(status: 503, body: "disk full\n")
        try await Running.with(Lab.standing(.armed, hasBoot: true), response: response) { running in
            let curl = try #require(Program("curl"))
            let url = "\(running.base)/hooks/\(Lab.hookToken.text)"
            try running.artifacts.write("big", Data(count: 1_100_000))
            let big = try await curl.run("-s", "--data-binary", "@\(running.artifacts.path)/big", url)
            #expect(big.text == "bodies end at 1 MiB\n")
            let full = try await curl.run("-s", "-d", "{}", "-w", "%{http_code}", url)
            #expect(full.text == "disk full\n503")
            #expect(running.calls.all.reports.map(\.body) == [Array("{}".utf8)])
        }
    }

    @Test func `symlinks lead nowhere but inside`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true)) { running in
            let base = "\(running.base)/b/\(Lab.token.text)/artifacts"
            let folder = running.artifacts.url
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "out").path, withDestinationPath: "/etc/hostname")
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(path: "in").path, withDestinationPath: "deep/er/file")
            #expect(try await curl(url: "\(base)/in").text == "deep")
            #expect(try await curl(url: "\(base)/out").text == "no such artifact\n")
            #expect(
                try await curl("--path-as-is", url: "\(base)/../../../../etc/hostname").text == "no such artifact\n")
            #expect(try await curl(url: "\(base)/%2e%2e/%2e%2e/etc/hostname").text == "no such artifact\n")
        }
    }

    @Test func `a loader is headed and read with its type, and refused with 404`() async throws {
        for (situation, status) in [(Lab.Situation.armed, "200"), (.spent, "404"), (.unknown, "404")] {
            try await Running.with(Lab.standing(situation)) { running in
                let curl = try #require(Program("curl"))
                let url = "\(running.base)/loaders/\(Lab.mac.hyphenated)/snponly.efi"
                let head = try await curl.run("-s", "-I", url)
                #expect(head.text.hasPrefix("HTTP/1.1 \(status)"))
                guard situation == .armed else { return }
                #expect(head.text.contains("application/efi"))
                #expect(try await curl.run("-s", url).output.count == 173_792)
            }
        }
    }

    @Test func `a client that sends nothing is dropped`() async throws {
        try await Running.with(Lab.standing(.armed), patience: .milliseconds(50)) { running in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: running.ports.http).get()
            try await channel.closeFuture.get()
        }
    }

    @Test func `shutting down waits no longer than it may for a download that stands still`() async throws {
        try await Running.with(Lab.standing(.armed, hasBoot: true), shutdownWithin: .milliseconds(100)) { running in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .channelOption(.socketOption(.so_rcvbuf), value: 16_384)
                .connect(host: "127.0.0.1", port: running.ports.http).get()
            let request = "GET /b/\(Lab.token.text)/kernel HTTP/1.1\r\nhost: x\r\n\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: request))
            while running.calls.all.kernels.isEmpty { await Task.yield() }
            let clock = ContinuousClock()
            let duration = await clock.measure { await running.server.shutDown() }
            #expect(duration < .seconds(5))
            try await channel.close()
        }
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let received: NIOLoopBoundBox<ByteBuffer>

    init(_ received: NIOLoopBoundBox<ByteBuffer>) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.value.writeBuffer(&bytes)
    }
}
