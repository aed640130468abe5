/// One rule left out: a subject with a fault shows that the sequences would catch its absence in the product.
package enum Fault: String, CaseIterable, Sendable {
    case rule1OnlyTheTip, rule1FirstParent
    case rule2AbsentForgets, rule2MoveLosesArming, rule2SpentMoves, rule2SwapAllowed, rule2HostForgets
    case rule2KnownMACInherits, rule2RingAllowed
    case rule3FirstSightArms, rule3BranchKeepsState
    case rule4ForcePushArms, rule4DropForgotten, rule4DropsWithoutEnd, rule4SameCommitArmsTwice
    case rule5MergeAlwaysArms, rule5FlappingAllowed
    case rule6AnnotationIgnored, rule6AnnotationOfTheCardOnly
    case rule7HandDisarmLetsBootGoOn, rule7ReportLetsBootGoOn, rule7DeadlineEndsBoot
    case rule8BootsUnlimited, rule8EarlyUnlimited, rule8EveryScriptIsABoot, rule8NoDeadline, rule8DeadlineFromSeen
    case rule8ChainedIsEarly, rule8NeverRecorded
    case rule9NoFetch, rule9NeverOutdated
    case rule10NoLatch
    case rule11OnlyThisInterface, rule11OtherHostsForgotten, rule11SpendsLaterArmings, rule11OldFailureCounts
    case rule11UnknownTokenIgnored
    case rule12AnswersEnd, rule12AnswersForEver
    case rule13DisarmsNewerArming, rule14OneCommitForAll, rule15ChangesMore
    case rule16ClockTrusted
    case rule17NeverIgnored, rule17LooserPolicyCounts, rule17LooseningArms, rule17BrokenPolicyIgnored,
        rule17AcceptIgnored
    case rule18BrokenFileArmed, rule18LossIgnored
    case rule19MassArming
    case duplicateAllowed
    case freezeIgnored, freezeHoldsAtItsEnd, freezeLooseningArms, freezeLetsBootGoOn
    case queueIgnored, queueOfAllPolicies, queuePassesTheHeld, queueCountsCards, queueIsByMAC
    case suspendIgnored, suspendLetsBootGoOn, suspendedStillWrites, resumeArms
    case armIDIgnored, armIDLooseningArms, armIDOfTheCardOnly
    case serialIgnored, serialLooseningArms, uuidIgnored, uuidLooseningArms, uuidOrderMatters, missingIdentityPasses
    case outdatedAfterIgnored
}
