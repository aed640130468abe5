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
            #expect(Decision.localBoot(refusal).explanation.count > 20, "\(refusal)")
        }
    }

    @Test func `every rule is a sentence`() {
        #expect(Set(BootRule.allCases.map(\.question)).count == BootRule.allCases.count)
    }
}
