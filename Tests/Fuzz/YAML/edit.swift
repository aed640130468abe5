import Glibc

/// A line that says what to change, and a file: refused, or the planned values changed and every other byte the same.
///
/// The line is `DOCUMENT|STEP/STEP|KEY=VALUE,KEY=VALUE`: a step that is a number is an item of a list, `true` and `false` are booleans,
/// any other value is a text.
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

/// What stood there, but for the values to replace, stands there still and in its order; and not much has come in.
private func checkBytes(_ before: Tree, _ result: [UInt8], _ plan: Plan) {
    var replaced = before.documents[plan.document].spans(of: plan.patch).sorted { $0.lowerBound < $1.lowerBound }
    replaced.append(before.source.count..<before.source.count)
    var (offset, kept, length) = (0, 0, 0)
    for span in replaced where span.lowerBound >= offset {
        for byte in before.source[offset..<span.lowerBound] {
            while kept < result.count, result[kept] != byte { kept += 1 }
            check(kept < result.count, "a byte of the rest is gone")
            kept += 1
        }
        length += span.lowerBound - offset
        offset = span.upperBound
    }
    // A line of its own has the indentation of its block, for each of them; the alias that it stands for is written again.
    let aliases: Int = replaced.reduce(0) { $0 + $1.count }
    let lines = before.source.split(separator: UInt8(ascii: "\n"))
    let indentation: Int = lines.map { line in line.prefix { $0 == UInt8(ascii: " ") }.count }.max() ?? 0
    let inserted = result.count - length
    let each = plan.steps * (indentation + 64)
    let most = 32 + aliases + plan.size * 10 + each
    check(inserted <= most, "\(inserted) bytes have come in")
    if replaced.count == 1, result.count == length { check(result == before.source, "nothing to do, and done") }
}

extension Node {
    /// The bytes that may give way: values to set, what stands for nothing, and aliases on the way.
    fileprivate func spans(of patch: Patch) -> [Range<Int>] {
        if kind == .alias || isNull { return [span] }
        switch patch {
        // No plan takes a key away: what such an edit may remove has tests of its own.
        case .bool, .text, .absent: return [span]
        case .item(let number, let patch): return items.indices.contains(number) ? items[number].spans(of: patch) : []
        case .keys(let patches):
            if kind == .mapping, entries.isEmpty { return [span] }
            return patches.flatMap { key, patch in
                entries.first { !$0.key.isMergeKey && $0.key.text == key }?.value.spans(of: patch) ?? []
            }
        }
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
            keys.append((String(halves[0]), Bool(value).map { .bool($0) } ?? .text(value)))
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
