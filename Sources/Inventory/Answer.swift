import HashTreeCollections

/// A text that an installer asks for about its machine (`answers` of a `BootProfile`).
package struct Answer: Sendable, Equatable {
    /// Its template, by its path in the repo.
    package var path: String
    /// Where the profile names it.
    package var location: SourceLocation
    /// What the path holds in the commit that the inventory is of; nil before it is read.
    package var file: TemplateFile?

    package init(path: String, location: SourceLocation, file: TemplateFile? = nil) {
        self.path = path
        self.location = location
        self.file = file
    }

    package var template: Template? {
        if case .template(let template) = file { template } else { nil }
    }
}

extension BootProfile {
    fileprivate var areAnswersUsable: Bool { answers.values.allSatisfy { $0.template != nil } }

    /// Why nothing boots by this profile.
    var troubles: [Diagnostic] {
        if answers.isEmpty, source.plan.asksForAnswers {
            return [
                Diagnostic(
                    .error, at: location,
                    "profile \(name) says {{\(Placeholder.answerURL.rawValue)}} and has no answers: name the templates that its installer "
                        + "asks for under `answers`. Nothing boots by it until then")
            ]
        }
        return answers.sorted { $0.key < $1.key }.compactMap { name, answer in
            let reason: String
            switch answer.file {
            case .template?: return nil
            case .unusable(let why, let line)?: reason = (line.map { ":\($0)" } ?? "") + ": " + why
            case nil: reason = ": it was not read"
            }
            return Diagnostic(
                .error, at: answer.location,
                "answers.\(name): \(answer.path)\(reason). Nothing boots by profile \(self.name) until then")
        }
    }
}

extension Interface {
    /// What it boots, if it boots, can have the answers that its installer will ask for.
    func canAnswer(for plan: Plan) -> Bool {
        let asks = plan.asksForAnswers
        guard asks || !spec.bootsOnItsOwn else { return true }
        guard let profile = settings.profile else { return !asks }
        return profile.areAnswersUsable && !(asks && profile.answers.isEmpty)
    }

    /// Why it has nothing to boot although manifest or profile say something: answers that can't be given.
    package var answerTroubles: [Diagnostic] {
        guard let plan = Plan(saidOf: self), !canAnswer(for: plan) else { return [] }
        let troubles = settings.profile?.troubles ?? []
        guard troubles.isEmpty else { return troubles }
        let placeholder = "{{\(Placeholder.answerURL.rawValue)}}"
        return [
            Diagnostic(
                .error, at: spec.netbootLocation,
                settings.profile.map {
                    "\(host.id) says \(placeholder), and its policies' profile \($0.name) has no answers: give that profile `answers`"
                } ?? "\(host.id) says \(placeholder), and no policy gives it a profile with `answers`")
        ]
    }
}

extension Inventory {
    /// Profiles by which nothing boots, and those of these hosts that ask for answers on their own and have none.
    func answerDiagnostics(of entries: some Sequence<Entry>) -> Set<Diagnostic> {
        var found = Set(rules.profiles.values.flatMap(\.troubles))
        for entry in entries {
            for spec in entry.host.interfaces where spec.bootsOnItsOwn {
                let interface = Interface(mac: spec.mac, host: entry.host, spec: spec, settings: entry.settings)
                found.formUnion(interface.answerTroubles)
            }
        }
        return found
    }

    /// The templates that any profile in force names, by their paths in the repo.
    package var templatePaths: Set<String> {
        Set(policyPaths.compactMap { files[$0] }.flatMap(\.inForce.profiles).flatMap(\.answers.values).map(\.path))
    }

    /// The files whose profiles name any of these templates.
    package func files(naming templates: some Sequence<String>) -> [String] {
        let templates = Set(templates)
        guard !templates.isEmpty else { return [] }
        return policyPaths.filter { path in
            files[path]?.inForce.profiles.contains { $0.answers.values.contains { templates.contains($0.path) } }
                ?? false
        }
    }
}

extension BootProfile.Source {
    /// What a machine boots by it.
    var plan: Plan {
        switch self {
        case .kernel(let kernel, let initrd, let args): .kernel(kernel, initrd: initrd, args: args)
        case .ipxe(let script): .script(script)
        }
    }
}

extension Plan {
    var asksForAnswers: Bool {
        switch self {
        case .script(let text), .chain(let text): Placeholder.answerURL.stands(in: text)
        case .kernel(let kernel, let initrd, let args):
            Placeholder.answerURL.stands(in: kernel) || initrd.contains { Placeholder.answerURL.stands(in: $0) }
                || args.contains { Placeholder.answerURL.stands(in: $0) }
        }
    }
}
