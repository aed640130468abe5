import Inventory
import NIOCore
import NIOHTTP1

extension BootRun {
    /// Scripts are kept whole up to this many bytes; of all else only the count matters.
    private static let kept = 1 << 20

    /// Downloads a file, as this stack does it.
    func fetch(_ url: URI, _ stack: Stack, _ address: IPv4Address, for purpose: Interpreter.Purpose) async throws
        -> Interpreter.Fetched
    {
        switch url.scheme {
        case "http": return try await http(.GET, url, stack, address, for: purpose)
        case "tftp": return try await tftp(url, stack, address)
        default: throw Interpreter.FetchFailure("\(url.scheme) is not supported")
        }
    }

    private func tftp(_ url: URI, _ stack: Stack, _ address: IPv4Address) async throws -> Interpreter.Fetched {
        let client = TFTPClient(
            local: network.source(for: address), faults: network.faults, timing: network.timing, transcript: transcript)
        let server = try SocketAddress.makeAddressResolvingHost(url.host, port: url.explicitPort ?? endpoints.tftpPort)
        var fetched = Interpreter.Fetched(bytes: 0)
        // The file's name has no leading slash in the request, whatever the URL looks like.
        for transfer in stack.transfers(of: String(url.path.dropFirst()), keep: Self.kept) {
            do {
                let done = try await client.run(transfer, from: server, deadline: deadline)
                fetched = Interpreter.Fetched(bytes: done.received, head: done.head)
            } catch let failure as TFTPClient.Failure {
                throw Interpreter.FetchFailure("\(failure)")
            }
        }
        return fetched
    }

    func http(
        _ method: HTTPMethod, _ url: URI, _ stack: Stack, _ address: IPv4Address, for purpose: Interpreter.Purpose
    ) async throws -> Interpreter.Fetched {
        let isServer = url.host == "\(endpoints.address)" && url.explicitPort == nil
        let target = HTTPClient.Target.tcp(host: url.host, port: isServer ? endpoints.httpPort : url.port)
        let headers: HTTPHeaders =
            stack.kind == .ipxe
            ? ["User-Agent": "iPXE/1.0.0+ (bootlatch simulate)"]
            : ["Host": url.host, "Accept": "*/*", "User-Agent": "UefiHttpBoot/1.0"]
        transcript.add(.sent, .http, "\(method.rawValue) \(url)")
        var fetched = Interpreter.Fetched(bytes: 0)
        var died = false
        let head: HTTPClient.Head
        do {
            head = try await HTTPClient(source: "\(network.source(for: address))").stream(
                method, target, path: url.path, headers: headers, deadline: deadline
            ) { chunk in
                fetched.bytes += chunk.readableBytes
                if fetched.head.readableBytes < Self.kept { fetched.head.writeImmutableBuffer(chunk) }
                guard purpose == .kernel, let limit = network.diesAfterKernelBytes, fetched.bytes >= limit else {
                    return .goOn
                }
                died = true
                return .stop
            }
        } catch let failure as HTTPClient.Failure {
            transcript.add(.received, .http, "\(failure)", bytes: fetched.bytes)
            throw Interpreter.FetchFailure("\(failure)")
        }
        transcript.add(.received, .http, "\(head.status) for \(url.path)", bytes: fetched.bytes)
        if died, head.status == 200 {
            throw BootEnded(.failed(step: "kernel", why: "the machine died after \(fetched.bytes) bytes of \(url)"))
        }
        guard head.status == 200 else { throw Interpreter.FetchFailure("HTTP \(head.status)") }
        return fetched
    }
}
