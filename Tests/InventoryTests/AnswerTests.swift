import Testing

@testable import Inventory

struct AnswerTests {
    private static let profilePath = "policies/p.yaml"
    private static let place = SourceLocation(path: profilePath, line: 9, column: 4)
    private static let path = "templates/user-data"

    /// A policy for all, and its profile.
    private static func profile(
        args: [String] = ["s={{ answerURL }}/"], answers: [String: String] = ["user-data": path]
    ) -> Delta {
        let location = SourceLocation(path: profilePath)
        let profile = BootProfile(
            name: "ubuntu", location: location, source: .kernel("k", initrd: [], args: args),
            answers: answers.mapValues { Answer(path: $0, location: place) })
        let policy = BootPolicy(name: "lab", location: location, profile: "ubuntu")
        let file = ParsedFile(path: profilePath, policies: [policy], profiles: [profile])
        return Delta([profilePath: .read(file, content: "p")])
    }

    private static func template(_ file: TemplateFile, _ content: String = "1", at path: String = path) -> Delta {
        var delta = Delta()
        delta.templates[path] = Delta.TemplateChange(file, content: content)
        return delta
    }

    private static let usable = TemplateFile.template(Template([.text("x")]))
    private let plan = Decision.netboot(.kernel("k", initrd: [], args: ["s={{ answerURL }}/"]))

    /// Armed, and what it boots is the profile's, if the host says nothing itself.
    private func armed(_ profile: Delta = profile(), _ file: TemplateFile? = usable, script: String? = nil) -> World {
        var world = World()
        var first = Delta(host("a", [interface(.a, false, script: script)])).and(profile)
        if let file { first.templates = Self.template(file).templates }
        world.commit(first, .firstSight)
        world.commit(Delta(host("a", [interface(.a, true, script: script)])))
        return world
    }

    @Test func `a profile with answers that can be given boots`() {
        let world = armed()
        #expect(world.decision(.a) == plan)
        #expect(world.standing.inventory.diagnostics == [])
        #expect(world.standing.inventory.templatePaths == [Self.path])
        #expect(world.standing.inventory.files(naming: [Self.path]) == [Self.profilePath])
        #expect(world.standing.inventory.files(naming: ["other"]) == [])
    }

    @Test(
        arguments: [
            (nil, ": it was not read"), (.unusable("why"), ": why"), (.unusable("why", line: 3), ":3: why"),
        ] as [(TemplateFile?, String)])
    func `one that can't be used ends all booting by its profile, and says why`(file: TemplateFile?, why: String) throws
    {
        var world = armed(Self.profile(), file)
        #expect(world.refusal(.a) == .noPlan)
        let message = "answers.user-data: \(Self.path)\(why). Nothing boots by profile ubuntu until then"
        #expect(world.standing.inventory.diagnostics == [Diagnostic(.error, at: Self.place, message)])
        #expect(
            world.standing.inventory.diagnostics(of: [Self.profilePath], touching: [.a]).map(\.message) == [message])
        #expect(world.standing.inventory.diagnostics(of: ["other"], touching: [.a]) == [])
        #expect(
            world.standing.explanation(of: world.decision(.a), for: .a, now: Now(now))
                == "its installer would ask for answers that can't be given: \(Self.place): \(message)")
        let interface = try #require(world.standing.inventory[.a])
        let advice = Advice(interface, in: world.standing, now: Now(now)).text(on: world.decision(.a))
        #expect(advice == "repair \(Self.place) (\(message)), and push")
        #expect(RuleOrigin(of: .plan, .noPlan, for: interface, in: world.standing)?.location == Self.place)
        // Repaired, it is the same arming.
        let arming = interface.arming
        let seen = world.commit(Self.template(Self.usable, "2"))
        #expect(seen.armings.isEmpty)
        #expect(world.decision(.a) == plan)
        #expect(world.standing.inventory[.a]?.arming == arming)
    }

    @Test func `a template that breaks refuses, and one that nobody names any more is forgotten`() {
        var world = armed()
        world.commit(Self.template(.unusable("gone"), ""))
        #expect(world.refusal(.a) == .noPlan)
        #expect(world.standing.inventory.content(ofTemplate: Self.path) == "")
        world.commit(Self.profile(args: [], answers: [:]))
        #expect(world.decision(.a) == .netboot(.kernel("k", initrd: [], args: [])))
        #expect(world.standing.inventory.templatePaths == [])
        #expect(world.standing.inventory.content(ofTemplate: Self.path) == nil)
    }

    @Test func `the profiles of a file that broke keep their templates as they are now`() {
        var world = armed()
        let broken = ParsedFile(path: Self.profilePath, isBroken: true, mentionsPolicy: true)
        world.commit(Delta([Self.profilePath: .read(broken, content: "broken")]))
        #expect(world.standing.inventory.templatePaths == [Self.path])
        #expect(world.standing.inventory[.a]?.settings.profile?.answers["user-data"]?.template != nil)
        world.commit(Self.template(.unusable("gone"), ""))
        #expect(world.standing.inventory[.a]?.settings.profile?.answers["user-data"]?.template == nil)
    }

    @Test func `a profile that asks for answers and has none boots nothing`() {
        let world = armed(Self.profile(answers: [:]), nil)
        #expect(world.refusal(.a) == .noPlan)
        #expect(world.standing.inventory.diagnostics.map(\.location) == [SourceLocation(path: Self.profilePath)])
        #expect(
            world.standing.inventory.diagnostics.first?.message.contains("says {{answerURL}} and has no answers")
                == true)
    }

    @Test(
        arguments: [
            ("#!ipxe", profile(), nil, true), ("#!ipxe", profile(answers: [:]), nil, true),
            ("#!ipxe\n{{answerURL}}", profile(), usable, true), ("#!ipxe\n{{answerURL}}", profile(), nil, false),
            ("#!ipxe\n{{answerURL}}", profile(args: [], answers: [:]), nil, false),
            ("#!ipxe\n{{answerURL}}", Delta(), nil, false),
        ] as [(String, Delta, TemplateFile?, Bool)])
    func `a host with a script of its own needs answers where that asks for them`(
        script: String, profile: Delta, file: TemplateFile?, boots: Bool
    ) {
        let world = armed(profile, file, script: script)
        #expect(world.decision(.a) == (boots ? .netboot(.script(script)) : .localBoot(.noPlan)))
        let isTold = world.standing.inventory.diagnostics.contains { $0.severity == .error }
        if !boots { #expect(isTold) }
        #expect(world.standing.inventory[.a]?.answerTroubles.isEmpty == boots)
    }

    @Test(arguments: [
        ("{{answerURL}}", true), ("{{ answerURL }}", true), ("{{{answerURL}}}", true),
        ("a {{mac}} {{answerURL}}", true),
        ("{{answerURLs}}", false), ("answerURL", false), ("{{answerURL", false), ("{answerURL}", false), ("", false),
        ("{{", false), ("{{answerURL}", false),
    ])
    func `a text says the placeholder, or does not`(text: String, says: Bool) {
        #expect(Placeholder.answerURL.stands(in: text) == says)
    }
}
