import ArgumentParser
import Foundation
import NIOCore
import NIOHTTP1
import Simulate
import Web

/// How a command finds and asks the daemon, and prints what it says.
struct ClientOptions: ParsableArguments {
    enum Output: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Option(
        help:
            "The daemon's control socket. Default: `control.socket` of the settings, else /run/bootlatch/control.sock.")
    var socket: String?

    @Option(name: .shortAndLong, help: "table or json.")
    var output = Output.table

    @OptionGroup var settings: SettingsOptions

    func client() throws -> Client { Client(socket: try socket ?? settings.load().controlSocket) }

    /// Prints the answer as JSON, or what `table` makes of it.
    func show<Reply: Codable>(_ reply: Reply, _ table: (Reply) -> String) throws {
        switch output {
        case .table: print(table(try printable(reply)))
        case .json: print(try json(reply))
        }
    }
}

/// The daemon, over its control socket.
struct Client: Sendable {
    let socket: String
    /// How long one answer may take; a push to a slow remote is waited for.
    var patience = Duration.seconds(180)

    /// - Throws: `ClientError` when nobody answers, or with the daemon's own words.
    func get<Reply: Decodable>(_ path: String, _ query: [String: String?] = [:]) async throws -> Reply {
        try await ask(.GET, path + Self.encoded(query), body: nil)
    }

    /// - Throws: as `get`.
    func post<Reply: Decodable>(_ path: String, _ body: some Encodable) async throws -> Reply {
        try await ask(.POST, path, body: ByteBuffer(bytes: try JSONEncoder().encode(body)))
    }

    /// Hands every line of an endless answer on.
    ///
    /// - Throws: as `get`.
    func follow(_ path: String, _ query: [String: String?], _ line: @escaping @Sendable (String) -> Void) async throws {
        var rest = ""
        do {
            try await HTTPClient().stream(.GET, .unix(path: socket), path: path + Self.encoded(query), deadline: nil) {
                chunk in
                rest += String(buffer: chunk)
                while let end = rest.firstIndex(of: "\n") {
                    if end > rest.startIndex { line(String(rest[..<end])) }
                    rest = String(rest[rest.index(after: end)...])
                }
                return .goOn
            }
        } catch {
            throw unreachable(error)
        }
    }

    private func ask<Reply: Decodable>(_ method: HTTPMethod, _ path: String, body: ByteBuffer?) async throws
        -> Reply
    {
        let response: HTTPClient.Response
        do {
            response = try await HTTPClient().request(
                method, .unix(path: socket), path: path, headers: ["content-type": "application/json"], body: body,
                limit: 1 << 30, deadline: .now.advanced(by: patience))
        } catch {
            throw unreachable(error)
        }
        let data = Data(response.body.readableBytesView)
        guard response.status == 200 else {
            let reply = try? JSONDecoder().decode(ErrorReply.self, from: data)
            throw ClientError(
                description: (reply?.error).map { printable($0) }
                    ?? "the daemon answered \(response.status): \(response.text)")
        }
        return try JSONDecoder().decode(Reply.self, from: data)
    }

    private func unreachable(_ error: any Error) -> ClientError {
        if error as? HTTPClient.Failure == .timedOut(.unix(path: socket)) {
            return ClientError(
                description:
                    "the daemon at \(socket) took this, and has not answered within \(patience): it is still at it. "
                    + "`bootlatch status` and its log say how far")
        }
        return ClientError(
            description:
                "no daemon answers at \(socket): \(error). Is `bootlatch serve` running, and may you enter that folder? "
                + "Name another with --socket or --config")
    }

    private static func encoded(_ query: [String: String?]) -> String {
        var unreserved = CharacterSet.alphanumerics
        unreserved.insert(charactersIn: "-._~")
        let items = query.sorted { $0.key < $1.key }.compactMap { key, value in
            value?.addingPercentEncoding(withAllowedCharacters: unreserved).map { "\(key)=\($0)" }
        }
        return items.isEmpty ? "" : "?" + items.joined(separator: "&")
    }
}

struct ClientError: Error, CustomStringConvertible {
    var description: String
}
