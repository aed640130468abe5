import Inventory
import NIOCore
import Testing

@testable import Boot

/// The table of refusals, row by row, and what those get that are let in.
struct BootOfferTests {
    private static let loader = "52-54-00-12-34-01/"
    private static let script = "http://10.77.0.1:8080/boot/52-54-00-12-34-01/script.ipxe?platform="
    private static let identity = "&uuid=${uuid}&serial=${serial:uristring}"
    private static let url = "http://10.77.0.1:8080/loaders/52-54-00-12-34-01/snponly.efi"

    private func offer(
        _ machine: Asking.Machine, _ mode: DHCPMode, _ situation: Lab.Situation,
        _ refuse: RefusePolicy = RefusePolicy(),
        isOurs: Bool = true
    ) throws -> BootOffer {
        let standing = Lab.standing(situation, refuse: refuse)
        let interface = try #require(standing.inventory[Lab.mac])
        return BootOffer(
            try Asking.question(.discover, machine), interface, in: Lab.context(mode, standing, isOurs: isOurs))
    }

    @Test(
        arguments: [
            (.os, .nothing), (.bios, .file(loader + "undionly.kpxe")), (.uefi, .file(loader + "snponly.efi")),
            (.ipxeBIOS, .file(script + "pcbios" + identity)), (.ipxeUEFI, .file(script + "efi" + identity)),
            (.http, .file(url)),
        ] as [(Asking.Machine, BootOffer)], [DHCPMode.proxy, .server])
    func `a machine that is let in gets its loader, URL or script`(row: (Asking.Machine, BootOffer), mode: DHCPMode)
        throws
    {
        #expect(try offer(row.0, mode, .armed) == row.1)
    }

    @Test(
        arguments: [
            (.os, .proxy, .nothing), (.os, .server, .nothing),
            (.bios, .proxy, .noFile), (.bios, .server, .file(loader + "undionly.kpxe")),
            (.uefi, .proxy, .noFile), (.uefi, .server, .file(loader + "snponly.efi")),
            (.ipxeBIOS, .proxy, .file(script + "pcbios" + identity)),
            (.ipxeBIOS, .server, .file(script + "pcbios" + identity)),
            (.ipxeUEFI, .proxy, .file(script + "efi" + identity)),
            (.ipxeUEFI, .server, .file(script + "efi" + identity)),
            (.http, .proxy, .file(url)), (.http, .server, .file(url)),
        ] as [(Asking.Machine, DHCPMode, BootOffer)])
    func `a refusal by itself is the quickest that each client knows`(
        machine: Asking.Machine, mode: DHCPMode, expected: BootOffer
    ) throws {
        for situation in [Lab.Situation.spent, .held, .off] {
            #expect(try offer(machine, mode, situation) == expected)
        }
    }

    @Test(arguments: Asking.Machine.allCases)
    func `a proxy is silent to hosts that were never armed nor sent to us`(machine: Asking.Machine) throws {
        #expect(try offer(machine, .proxy, .off, isOurs: false) == .nothing)
    }

    @Test func `a server speaks up to hosts that were never armed`() throws {
        #expect(try offer(.uefi, .server, .off, isOurs: false) == .file(Self.loader + "snponly.efi"))
    }

    @Test(
        arguments: [
            (.silent, .uefi, .nothing), (.offer, .uefi, .noFile), (.tftpError, .uefi, .file(loader + "snponly.efi")),
            (.loader, .uefi, .file(loader + "snponly.efi")), (.silent, .ipxeBIOS, .nothing),
            (.offer, .ipxeBIOS, .noFile),
            (.tftpError, .ipxeBIOS, .file(loader + "undionly.kpxe")),
            (.loader, .ipxeBIOS, .file(script + "pcbios" + identity)),
        ] as [(RefusePolicy.PXE, Asking.Machine, BootOffer)], [DHCPMode.proxy, .server])
    func `a policy chooses how PXE is refused`(
        row: (RefusePolicy.PXE, Asking.Machine, BootOffer), mode: DHCPMode
    ) throws {
        #expect(try offer(row.1, mode, .spent, RefusePolicy(pxe: row.0)) == row.2)
        // Chosen by hand, it holds for hosts that were never armed too.
        #expect(try offer(row.1, mode, .off, RefusePolicy(pxe: row.0), isOurs: false) == row.2)
    }

    @Test(
        arguments: [(.silent, .nothing), (.notFound, .file(url)), (.loader, .file(url))]
            as [(RefusePolicy.HTTP, BootOffer)])
    func `a policy chooses how HTTP boot is refused`(refuse: RefusePolicy.HTTP, expected: BootOffer) throws {
        #expect(try offer(.http, .proxy, .spent, RefusePolicy(http: refuse)) == expected)
    }

    @Test func `an unknown MAC gets nothing, in every mode, from every kind of client`() throws {
        let standing = Lab.standing(.unknown)
        for mode in DHCPMode.allCases {
            for machine in Asking.Machine.allCases {
                for type in [DHCPPacket.MessageType.discover, .request, .inform] {
                    for port in [DHCPQuestion.Port.server, .pxe] {
                        let question = try Asking.question(type, machine, port: port)
                        #expect(reply(to: question, in: Lab.context(mode, standing)) == nil)
                    }
                }
            }
        }
    }

    @Test func `the manifest's own loader wins`() throws {
        let standing = Lab.standing(.armed, ipxe: IPXESpec(binary: "ours.efi"))
        let interface = try #require(standing.inventory[Lab.mac])
        let offer = BootOffer(try Asking.question(.discover, .uefi), interface, in: Lab.context(.proxy, standing))
        #expect(offer == .file(Self.loader + "ours.efi"))
    }

    @Test func `the longest script URL fits into the field of a reply`() {
        let urls = BootURLs(address: IPv4Address(bits: .max), httpPort: 65_535)
        #expect(urls.script(Lab.mac, .bios).utf8.count < 128)
    }

    @Test func `iPXE without HTTP gets a loader`() throws {
        let question = try Asking.question(.discover, .ipxeBIOS) {
            $0.options.append(.ipxe, ByteBuffer(bytes: [24, 1, 1]))
        }
        #expect(question.client.kind == .firmware)
    }

    @Test func `a proxy's refusal carries discovery control and no file`() throws {
        let context = Lab.context(.proxy, Lab.standing(.spent))
        let (answer, _) = try #require(reply(to: try Asking.question(.discover, .uefi), in: context))
        #expect(answer.options[.vendor] == ByteBuffer(bytes: [6, 1, 8, 255]))
        #expect(answer.file.isEmpty)
        #expect(answer.options.text(.vendorClass) == "PXEClient")
        #expect(answer.yourAddress == .any)
    }

    @Test func `a menu's choice comes back from port 4011`() throws {
        let context = Lab.context(.proxy, Lab.standing(.armed))
        let sender = Endpoint(Lab.reserved, 68)
        let question = try Asking.question(.request, .ipxeBIOS, port: .pxe, from: sender) {
            $0.clientAddress = Lab.reserved
            $0.options.append(.vendor, ByteBuffer(bytes: [71, 4, 128, 0, 0, 0, 255]))
        }
        let (answer, destination) = try #require(reply(to: question, in: context))
        #expect(answer.options[.vendor] == ByteBuffer(bytes: [6, 1, 8, 71, 4, 128, 0, 0, 0, 255]))
        #expect(answer.messageType == .acknowledge)
        #expect(destination == sender)
    }
}
