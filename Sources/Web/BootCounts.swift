import Inventory

/// What the provisioning network asked and reported since the process began.
package struct BootCounts: Sendable {
    /// A decision, by the way that it was asked for.
    package struct Answer: Hashable, Sendable {
        package var route: String
        /// `netboot`, `localBoot`, `introduce` or `ignore`.
        package var verdict: String

        package init(route: String, verdict: String) {
            self.route = route
            self.verdict = verdict
        }
    }

    package let decisions: Counts<Answer>
    /// By the status of the answer.
    package let webhooks = Counts([200, 404, 503])

    /// - Parameter routes: those that ask for decisions.
    package init(routes: [String] = []) {
        let verdicts = ["netboot", "localBoot", "introduce", "ignore"]
        decisions = Counts(routes.flatMap { route in verdicts.map { Answer(route: route, verdict: $0) } })
    }
}
