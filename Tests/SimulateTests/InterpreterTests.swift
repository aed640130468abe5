import Inventory
import NIOCore
import Testing

@testable import Simulate

@Suite struct InterpreterTests {
    typealias Ending = Interpreter.Ending

    /// The files of a server; every other one is missing.
    private static let files = [
        "http://h/b/k": "kernel", "http://h/b/i": "initrd!", "http://h/k2": "k", "http://h/b/grub.efi": "MZ",
        "http://h/b/next": "#!ipxe\nkernel k from=next\nboot\n", "http://h/b/fine": "#!ipxe\necho fine\n",
        "http://h/b/bad": "#!ipxe\nexit 3\n", "http://h/b/self": "#!ipxe\nchain self\n",
        "http://h/b/again": "#!ipxe\nchain --replace again\n",
        "http://h/b/52-54-00-12-34-01": "mine",
    ]

    private func run(_ lines: String, firmware: Machine.Firmware = .biosIPXE, disk: Bool = true) async throws -> Ending
    {
        var machine = Machine(mac: MACAddress(bits: 0x5254_0012_3401), firmware: firmware)
        machine.hasDisk = disk
        var interpreter = Interpreter(machine: machine, settings: ScriptSettings(["mac": .mac(machine.mac)])) {
            url, _ in
            guard let text = Self.files["\(url)"] else { throw Interpreter.FetchFailure("HTTP 404") }
            return Interpreter.Fetched(bytes: text.utf8.count, head: ByteBuffer(string: text))
        }
        return try await interpreter.run("#!ipxe\n" + lines, from: try #require(URI("http://h/b/s")))
    }

    private func kernel(_ ending: Ending) throws -> BootOutcome.Kernel {
        guard case .outcome(.booted(let kernel)) = ending else {
            Issue.record("\(ending)")
            throw CancellationError()
        }
        return kernel
    }

    @Test func `kernel and initrd are loaded and booted`() async throws {
        let kernel = try kernel(
            try await run(
                """
                dhcp
                imgfree
                set args ip=dhcp  hook=http://h/hooks/t0k
                kernel --name k k ${args} initrd=i || goto failed
                initrd i
                boot || goto failed
                :failed
                exit 1
                """))
        #expect(kernel.url.description == "http://h/b/k")
        #expect(kernel.initrds.map(\.description) == ["http://h/b/i"])
        #expect(kernel.arguments == "ip=dhcp hook=http://h/hooks/t0k initrd=i")
        #expect(kernel.bytes == 13)
        #expect(kernel.hook == Hook(url: try #require(URI("http://h/hooks/t0k"))))
    }

    @Test func `a chained script runs from its own URL`() async throws {
        #expect(try kernel(try await run("chain next")).arguments == "from=next")
        #expect(try kernel(try await run("chain fine\nkernel /k2\nboot")).url.description == "http://h/k2")
        #expect(try kernel(try await run("chain bad || kernel /k2\nboot")).url.description == "http://h/k2")
    }

    @Test func `names are expanded where they stand`() async throws {
        let kernel = try kernel(try await run("kernel ${net0/mac:hexhyp} m=${mac} h=\\\n${hostname}\nboot"))
        #expect(kernel.url.description == "http://h/b/52-54-00-12-34-01")
        #expect(kernel.arguments == "m=52:54:00:12:34:01 h=")
    }

    static let endings: [(String, Ending)] = [
        ("sanboot --no-describe --drive 0x80 || exit 1", .outcome(.localDisk("sanboot 0x80"))),
        ("sanboot --no-describe --drive 0 ||\nexit 7", .finished(status: 7, why: "exit 7")),
        ("sanboot --drive 0 || exit 7", .finished(status: 7, why: "exit 7")),
        ("exit", .finished(status: 0, why: "exit 0")),
        ("exit 1", .finished(status: 1, why: "exit 1")),
        ("# nothing", .finished(status: 0, why: "the script came to its end")),
        ("poweroff", .outcome(.poweredOff)),
        ("kernel gone", .finished(status: 1, why: "s line 2: kernel http://h/b/gone: HTTP 404")),
        ("initrd gone && exit 5 || exit 6", .finished(status: 6, why: "exit 6")),
        ("isset ${mac} && exit 5", .finished(status: 5, why: "exit 5")),
        ("isset ${x} || exit 6", .finished(status: 6, why: "exit 6")),
        ("isset ${x} && exit 5 || exit 6", .finished(status: 6, why: "exit 6")),
        ("echo a || exit 5 && exit 6", .finished(status: 6, why: "exit 6")),
        ("echo a ; exit 4", .finished(status: 4, why: "exit 4")),
        ("set n 2\nexit ${n}", .finished(status: 2, why: "exit 2")),
        ("boot", .finished(status: 1, why: "s line 2: boot: no kernel is loaded")),
        ("kernel k\nimgfree\nboot", .finished(status: 1, why: "s line 4: boot: no kernel is loaded")),
        ("chain grub.efi", .outcome(.chained(URI(scheme: "http", host: "h", path: "/b/grub.efi")))),
        ("chain bad", .finished(status: 1, why: "s line 2: exit 3")),
        ("chain --replace bad\nexit 9", .finished(status: 3, why: "exit 3")),
        ("chain --replace again", .outcome(.failed(step: "http://h/b/again", why: "1000 scripts one after the other"))),
        ("sleep 5\nexit 2", .finished(status: 2, why: "exit 2")),
        ("sleep", .outcome(.failed(step: "s line 2", why: "unknown command: sleep"))),
        ("sleep long", .outcome(.failed(step: "s line 2", why: "unknown command: sleep long"))),
        ("chain self", .outcome(.failed(step: "http://h/b/self", why: "16 scripts chained to each other"))),
        ("goto nowhere", .finished(status: 1, why: "s line 2: there is no label nowhere")),
        ("goto end\nexit 5\n:end\nexit 6", .finished(status: 6, why: "exit 6")),
        (":a\ngoto a", .outcome(.failed(step: "s line 3", why: "the script runs in a circle"))),
        ("\nfrobnicate now", .outcome(.failed(step: "s line 3", why: "unknown command: frobnicate now"))),
        ("kernel --what k", .outcome(.failed(step: "s line 2", why: "unknown command: kernel --what k"))),
        ("exit x", .outcome(.failed(step: "s line 2", why: "unknown command: exit x"))),
        ("echo ${mac:int8}", .outcome(.failed(step: "s line 2", why: "unknown format int8: echo ${mac:int8}"))),
    ]

    @Test(arguments: endings)
    func `a script ends as iPXE would end it`(script: String, ending: Ending) async throws {
        #expect(try await run(script) == ending)
    }

    @Test func `sanboot fails where there is no such drive`() async throws {
        let local = "sanboot --no-describe --drive 0 --filename \\EFI\\BOOT\\BOOTX64.EFI || exit 1"
        #expect(
            try await run(local, firmware: .uefiPXE) == .outcome(.localDisk("sanboot 0x0 \\EFI\\BOOT\\BOOTX64.EFI")))
        #expect(try await run(local) == .finished(status: 1, why: "exit 1"))
        let script = "sanboot --no-describe --drive 0x80 || exit 1"
        #expect(try await run(script, firmware: .uefiPXE) == .finished(status: 1, why: "exit 1"))
        #expect(try await run(script, disk: false) == .finished(status: 1, why: "exit 1"))
    }

    @Test func `a text that is no script fails`() async throws {
        var interpreter = Interpreter(machine: Machine(mac: MACAddress(bits: 1)), settings: ScriptSettings()) { _, _ in
            Interpreter.Fetched(bytes: 0)
        }
        #expect(
            try await interpreter.run("hello", from: URI(scheme: "http", host: "h", path: "/s"))
                == .outcome(.failed(step: "http://h/s", why: "this is not an iPXE script")))
    }
}
