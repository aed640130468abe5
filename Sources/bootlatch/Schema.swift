import ArgumentParser
import Manifest

struct Schema: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The JSON Schema of BootPolicy and BootProfile, for editors that complete and check YAML.",
        discussion: """
            Save it beside your policies and name it in their first line:
            # yaml-language-server: $schema=bootlatch.schema.json
            """)

    func run() { print(manifestSchema) }
}
