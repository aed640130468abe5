import Git
import Logging

extension Reconciler {
    /// Gathers the mirror's objects in one pack when there are many: each fetch adds a pack, each commit of ours loose objects, and
    /// nothing else ever tidies up. Between passes of this actor, so that no fetch looks at packs that go.
    func tidy() async {
        let (packs, loose) = (await repository.packs, await repository.looseObjects)
        guard packs >= nextTidy.packs || loose >= nextTidy.loose else { return }
        do {
            try await repository.repack()
            nextTidy = Tidiness()
            log.debug("mirror repacked", metadata: ["packs": "\(packs)", "loose": "\(loose)"])
        } catch GitError.cancelled {
            return
        } catch {
            // The mirror works as it is: not at every pass, then.
            nextTidy = Tidiness(packs: packs + Tidiness().packs, loose: loose + Tidiness().loose)
            log.warning("mirror not repacked", metadata: ["error": "\(error)"])
        }
    }
}

/// How much a mirror may hold before it is tidied.
struct Tidiness {
    var packs = 50
    var loose = 2_000
}
