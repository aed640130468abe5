import Foundation
import Inventory
import NIOCore
import Testing

@testable import Boot

/// Other people's TFTP clients against ours.
struct TFTPServerTests {
    @Test(
        .enabled(if: Program.isInstalled("curl"), "curl is not installed"),
        arguments: [512, 1468, 8192, 65_464])
    func `curl loads a loader`(blockSize: Int) async throws {
        try await Running.with(Lab.standing(.armed)) { running in
            let curl = try #require(Program("curl"))
            let url = "tftp://127.0.0.1:\(running.ports.tftp)/\(Lab.mac.hyphenated)/snponly.efi"
            let result = try await curl.run("-s", "--tftp-blksize", "\(blockSize)", url)
            #expect(result.output == (try Data(contentsOf: running.loaders.url.appending(path: "snponly.efi"))))
        }
    }

    @Test(
        .enabled(if: Program.isInstalled("atftp"), "atftp is not installed"),
        arguments: [1, 4, 16, 64])
    func `atftp loads a file of 70,000 blocks in windows, over the rollover`(windowSize: Int) async throws {
        try await Running.with(Lab.standing(.armed)) { running in
            let data = Data(
                (0..<70_000).flatMap { block in [UInt8](repeating: UInt8(truncatingIfNeeded: block), count: 64) })
            try running.loaders.write("big", data)
            let target = running.artifacts.url.appending(path: "received")
            let atftp = try #require(Program("atftp"))
            let result = try await atftp.run(
                "--option", "blksize 64", "--option", "windowsize \(windowSize)", "--get", "--remote-file",
                "\(Lab.mac.hyphenated)/big", "--local-file", target.path, "127.0.0.1", "\(running.ports.tftp)")
            #expect(result.status == 0, "\(result.text)")
            #expect(try Data(contentsOf: target) == data)
        }
    }

    @Test(
        .enabled(if: Program.isInstalled("tftp"), "tftp-hpa is not installed"), arguments: ["octet", "netascii"])
    func `tftp-hpa loads a text in both modes`(mode: String) async throws {
        try await Running.with(Lab.standing(.armed)) { running in
            let text = String(repeating: "a line\nwith a \r in it\n", count: 200)
            try running.loaders.write("text", Data(text.utf8))
            let target = running.artifacts.url.appending(path: "received")
            let tftp = try #require(Program("tftp"))
            let result = try await tftp.run(
                "-m", mode, "127.0.0.1", "\(running.ports.tftp)", "-c", "get", "\(Lab.mac.hyphenated)/text", target.path
            )
            #expect(result.status == 0, "\(result.text)")
            #expect(try String(contentsOf: target, encoding: .utf8) == text)
        }
    }

    @Test(
        .enabled(if: Program.isInstalled("curl"), "curl is not installed"),
        arguments: Lab.Situation.allCases)
    func `a loader with a MAC asks the gate, and so does one by its address`(situation: Lab.Situation) async throws {
        try await Running.with(Lab.standing(situation), neighbour: Lab.mac) { running in
            let curl = try #require(Program("curl"))
            for name in ["\(Lab.mac.hyphenated)/undionly.kpxe", "undionly.kpxe"] {
                let result = try await curl.run("-s", "tftp://127.0.0.1:\(running.ports.tftp)/\(name)")
                let isServed = situation == .armed || situation == .unknown
                // 68 to 71: TFTP errors; 69 is an access violation.
                #expect(result.status == (isServed ? 0 : 69))
                #expect(result.text == (isServed ? "loader" : ""))
                // The second request after a finished loader would be the loader's own.
                if isServed { await isNoted(true, running) }
                running.server.addresses.finishedStub(at: IPv4Address(bits: 0x7F00_0001))
            }
        }
    }

    @Test(.enabled(if: Program.isInstalled("curl"), "curl is not installed"))
    func `the loader's own request gets the script that chains to ours, once`() async throws {
        try await Running.with(Lab.standing(.armed), neighbour: Lab.mac) { running in
            let curl = try #require(Program("curl"))
            let url = "tftp://127.0.0.1:\(running.ports.tftp)/undionly.kpxe"
            #expect(try await curl.run("-s", url).text == "loader")
            await isNoted(true, running)
            let script = try await curl.run("-s", url).text
            #expect(
                script.hasPrefix(
                    "#!ipxe\nchain http://127.0.0.1:\(running.ports.http)/boot/52-54-00-12-34-01/script.ipxe?"))
            await isNoted(false, running)
            #expect(try await curl.run("-s", url).text == "loader")
        }
    }

    @Test(
        .enabled(if: Program.isInstalled("curl"), "curl is not installed"),
        arguments: ["../../../etc/passwd", "..%2f..%2fetc/passwd", "/etc/passwd", "nothing", "."])
    func `there is no way out of the loaders' directory`(name: String) async throws {
        try await Running.with(Lab.standing(.armed)) { running in
            let curl = try #require(Program("curl"))
            let result = try await curl.run("-s", "--path-as-is", "tftp://127.0.0.1:\(running.ports.tftp)/\(name)")
            #expect(result.status == 68)
        }
    }

    @Test(.enabled(if: Program.isInstalled("curl"), "curl is not installed"))
    func `writing is refused`() async throws {
        try await Running.with(Lab.standing(.armed)) { running in
            let curl = try #require(Program("curl"))
            let result = try await curl.run("-s", "-T", "-", "tftp://127.0.0.1:\(running.ports.tftp)/x", input: "data")
            #expect(result.status == 69)
        }
    }

    /// Waits for the server to know that a loader was, or was not, the last file this client took whole: it learns that
    /// with the last acknowledgement, and the client may have ended by then.
    private func isNoted(_ isLoader: Bool, _ running: Running) async {
        let client = IPv4Address(bits: 0x7F00_0001)
        while running.server.addresses.finishedLoaderLately(at: client, Lab.now.wall) != isLoader { await Task.yield() }
    }
}
