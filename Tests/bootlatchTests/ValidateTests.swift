import Glibc
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

    private func validate(_ arguments: [String], in scratch: Scratch) async throws -> CommandRun {
        try await CommandRun.run(["/usr/bin/env", "-C", scratch.path, CommandRun.bootlatch, "validate"] + arguments)
    }

    @Test func `what two files claim is told at both: MAC, name, address and hostname`() async throws {
        let scratch = try Scratch()
        let named = CommandLab.node.replacing("        ip:", with: "        hostname: one\n        ip:")
        let other = named.replacing("name: node-01", with: "name: node-02")
        try scratch.write("inventory/a.yaml", named)
        try scratch.write("inventory/b/b.yaml", other)
        try scratch.write("inventory/c.yaml", other.replacing("34:01", with: "34:03").replacing("20.11", with: "20.13"))
        let run = try await validate(["inventory"], in: scratch)
        #expect(run.status == 1)
        #expect(
            run.output == """
                inventory/a.yaml:8:19: warning: the hostname one is also that of lab/node-02 at inventory/b/b.yaml:8:19; \
                give one of them another
                inventory/a.yaml:9:23: warning: the address 10.10.20.11 is also that of lab/node-02 at inventory/b/b.yaml:9:23; \
                give one of them another
                inventory/a.yaml:11:19: error: MAC 52:54:00:12:34:01 is claimed twice, also at inventory/b/b.yaml:11:19; neither may netboot until one \
                of them is removed
                inventory/b/b.yaml:1:1: error: host lab/node-02 is described twice, also at inventory/c.yaml:1:1; \
                rename or remove one of them
                inventory/b/b.yaml:8:19: warning: the hostname one is also that of lab/node-01 at inventory/a.yaml:8:19; \
                give one of them another
                inventory/b/b.yaml:9:23: warning: the address 10.10.20.11 is also that of lab/node-01 at inventory/a.yaml:9:23; \
                give one of them another
                inventory/b/b.yaml:11:19: error: MAC 52:54:00:12:34:01 is claimed twice, also at inventory/a.yaml:11:19; neither may netboot until one \
                of them is removed
                inventory/c.yaml:1:1: error: host lab/node-02 is described twice, also at inventory/b/b.yaml:1:1; \
                rename or remove one of them

                """)
    }

    @Test func `a name that is not UTF-8 is told, beside what else is wrong`() async throws {
        let scratch = try Scratch()
        try scratch.write("inventory/a.yaml", Self.broken)
        let name =
            (scratch.path + "/inventory/raw").utf8CString.dropLast() + [CChar(bitPattern: 0xff)] + ".yaml".utf8CString
        #expect(Array(name).withUnsafeBufferPointer { rename(scratch.path + "/inventory/a.yaml", $0.baseAddress) } == 0)
        try scratch.write("inventory/b.yaml", Self.broken)
        let run = try await validate(["inventory"], in: scratch)
        #expect(run.status == 1)
        #expect(run.output.contains("its name is not UTF-8; rename it") && run.output.contains("inventory/b.yaml:"))
    }

    @Test func `a link is an error, also where it is named, and a folder may be one`() async throws {
        let scratch = try Scratch()
        try scratch.write("inventory/a.yaml", CommandLab.node)
        #expect(symlink("a.yaml", scratch.path + "/inventory/link.yaml") == 0)
        #expect(symlink("inventory", scratch.path + "/machines") == 0)
        for path in ["inventory", "inventory/link.yaml", "machines"] {
            let run = try await validate([path], in: scratch)
            let file = path == "machines" ? "machines/link.yaml" : "inventory/link.yaml"
            #expect(
                run.status == 1
                    && run.output == "\(file):1:1: error: a symbolic link is never followed; commit the file itself\n",
                "\(run)")
        }
    }

    @Test func `a repo may do without one of the default folders, and not without both`() async throws {
        let scratch = try Scratch()
        try scratch.write("notes", "x")
        let nothing = try await validate([], in: scratch)
        #expect(nothing.status == 2 && nothing.errors.contains("no file or folder inventory; name the folders"))
        try scratch.write("inventory/a.yaml", CommandLab.node)
        let one = try await validate([], in: scratch)
        #expect(one.status == 0 && one.errors.contains("1 file(s), 1 host(s)"), "\(one)")
        // One that is named must be there.
        #expect(try await validate(["inventory", "policies"], in: scratch).status == 2)
    }

    @Test func `a name without a key is told, as far as the keys can be looked at`() async throws {
        let scratch = try Scratch()
        let policy = CommandLab.policy.replacing("installer}", with: "installer, require: {signedBy: [ops]}}")
        try scratch.write("policies/lab.yaml", policy)
        let told =
            "policies/lab.yaml:4:48: warning: policy lab asks for a signature of ops, and no key is known of ops: no commit can arm its hosts;"
        for paths in [[], ["policies"], ["."], [scratch.path + "/policies"]] {
            let run = try await validate(paths, in: scratch)
            #expect(run.status == 1 && run.output.contains(told), "\(paths): \(run)")
        }
        // Of the keys' folder nothing is known.
        #expect(try await validate(["policies/lab.yaml"], in: scratch).status == 0)
        // Keys outside of the repo.
        try scratch.write("bootlatch.yaml", "inventory: {allowedSigners: \(scratch.path)/signers}\n")
        let config = ["policies", "--config", "bootlatch.yaml"]
        #expect(try await validate(config, in: scratch).status == 1)
        try scratch.write("signers", "ops ssh-ed25519 AAAA\n")
        #expect(try await validate(config, in: scratch).status == 0)
        try scratch.write("policies/allowed_signers", "ops ssh-ed25519 AAAA\n")
        #expect(try await validate([], in: scratch).status == 0)
    }
}
