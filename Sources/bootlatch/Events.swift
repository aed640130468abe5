import ArgumentParser
import Foundation
import Web

struct Events: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What happened to whom.")

    @Argument(help: "A host or a MAC; all hosts without it.")
    var host: String?

    @Flag(help: "Go on and print each event as it happens.")
    var follow = false

    @Option(help: "How many of the newest, 1 to 10000.")
    var limit = 50

    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit takes 1 to 10000, not \(limit)") }
    }

    func run() async throws {
        let client = try options.client()
        let events: [EventReply] = try await client.get("/v1/events", ["host": host, "limit": "\(limit)"])
        try options.show(events) { $0.map(eventLine).joined(separator: "\n") }
        guard follow else { return }
        let isTable = options.output == .table
        try await client.follow("/v1/events", ["host": host, "follow": "1"]) { line in
            guard isTable, let event = try? JSONDecoder().decode(EventReply.self, from: Data(line.utf8)) else {
                print(line)
                return
            }
            print(eventLine((try? printable(event)) ?? event))
        }
    }
}

func eventLine(_ event: EventReply) -> String {
    [event.at, event.host ?? "-", event.mac ?? "-", event.kind, event.detail].joined(separator: "  ")
}
