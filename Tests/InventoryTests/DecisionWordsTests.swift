import Inventory
import Testing

struct DecisionWordsTests {
    private static let refusals: [Refusal] =
        [.off, .never, .noPlan, .journal, .superseded] + Ending.allCases.map { .spent($0) }
        + Hold.allCases.map { .held($0) } + Suspension.allCases.map { .suspended($0) }

    @Test(arguments: [
        (Decision.netboot(.chain("x")), "netboot", "armed"), (.ignore(.unknown), "ignore", "unknown"),
        (.localBoot(.off), "localBoot", "off"), (.localBoot(.journal), "localBoot", "journal"),
        (.localBoot(.never), "localBoot", "never"), (.localBoot(.noPlan), "localBoot", "noPlan"),
        (.localBoot(.spent(.provisioned)), "localBoot", "spent:provisioned"),
        (.localBoot(.held(.firstSight)), "localBoot", "held:firstSight"),
        (.localBoot(.suspended(.lost)), "localBoot", "suspended:lost"),
    ])
    func `decisions have a word and a reason`(decision: Decision, word: String, reason: String) {
        #expect(decision.word == word && decision.reason == reason)
    }

    @Test func `every refusal has a reason of its own, and says what changes it`() {
        #expect(Set(Self.refusals.map { Decision.localBoot($0).reason }).count == Self.refusals.count)
        for refusal in Self.refusals {
            for dialect in Dialect.allCases {
                #expect(Decision.localBoot(refusal).explanation(in: dialect).count > 20, "\(refusal)")
            }
        }
    }

    @Test func `every rule is a sentence`() {
        for dialect in Dialect.allCases {
            #expect(Set(BootRule.allCases.map { $0.question(in: dialect) }).count == BootRule.allCases.count)
        }
    }

    @Test(arguments: [
        (Dialect.hardwareV1Alpha1, "allowPXE: true"), (.hardwareV1Alpha2, "netboot.disabled: false"),
        (.bareMetalHost, "bootlatch.dev/netboot: \"allow\""),
    ])
    func `what turns a machine on is named as its manifest writes it`(dialect: Dialect, on: String) {
        #expect(Decision.localBoot(.off).explanation(in: dialect).contains("`\(on)`"))
        #expect(BootRule.on.question(in: dialect).hasSuffix(on))
    }
}
