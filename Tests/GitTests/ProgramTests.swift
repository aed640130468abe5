import Foundation
import GitServers
import Testing

@testable import Git

struct ProgramTests {
    @Test func `a program's status and both outputs come back`() throws {
        let result = try run(["sh", "-c", "echo out; echo err >&2; exit 3"], until: Git.Operation())
        #expect(result.status == 3)
        #expect(result.output == "out\n")
        #expect(result.errors == "err\n")
        #expect(result.reason == "err")
    }

    @Test func `a program gets no GIT_ variables, no input and no prompts`() throws {
        setenv("GIT_DIR", "/elsewhere", 1)
        defer { unsetenv("GIT_DIR") }
        let script = "cat; env | grep ^GIT_ | sort"
        let result = try run(["sh", "-c", script], environment: ["GIT_X": "1"], until: Git.Operation())
        #expect(result.output == "GIT_TERMINAL_PROMPT=0\nGIT_X=1\n")
    }

    @Test func `more output than fits is dropped, and the program ends all the same`() throws {
        let result = try run(
            ["sh", "-c", "head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"], until: Git.Operation())
        #expect(result.status == 0)
        #expect(result.output.utf8.count == 1 << 20)
    }

    @Test func `a program that is missing is named`() {
        #expect {
            try run(["no-such-program"], until: Git.Operation())
        } throws: { error in
            "\(error)".contains("no-such-program") && "\(error)".contains("install it")
        }
    }

    @Test func `a program and its children stop when the operation ends`() throws {
        let operation = Git.Operation()
        let sandbox = try Sandbox()
        let fifo = "\(sandbox.path)/fifo"
        try program("mkfifo", [fifo])
        DispatchQueue(label: "later").asyncAfter(deadline: .now() + .milliseconds(100)) { operation.end(.cancelled) }
        let start = ContinuousClock.now
        #expect(throws: GitError.cancelled) { try run(["sh", "-c", "cat < \(fifo) & wait"], until: operation) }
        #expect(ContinuousClock.now - start < .seconds(10))
        #expect(throws: GitError.cancelled) { try run(["sh", "-c", "cat < \(fifo)"], until: operation) }
    }

    @Test func `a program that ignores the request to stop is killed`() throws {
        let operation = Git.Operation()
        DispatchQueue(label: "later").asyncAfter(deadline: .now() + .milliseconds(200)) { operation.end(.timedOut) }
        let start = ContinuousClock.now
        #expect(throws: GitError.cancelled) {
            try run(["sh", "-c", "trap '' TERM; while :; do :; done"], until: operation)
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }
}
