extension Inventory {
    /// What no single file shows: MACs that two manifests claim, policies that contradict each other.
    var crossFileDiagnostics: [Diagnostic] { [] }
}
