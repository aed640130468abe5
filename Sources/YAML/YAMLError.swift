/// A place in a file as editors show it: both count from 1, the column in characters.
package struct Position: Hashable, Sendable, CustomStringConvertible {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "\(line):\(column)" }
}

/// Why a file is not YAML that can be relied on. It spoils the whole file: a part that happens to parse may mean something else.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    package var position: Position
    /// What is wrong and what to do about it, without the position.
    package var message: String

    package init(_ message: String, at position: Position) {
        self.message = message
        self.position = position
    }

    package var description: String { "\(position): \(message)" }
}
