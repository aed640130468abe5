import ArgumentParser
import Foundation
import Web

struct Arm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit, in your name, what lets a machine netboot once; comments stay.")

    @OptionGroup var edit: EditOptions

    func run() async throws { try await edit.run("/v1/arm") }
}

struct Disarm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit, in your name, that a machine may not netboot; comments stay.")

    @OptionGroup var edit: EditOptions

    func run() async throws { try await edit.run("/v1/disarm") }
}

struct EditOptions: ParsableArguments {
    @Argument(help: "A host, or a MAC where the host has several interfaces.")
    var host: String

    @Option(help: "Goes into the commit's subject.")
    var reason: String?

    @Option(help: "The commit's author, as NAME <EMAIL>. Default: git's user.name and user.email.")
    var author: String?

    @OptionGroup var options: ClientOptions

    func run(_ path: String) async throws {
        let (name, email) = try person()
        let reply: EditReply = try await options.client().post(
            path, EditRequest(host: host, reason: reason, author: name, email: email))
        try options.show(reply) {
            "\($0.host) \($0.mac): \($0.did)\($0.commit.map { " in \($0.prefix(8)), pushed" } ?? "")\nnow \($0.reason): \($0.explanation)"
        }
    }

    private func person() throws -> (String, String) {
        if let author {
            guard let open = author.firstIndex(of: "<"), author.last == ">", open > author.startIndex else {
                throw ValidationError("--author is written as 'NAME <EMAIL>'")
            }
            let name = author[..<open].trimmingCharacters(in: .whitespaces)
            return (name, String(author[author.index(after: open)...].dropLast()))
        }
        guard let name = gitConfig("user.name"), let email = gitConfig("user.email") else {
            throw ValidationError(
                "git knows neither your user.name nor user.email: set them, or give --author 'NAME <EMAIL>'")
        }
        return (name, email)
    }

    private func gitConfig(_ key: String) -> String? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git", "config", "--get", key]
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil else { return nil }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return value.isEmpty ? nil : value
    }
}
