import Testing

struct ValidateTests {
    private static let warning = CommandLab.node.replacing("      netboot:", with: "      newer: 1\n      netboot:")

    private static let broken = CommandLab.node.replacing("allowPXE: false", with: "allowPXE: maybe")

    /// What is said of the level, what the file holds, and how it exits.
    private static let cases: [([String], String, Int32)] = [
        ([], CommandLab.node, 0), ([], warning, 1), (["--level", "warning"], warning, 1),
        (["--level", "error"], warning, 0), (["--level", "error"], broken, 1),
    ]

    @Test(arguments: cases)
    func `the level says what makes it exit 1, and all is shown`(
        arguments: [String], manifest: String, status: Int32
    ) async throws {
        let scratch = try Scratch()
        try scratch.write("a.yaml", manifest)
        let run = try await CommandRun.run(
            [CommandRun.bootlatch, "validate", scratch.path + "/a.yaml"] + arguments)
        #expect(run.status == status, "\(run.output)\(run.errors)")
        #expect(run.output.isEmpty == (manifest == CommandLab.node))
    }
}
