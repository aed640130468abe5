import ArgumentParser
import Foundation

struct Bootlatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootlatch",
        abstract: "Turns a git repo of hardware manifests into boot policy: each permission to netboot is used once.",
        discussion: "Exits 0 when all is well, 1 when there is something to look at, 2 on an error.",
        version: version,
        subcommands: [
            Serve.self, ReconcileNow.self, Status.self, Why.self, PreviewPush.self, Validate.self, Schema.self,
            Arm.self,
            Disarm.self, Suspend.self, Resume.self, ReadHistory.self, Events.self, State.self, SimulateMachine.self,
            Demo.self,
        ])

    static let version = "0.1.0"
}

@main
enum Main {
    static func main() async {
        do {
            var command = try Bootlatch.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let code = Bootlatch.exitCode(for: error)
            let message = Bootlatch.fullMessage(for: error)
            // Help and version are what was asked for.
            if code == .success {
                print(message)
                exit(0)
            }
            if !message.isEmpty { FileHandle.standardError.write(Data((message + "\n").utf8)) }
            exit((error as? ExitCode)?.rawValue ?? 2)
        }
    }
}
