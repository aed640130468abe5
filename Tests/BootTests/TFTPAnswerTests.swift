import Inventory
import Testing

@testable import Boot

struct TFTPAnswerTests {
    private let refused = Decision.localBoot(.spent(.provisioned))
    private let letIn = Decision.netboot(.chain("http://x/"))
    private static let ipxe = [TFTPOption("blksize", "1432"), TFTPOption("tsize", "0")]
    private static let ovmf = [TFTPOption("tsize", "0"), TFTPOption("blksize", "1468"), TFTPOption("windowsize", "4")]

    @Test(
        arguments: [
            ("52-54-00-12-34-01/snponly.efi", Lab.mac, "snponly.efi"), ("/undionly.kpxe", nil, "undionly.kpxe"),
            ("52:54:00:12:34:01/arm/x.efi", Lab.mac, "arm/x.efi"), ("\\boot\\a", nil, "boot/a"),
            ("525400123401", nil, "525400123401"),
        ] as [(String, MACAddress?, String)])
    func `a name may carry the MAC`(name: String, mac: MACAddress?, file: String) {
        let name = TFTPName(name)
        #expect(name.mac == mac)
        #expect(name.file == file)
    }

    @Test func `a refused machine gets an error with the reason, also by its address`() {
        for (name, mac) in [("52-54-00-12-34-01/snponly.efi", nil), ("snponly.efi", Lab.mac)] as [(String, MACAddress?)]
        {
            let question = TFTPQuestion(TFTPRequest(file: name, options: Self.ovmf), mac: mac, decision: refused)
            #expect(answer(to: question) == .refuse(.accessViolation, "refused: spent:provisioned"))
        }
    }

    @Test func `a policy may give refused machines the loader`() {
        let question = TFTPQuestion(TFTPRequest(file: "snponly.efi"), mac: Lab.mac, decision: refused, refuse: .loader)
        #expect(answer(to: question) == .loader("snponly.efi"))
    }

    @Test func `a machine that stays unknown may have the loader`() {
        #expect(answer(to: TFTPQuestion(TFTPRequest(file: "snponly.efi"))) == .loader("snponly.efi"))
        #expect(
            answer(to: TFTPQuestion(TFTPRequest(file: "snponly.efi"), mac: Lab.mac, decision: .ignore(.unknown)))
                == .loader("snponly.efi"))
    }

    @Test(arguments: [true, false])
    func `iPXE that asks for the loader gets a script, refused or not`(isLetIn: Bool) {
        let decision = isLetIn ? letIn : refused
        let question = TFTPQuestion(
            TFTPRequest(file: "undionly.kpxe", options: Self.ipxe), mac: Lab.mac, decision: decision)
        #expect(answer(to: question) == .stub(Lab.mac))
        // Our own names only go to firmware that can't run a script.
        let ours = TFTPRequest(file: "52-54-00-12-34-01/undionly.kpxe", options: Self.ipxe)
        #expect(answer(to: TFTPQuestion(ours, decision: letIn)) == .loader("undionly.kpxe"))
    }

    @Test func `the second request after a loader comes from the loader, but not in the firmware's shape`() {
        let again = TFTPQuestion(
            TFTPRequest(file: "undionly.kpxe"), mac: Lab.mac, decision: letIn, finishedLoader: true)
        #expect(answer(to: again) == .stub(Lab.mac))
        let firmware = TFTPQuestion(
            TFTPRequest(file: "snponly.efi", options: Self.ovmf), mac: Lab.mac, decision: letIn, finishedLoader: true)
        #expect(answer(to: firmware) == .loader("snponly.efi"))
    }

    @Test func `a script by name is the stub, for anyone`() {
        #expect(answer(to: TFTPQuestion(TFTPRequest(file: "boot.ipxe"))) == .stub(nil))
        let question = TFTPQuestion(TFTPRequest(file: "boot.ipxe"), mac: Lab.mac, decision: refused, refuse: .tftpError)
        #expect(answer(to: question) == .refuse(.accessViolation, "refused: spent:provisioned"))
    }

    @Test func `mail is not served`() {
        #expect(
            answer(to: TFTPQuestion(TFTPRequest(file: "x", mode: "mail")))
                == .refuse(.illegalOperation, "mode mail is not served"))
    }
}
