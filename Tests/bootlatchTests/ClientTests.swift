import Foundation
import NIOCore
import NIOPosix
import Testing
import Web

@testable import bootlatch

struct ClientTests {
    @Test func `a daemon that is still at it is not one that is not there`() async throws {
        let socket = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString.prefix(8)).sock").path
        var client = Client(socket: socket)
        let missing = await #expect(throws: ClientError.self) {
            let _: StatusReply = try await client.get("/v1/status")
        }
        #expect(missing?.description.contains("Is `bootlatch serve` running") == true)
        // It listens, and answers nothing.
        client.patience = .milliseconds(200)
        let silent = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(unixDomainSocketPath: socket).get()
        let busy = await #expect(throws: ClientError.self) {
            let _: StatusReply = try await client.get("/v1/status")
        }
        #expect(busy?.description.contains("has not answered within 0.2 seconds: it is still at it") == true)
        try await silent.close()
    }
}
