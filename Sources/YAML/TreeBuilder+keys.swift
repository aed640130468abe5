extension TreeBuilder {
    private func text(_ record: Int) -> UnsafeBufferPointer<UInt8>? {
        let record = records[record].kind == .alias ? records[Int(records[record].text)] : records[record]
        guard record.kind == .scalar, !record.isDecoded else { return nil }
        return UnsafeBufferPointer(rebasing: bytes[Int(record.text)..<Int(record.textEnd)])
    }

    private func string(_ index: Int) -> String {
        let record = records[index].kind == .alias ? records[Int(records[index].text)] : records[index]
        let range = Int(record.text)..<Int(record.textEnd)
        return record.isDecoded
            ? String(decoding: decoded[range], as: UTF8.self) : String(decoding: bytes[range], as: UTF8.self)
    }

    /// Throws for a key that stands twice, and for a merge key that has nothing to merge.
    mutating func checkMapping(_ mapping: Int) throws(Failure) {
        var keys: [Int] = []
        var record = mapping + 1
        while record < Int(records[mapping].next) {
            keys.append(record)
            let value = Int(records[record].next)
            if try isMerge(record, value: value) { records[mapping].hasMerge = true }
            record = Int(records[value].next)
        }
        if keys.count > 16 { return try checkManyKeys(keys) }
        for index in keys.indices.dropFirst() {
            for earlier in keys[..<index] where isSameKey(keys[index], earlier) {
                throw duplicate(keys[index], of: earlier)
            }
        }
    }

    private func isSameKey(_ one: Int, _ other: Int) -> Bool {
        guard let left = text(one), let right = text(other) else { return string(one) == string(other) }
        return isSame(left, right)
    }

    private func checkManyKeys(_ keys: [Int]) throws(Failure) {
        var seen: [String: Int] = [:]
        for key in keys {
            if let earlier = seen.updateValue(key, forKey: string(key)) { throw duplicate(key, of: earlier) }
        }
    }

    private func duplicate(_ key: Int, of earlier: Int) -> Failure {
        let line = bytes[..<Int(records[earlier].start)].count { $0 == UInt8(ascii: "\n") } + 1
        return Failure(
            message: "the key \(shown(string(key))) stands already in line \(line): keep one of the two",
            offset: Int(records[key].start))
    }

    private func isMerge(_ key: Int, value: Int) throws(Failure) -> Bool {
        if records[key].kind == .alias, records[Int(records[key].text)].kind != .scalar {
            throw complexKey(at: Int(records[key].start), flow: false, key: key)
        }
        guard records[key].kind == .scalar, records[key].style == .plain, records[key].textEnd - records[key].text == 2,
            records[key].tag < 0, string(key) == "<<"
        else { return false }
        var sources = [value]
        if resolve(value).kind == .sequence {
            let sequence = records[value].kind == .alias ? Int(records[value].text) : value
            sources = []
            var item = sequence + 1
            while item < Int(records[sequence].next) {
                sources.append(item)
                item = Int(records[item].next)
            }
        }
        guard sources.allSatisfy({ resolve($0).kind == .mapping }) else {
            throw Failure(
                message: "<< merges mappings only: give it an alias of one, or a list of such",
                offset: Int(records[value].start))
        }
        return true
    }

    private func resolve(_ record: Int) -> Record {
        records[record].kind == .alias ? records[Int(records[record].text)] : records[record]
    }
}
