extension Splicer {
    /// An entry taken out of its mapping: in block style with its whole lines, in flow style with its comma.
    ///
    /// Never the last one: what stays of a mapping of nothing is for the caller to say.
    func removal(of entry: Node.Entry, from mapping: Node) throws(Edit.Refusal) -> Splice {
        let entries = mapping.entries
        let start = entry.key.outerSpan.lowerBound
        let end = max(entry.value.span.upperBound, entry.key.span.upperBound)
        guard let index = entries.firstIndex(where: { $0.key.index == entry.key.index }), entries.count > 1 else {
            throw byHand(entry)
        }
        guard mapping.style == .block else {
            return index == 0
                ? Splice(range: start..<entries[1].key.outerSpan.lowerBound, text: "")
                : Splice(range: tail(of: entries[index - 1])..<end, text: "")
        }
        let line = lineStart(before: start)
        // `- key: value` shares its line with the list, `? key` has a line for each half, and a block scalar does not tell its end.
        guard tree.source[line..<start].allSatisfy({ $0 == UInt8(ascii: " ") }), !entry.value.endsInBlockScalar else {
            throw byHand(entry)
        }
        let last = lineEnd(behind: end)
        let next = tree.source[last...].prefix { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        let isPair = next.starts(with: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
        return Splice(range: line..<min(last + (isPair ? 2 : 1), tree.source.count), text: "")
    }

    private func tail(of entry: Node.Entry) -> Int { max(entry.value.span.upperBound, entry.key.span.upperBound) }

    private func byHand(_ entry: Node.Entry) -> Edit.Refusal {
        Edit.Refusal(
            "\(entry.key.path): take it out by hand, here it can't be told from what stands around it",
            at: entry.key.position)
    }
}
