import Inventory

/// What a person calls an interface. Which one that is, is asked of the tip that the commit is made on: a push that came meanwhile
/// may have given the name to another machine.
package protocol InterfaceReference: Sendable {
    /// - Throws: what to say instead, where none or several are called so.
    func mac(in standing: Standing) throws -> MACAddress
}

extension MACAddress: InterfaceReference {
    package func mac(in _: Standing) -> MACAddress { self }
}
