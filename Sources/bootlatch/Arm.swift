import ArgumentParser
import Foundation
import Manifest
import Reconcile
import Web

struct Arm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Commit, in your name, what lets a machine netboot once; comments stay.",
        discussion: """
            --for becomes a trailer of the commit, `Bootlatch-For: 2h`, which you can write in any commit of yours. It only shortens: \
            `expireAfter` of the host's policies ends the arming in any case.
            """)

    @OptionGroup var edit: EditOptions

    @Option(
        name: .customLong("for"), help: "How long the machine has for it: 90m, 2h, 1d; a minute to a year.",
        transform: { text in
            guard let limit = seconds(in: text), WriteBack.limits.contains(limit) else {
                throw ValidationError("--for is a duration of a minute to a year, such as 90m, 2h or 1d, not \(text)")
            }
            return limit
        })
    var limit: Int64?

    func run() async throws { try await edit.run("/v1/arm", limit: limit) }
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

    @OptionGroup var commit: CommitOptions
    @OptionGroup var options: ClientOptions

    func run(_ path: String, limit: Int64? = nil) async throws {
        let (name, email) = try commit.person()
        let reply: EditReply = try await options.client().post(
            path, EditRequest(host: host, reason: commit.reason, limit: limit, author: name, email: email))
        try options.show(reply, editText)
    }
}

func editText(_ reply: EditReply) -> String {
    let commit = reply.commit.map { " in \($0.prefix(8)), pushed" } ?? ""
    let deadline = reply.deadline.map { ", until \($0)" } ?? ""
    return "\(reply.host) \(reply.mac): \(reply.did)\(commit)\nnow \(reply.reason)\(deadline): \(reply.explanation)"
}

/// Who makes a commit, and why.
struct CommitOptions: ParsableArguments {
    @Option(help: "Goes into the commit's subject, and its trailer Bootlatch-Reason.")
    var reason: String?

    @Option(help: "The commit's author, as NAME <EMAIL>. Default: git's user.name and user.email.")
    var author: String?

    /// - Throws: `ValidationError` with what to write instead.
    func person() throws -> (String, String) {
        if let author {
            guard let open = author.firstIndex(of: "<"), author.last == ">", open > author.startIndex else {
                throw ValidationError("--author is written as 'NAME <EMAIL>'")
            }
            let name = author[..<open].trimmingCharacters(in: .whitespaces)
            return try checked(name, String(author[author.index(after: open)...].dropLast()))
        }
        guard let name = gitConfig("user.name"), let email = gitConfig("user.email") else {
            throw ValidationError(
                "git knows neither your user.name nor user.email: set them, or give --author 'NAME <EMAIL>'")
        }
        return try checked(name, email)
    }

    private func checked(_ name: String, _ email: String) throws -> (String, String) {
        if let trouble = Person(name: name, email: email).trouble { throw ValidationError(trouble) }
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
