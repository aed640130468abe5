import CLibgit2

/// A commit as its bytes say it (gitformat-commit), read as git reads them: what the lines about author and committer hold may be
/// anything. libgit2 refuses to look such a commit up, while git makes, takes and hands it on without a word.
struct StoredCommit {
    let tree: ObjectID
    let parents: [ObjectID]
    let author: Signature
    let committer: Signature
    let message: String

    /// Nil where the bytes don't begin with the tree and the parents.
    init?(_ bytes: some Sequence<UInt8>) {
        var rest = Array(bytes)[...]
        guard let tree = ObjectID(header: "tree ", rest.takeLine()) else { return nil }
        var parents: [ObjectID] = []
        var line = rest.takeLine()
        while line.starts(with: "parent ".utf8) {
            guard let parent = ObjectID(header: "parent ", line) else { return nil }
            parents.append(parent)
            line = rest.takeLine()
        }
        var (author, committer): (Signature?, Signature?)
        while !line.isEmpty {
            author = author ?? Signature(header: "author ", line)
            committer = committer ?? Signature(header: "committer ", line)
            line = rest.takeLine()
        }
        self.tree = tree
        self.parents = parents
        self.author = author ?? .unreadable
        self.committer = committer ?? author ?? .unreadable
        let text = rest.drop { $0 == UInt8(ascii: "\n") }.prefix { $0 != 0 }
        message = String(decoding: text, as: UTF8.self)
    }
}

/// The commit of this id, whatever libgit2 thinks of it.
func storedCommit(_ id: ObjectID, in repository: borrowing Handle) throws(GitError) -> StoredCommit {
    let database = try Git.database(of: repository)
    var (oid, code) = (id.oid, Int32(0))
    let object: Handle
    do {
        object = try Handle("read the commit \(id.short)", free: git_odb_object_free) { out in
            code = git_odb_read(out, database.pointer, &oid)
            return code
        }
    } catch {
        throw code == GIT_ENOTFOUND.rawValue ? .missing(id, kind: "commit") : error
    }
    guard git_odb_object_type(object.pointer) == GIT_OBJECT_COMMIT else { throw .missing(id, kind: "commit") }
    let size = git_odb_object_size(object.pointer)
    let bytes = UnsafeRawBufferPointer(start: git_odb_object_data(object.pointer), count: size)
    guard let commit = StoredCommit(bytes) else {
        throw .library(
            doing: "read the commit \(id)",
            reason:
                "it does not begin with a tree and parents; push a branch without it, made by `git rebase` or `git replace`"
        )
    }
    return commit
}

func database(of repository: borrowing Handle) throws(GitError) -> Handle {
    let pointer = repository.pointer
    return try Handle("open the objects", free: git_odb_free) { git_repository_odb($0, pointer) }
}

extension GitError {
    /// An object is not there, or not whole, that the history needs.
    package var isOfMissingObject: Bool {
        switch self {
        case .missing: true
        case .library(_, let reason), .network(_, let reason):
            ["object not found", "no match for id", "hash mismatch", "inflate", "corrupt", "loose object"].contains {
                reason.contains($0)
            }
        default: false
        }
    }

    /// libgit2 met a commit that it can't read. Whatever needs it has to be done in another way.
    var isOfMalformedCommit: Bool {
        switch self {
        case .network(_, let reason), .library(_, let reason):
            reason.contains("failed to parse") || reason.contains("cannot be peeled")
        default: false
        }
    }
}

extension Signature {
    fileprivate static let unreadable = Signature(name: "", email: "", seconds: 0)
    /// The end of the year 9999: no sum with a time of ours overflows, and RFC 3339 can write it.
    private static let latest: Int64 = 253_402_300_799

    /// As `NAME <EMAIL> SECONDS ZONE`, as far as that can be made out; nil for another line. A time that can't be read is 0.
    init?(header: String, _ line: ArraySlice<UInt8>) {
        guard line.starts(with: header.utf8) else { return nil }
        let text = line.dropFirst(header.utf8.count)
        let open = text.firstIndex(of: UInt8(ascii: "<"))
        let close = text.lastIndex(of: UInt8(ascii: ">")).flatMap { $0 > (open ?? text.startIndex) ? $0 : nil }
        let words = text[(close.map { $0 + 1 } ?? open ?? text.startIndex)...].split(separator: UInt8(ascii: " "))
        let time = words.count < 2 ? words.last : words.dropLast().last
        let seconds = time.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
        let email = open.map { text[($0 + 1)..<(close ?? text.endIndex)] } ?? []
        self.init(
            name: text[..<(open ?? close ?? text.endIndex)].trimmed,
            // Without a `>`, up to the time.
            email: close == nil ? (email.split(separator: UInt8(ascii: " ")).first ?? []).trimmed : email.trimmed,
            seconds: (0...Self.latest).contains(seconds) ? seconds : 0,
            offsetMinutes: words.count < 2 ? 0 : zoneMinutes(words[words.count - 1]))
    }
}

/// `+0130` is 90; what is no zone of this world is 0.
private func zoneMinutes(_ word: ArraySlice<UInt8>) -> Int {
    guard let zone = Int(String(decoding: word, as: UTF8.self)), word.count == 5, abs(zone) <= 1400,
        abs(zone) % 100 < 60
    else { return 0 }
    return zone / 100 * 60 + zone % 100
}

extension ObjectID {
    fileprivate init?(header: String, _ line: ArraySlice<UInt8>) {
        var oid = git_oid()
        let digits = line.dropFirst(header.utf8.count)
        guard line.starts(with: header.utf8), digits.count == 40,
            digits.withUnsafeBytes({
                git_oid_fromstrn(&oid, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
            }) == 0
        else { return nil }
        self.init(oid)
    }
}

extension ArraySlice<UInt8> {
    /// Takes the first line off, and its end.
    fileprivate mutating func takeLine() -> ArraySlice {
        let line = prefix { $0 != UInt8(ascii: "\n") }
        self = dropFirst(line.count + 1)
        return line
    }

    fileprivate var trimmed: String {
        let isSpace = { (byte: UInt8) in byte <= UInt8(ascii: " ") }
        return String(decoding: drop(while: isSpace).reversed().drop(while: isSpace).reversed(), as: UTF8.self)
    }
}
