/// Edits as splices: only the bytes of the planned values change.
package enum Edit {
    /// Why an edit was not made. The file stays as it is.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package var position: Position
        /// What stands in the way and what to do about it, without the position.
        package var message: String

        package init(_ message: String, at position: Position) {
            self.message = message
            self.position = position
        }

        package var description: String { "\(position): \(message)" }
    }

    /// The file with `patch` applied to one of its documents; the same bytes when all values are as planned already.
    ///
    /// The result was parsed again and differs in exactly the planned values.
    package static func apply(_ patch: Patch, to document: Int, of bytes: [UInt8]) throws(Edit.Refusal) -> [UInt8] {
        let tree: Tree
        do {
            tree = try Parser.parse(bytes)
        } catch {
            throw Edit.Refusal(error.message, at: error.position)
        }
        return try apply(patch, to: document, of: tree)
    }

    package static func apply(_ patch: Patch, to document: Int, of tree: Tree) throws(Edit.Refusal) -> [UInt8] {
        let documents = tree.documents
        guard documents.indices.contains(document) else {
            throw Edit.Refusal("the file has no such document any more", at: Position(line: 1, column: 1))
        }
        if let position = tree.firstUnicodeLineBreak {
            throw Refusal(lineBreakAdvice, at: position)
        }
        var splicer = Splicer(tree: tree)
        try splicer.apply(patch, to: documents[document])
        guard !splicer.splices.isEmpty else { return tree.source }
        let result = splicer.result
        guard let edited = try? Parser.parse(result), isAsPlanned(edited.documents, documents, document, patch) else {
            throw splicer.mismatch(at: documents[document])
        }
        return result
    }

    /// Whether one document changed as planned. The others are compared as they are written: aliases written out, a file of many
    /// documents could stand for a thousand times its size.
    private static func isAsPlanned(_ after: [Node], _ before: [Node], _ document: Int, _ patch: Patch) -> Bool {
        guard after.count == before.count else { return false }
        for index in before.indices where index != document {
            guard after[index].isWritten(like: before[index]) else { return false }
        }
        return Value(after[document]) == Value(before[document]).applying(patch)
    }
}
