import Glibc

/// A line that says what to change, and a file: refused, or the planned values changed and every other byte the same.
///
/// The line is `DOCUMENT|STEP/STEP|KEY=VALUE,KEY=VALUE`: a step that is a number is an item of a list, `true` and `false` are booleans,
/// `~` takes the entry out, any other value is a text.
@_cdecl("LLVMFuzzerTestOneInput")
public func editAnything(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let input = UnsafeBufferPointer(start: data, count: size)
    guard let end = input.firstIndex(of: UInt8(ascii: "\n")), let plan = Plan(input[..<end]) else { return -1 }
    let bytes = Array(input[(end + 1)...])
    let result: [UInt8]
    do throws(Edit.Refusal) {
        result = try Edit.apply(plan.patch, to: plan.document, of: bytes)
    } catch {
        check(!error.message.isEmpty, "refused without a reason")
        check(error.position, in: bytes)
        return 0
    }
    guard let before = try? parsed(bytes).get() else { fail("edited what is no YAML") }
    guard let after = try? parsed(result).get() else { fail("made what is no YAML") }
    var expected = before.documents.map(Meaning.init)
    check(expected.indices.contains(plan.document), "edited a document that is not there")
    let changed = expected[plan.document].applying(plan.patch)
    if let changed { expected[plan.document] = changed }
    check(changed != nil, "edited a place that is not there")
    check(
        after.documents.map(Meaning.init) == expected, "other values changed than the planned ones, or not as planned")
    checkBytes(before, result, plan)
    check((try? Edit.apply(plan.patch, to: plan.document, of: result)) == result, "the same edit again changes more")
    return 0
}

/// What stood there, but for the values to replace, stands there still: run by run, each of them whole, in their order. New entries come in
/// at one place, so that it may part one of them in two; and not much comes in.
private func checkBytes(_ before: Tree, _ result: [UInt8], _ plan: Plan) {
    let source = before.source
    let spans = before.documents[plan.document].spans(of: plan.patch).sorted { $0.lowerBound < $1.lowerBound }
    var (replaced, offset, runs) = ([Range<Int>](), 0, [Range<Int>]())
    for span in spans where span.lowerBound >= offset {
        runs.append(offset..<span.lowerBound)
        replaced.append(span)
        offset = span.upperBound
    }
    runs.append(offset..<source.count)
    let length = runs.reduce(0) { $0 + $1.count }
    // A line of its own has the indentation of its block, for each of them; the alias that it stands for is written again.
    let aliases: Int = replaced.reduce(0) { $0 + $1.count }
    let lines = source.split(separator: UInt8(ascii: "\n"))
    let indentation: Int = lines.map { line in line.prefix { $0 == UInt8(ascii: " ") }.count }.max() ?? 0
    let inserted = result.count - length
    let each = plan.steps * (indentation + 64)
    let most = 32 + aliases + plan.size * 10 + each
    check(inserted <= most, "\(inserted) bytes have come in")
    if replaced.isEmpty, result.count == length { check(result == source, "nothing to do, and done") }
    check(
        inserted >= 0 && isKept(runs.map { source[$0] }, in: result, inserted),
        "a byte of the rest is gone, or parted from its neighbour")
}

/// Whether the runs stand in the result one behind the other, from its beginning to its end, with something between any two of them, and
/// within one of them at most.
private func isKept(_ runs: [ArraySlice<UInt8>], in result: [UInt8], _ inserted: Int) -> Bool {
    // Where the next run may begin: while all were whole, and when one was parted.
    var (whole, parted): (Set<Int>, Set<Int>) = ([0], [])
    for (number, run) in runs.enumerated() {
        var ends: (whole: Set<Int>, parted: Set<Int>) = ([], [])
        for start in whole {
            var equal = 0
            while equal < run.count, start + equal < result.count, run[run.startIndex + equal] == result[start + equal]
            {
                equal += 1
            }
            if equal == run.count { ends.whole.insert(start + equal) }
            let rest = run.dropFirst(equal)
            let last = min(result.count, start + run.count + inserted)
            for end in stride(from: start + run.count + 1, through: last, by: 1)
            where result[(end - rest.count)..<end].elementsEqual(rest) {
                ends.parted.insert(end)
            }
        }
        for start in parted where result[start...].starts(with: run) { ends.parted.insert(start + run.count) }
        if number == runs.count - 1 { return ends.whole.contains(result.count) || ends.parted.contains(result.count) }
        func reach(_ ends: Set<Int>) -> Set<Int> {
            Set(ends.flatMap { end in end...min(result.count, end + inserted) })
        }
        (whole, parted) = (reach(ends.whole), reach(ends.parted))
    }
    return false
}

extension Node {
    /// The bytes that may give way: values to set, what stands for nothing, and aliases on the way.
    fileprivate func spans(of patch: Patch) -> [Range<Int>] {
        if kind == .alias || isNull { return [span] }
        switch patch {
        case .bool, .text, .absent: return [span]
        case .item(let number, let patch): return items.indices.contains(number) ? items[number].spans(of: patch) : []
        case .keys(let patches):
            if kind == .mapping, entries.isEmpty { return [span] }
            return patches.flatMap { key, patch -> [Range<Int>] in
                guard let index = entries.firstIndex(where: { !$0.key.isMergeKey && $0.key.text == key }) else {
                    return []
                }
                if case .absent = patch { return [removed(index)] }
                return entries[index].value.spans(of: patch)
            }
        }
    }

    /// The bytes that go with an entry: its lines, or in flow style itself and the comma on one side of it.
    private func removed(_ index: Int) -> Range<Int> {
        func end(_ entry: Entry) -> Int { max(entry.value.span.upperBound, entry.key.span.upperBound) }
        let entry = entries[index]
        let start = entry.key.outerSpan.lowerBound
        if style != .block {
            return index > 0
                ? end(entries[index - 1])..<end(entry)
                : start..<(entries.count > 1 ? entries[1].key.outerSpan.lowerBound : end(entry))
        }
        let breaks: Set<UInt8> = [UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        let line = tree.source[..<start].lastIndex(where: breaks.contains).map { $0 + 1 } ?? 0
        let last = tree.source[end(entry)...].firstIndex(where: breaks.contains) ?? tree.source.count
        let next = tree.source[last...].prefix(2)
        let isPair = next.elementsEqual([UInt8(ascii: "\r"), UInt8(ascii: "\n")])
        // A mark at the beginning of the file stays.
        let mark = line == 0 && tree.source.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : line
        return mark..<min(last + (isPair ? 2 : 1), tree.source.count)
    }
}

extension Meaning {
    fileprivate func applying(_ patch: Patch) -> Meaning? {
        switch patch {
        case .bool(let value): return .scalar(.bool(value))
        case .text(let value): return .scalar(.text(value))
        case .absent: return nil
        case .item(let number, let patch):
            guard case .list(var items) = self, items.indices.contains(number),
                let item = items[number].applying(patch)
            else { return nil }
            items[number] = item
            return .list(items)
        case .keys(let patches):
            var values: [String: Meaning] = [:]
            if case .mapping(let existing) = self { values = existing }
            if case .list = self { return nil }
            if case .scalar(let scalar) = self, scalar != .null { return nil }
            for (key, patch) in patches {
                if case .absent = patch {
                    values[key] = nil
                    continue
                }
                guard let value = (values[key] ?? .scalar(.null)).applying(patch) else { return nil }
                values[key] = value
            }
            return .mapping(values)
        }
    }
}

private struct Plan {
    var document: Int
    var patch: Patch
    var steps: Int
    /// The bytes of all its keys and values.
    var size: Int

    init?(_ line: Slice<UnsafeBufferPointer<UInt8>>) {
        guard line.count < 200, let text = String(validating: line, as: UTF8.self) else { return nil }
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, let document = Int(parts[0]), (0..<100).contains(document) else { return nil }
        var keys: [(key: String, patch: Patch)] = []
        for pair in parts[2].split(separator: ",", omittingEmptySubsequences: false) {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, !keys.contains(where: { $0.key == halves[0] }) else { return nil }
            let value = String(halves[1])
            keys.append((String(halves[0]), value == "~" ? .absent : Bool(value).map { .bool($0) } ?? .text(value)))
        }
        let path = parts[1].split(separator: "/")
        self.document = document
        steps = path.count + keys.count
        size = line.count
        patch = path.reversed().reduce(.keys(keys)) { patch, step in
            if let number = Int(step), number >= 0 { return .item(number, patch) }
            return .keys([(String(step), patch)])
        }
    }
}
