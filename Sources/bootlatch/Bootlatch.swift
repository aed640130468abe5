import ArgumentParser

@main
struct Bootlatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bootlatch",
        abstract: "Turns a git repo of hardware manifests into boot policy: each permission to netboot is used once.",
        version: "0.1.0",
        subcommands: [
            Serve.self, ReconcileNow.self, Status.self, Why.self, Validate.self, Arm.self, Disarm.self, Events.self,
        ])
}
