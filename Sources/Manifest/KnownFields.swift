/// The fields of somebody else's kind, for `validate` to find slips.
struct KnownFields: Sendable {
    /// Whose kind it is.
    let owner: String
    /// By the path of their parent; lists don't count as a step, and `*` stands for keys that are anything. A parent that is not here
    /// holds whatever it likes.
    let names: [String: [String]]

    /// With those that every object of Kubernetes has.
    init(owner: String, _ names: [String: [String]]) {
        self.owner = owner
        self.names = names.merging(Self.object) { own, _ in own }
    }

    private static let object: [String: [String]] = [
        "": ["apiVersion", "kind", "metadata", "spec", "status"],
        "metadata": [
            "name", "namespace", "labels", "annotations", "generateName", "uid", "resourceVersion", "generation",
            "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences", "finalizers",
            "managedFields", "selfLink", "clusterName",
        ],
    ]
}
