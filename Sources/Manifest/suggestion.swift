/// ` (did you mean limits?)` when a known name is near, else the list of them.
package func suggestion(for name: String, among known: [String]) -> String {
    // A name of megabytes is near to none.
    let nearest = name.utf8.count > 64 ? nil : known.min { distance(name, $0) < distance(name, $1) }
    if let nearest, distance(name, nearest) <= max(2, nearest.count / 3) { return " (did you mean \(nearest)?)" }
    return ": there are \(known.joined(separator: ", "))"
}

/// How many letters differ (Levenshtein), in any case.
private func distance(_ one: String, _ other: String) -> Int {
    let one = Array(one.lowercased())
    let other = Array(other.lowercased())
    var row = Array(0...other.count)
    for (index, character) in one.enumerated() {
        var diagonal = row[0]
        row[0] = index + 1
        for column in other.indices {
            let change = diagonal + (other[column] == character ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(change, row[column] + 1, diagonal + 1)
        }
    }
    return row[other.count]
}
