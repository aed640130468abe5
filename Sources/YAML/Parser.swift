import CLibyaml

/// Reads a whole file, over libyaml's events.
package enum Parser {
    package struct Limits: Sendable {
        package var bytes = 4 << 20
        package var depth = 64
        /// How many nodes the aliases of one document may stand for, nested aliases counted each time; those of the whole file ten times
        /// as many, with no more text in them than a file may have.
        package var expansion = 10_000
        /// Keys and values of a file. A manifest has one for some ten bytes; `[,,,,` would have one for each.
        package var nodes = 500_000

        package init() {}
    }

    package static func parse(_ source: [UInt8], limits: Limits = Limits()) throws(YAMLError) -> Tree {
        let top = Position(line: 1, column: 1)
        guard source.count <= limits.bytes else {
            throw YAMLError("the file is larger than \(limits.bytes >> 20) MiB: split it", at: top)
        }
        guard !isUTF16(source) else { throw YAMLError("the file is UTF-16: save it as UTF-8", at: top) }
        let lines = Lines(source)
        if let offset = conflict(in: source, lines) { throw YAMLError(conflictAdvice, at: lines.position(of: offset)) }
        if let offset = runawayDirective(in: source, lines) {
            throw YAMLError("too many lines with a % in front: remove them", at: lines.position(of: offset))
        }
        let builder = try source.withUnsafeBufferPointer { buffer throws(YAMLError) -> TreeBuilder in
            var reader = EventReader(
                buffer, offsets: ByteOffsets(buffer, isASCII: lines.isASCII), source: source, lines: lines)
            return try reader.read(limits)
        }
        return Tree(source: source, lines: lines, builder: builder)
    }
}

/// Owns libyaml's parser and feeds its events to a `TreeBuilder`.
private struct EventReader: ~Copyable {
    // libyaml keeps a pointer to the parser in itself: it must not move.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offsets: ByteOffsets
    private let source: [UInt8]
    private let lines: Lines

    init(_ bytes: UnsafeBufferPointer<UInt8>, offsets: ByteOffsets, source: [UInt8], lines: Lines) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        self.bytes = bytes
        self.offsets = offsets
        self.source = source
        self.lines = lines
        // It fails only without memory; the first event then reports that.
        _ = yaml_parser_initialize(parser)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func read(_ limits: Parser.Limits) throws(YAMLError) -> TreeBuilder {
        var builder = TreeBuilder(bytes, limits: limits)
        var event = yaml_event_t()
        while true {
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
            defer { yaml_event_delete(&event) }
            if event.type == YAML_STREAM_END_EVENT { return builder }
            do {
                try add(event, to: &builder)
            } catch {
                throw YAMLError(error.message, at: position(error.offset))
            }
        }
    }

    private mutating func add(_ event: yaml_event_t, to builder: inout TreeBuilder) throws(TreeBuilder.Failure) {
        let start = offsets[event.start_mark.index]
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            builder.beginDocument()
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            try builder.scalar(
                UnsafeBufferPointer(start: scalar.value, count: scalar.length), Node.Style(scalar.style),
                start..<offsets[event.end_mark.index], anchor: scalar.anchor, tag: scalar.tag)
        case YAML_ALIAS_EVENT:
            try builder.alias(event.data.alias.anchor, start..<offsets[event.end_mark.index])
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            try builder.begin(
                .sequence, sequence.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block, at: start,
                anchor: sequence.anchor, tag: sequence.tag)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            try builder.begin(
                .mapping, mapping.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block, at: start,
                anchor: mapping.anchor, tag: mapping.tag)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            try builder.end(at: offsets[event.end_mark.index])
        default: break
        }
    }

    private func position(_ offset: Int) -> Position { lines.position(of: offset) }

    private mutating func failure() -> YAMLError {
        let parser = parser.pointee
        if parser.error == YAML_READER_ERROR {
            return YAMLError(
                "not valid UTF-8 text: save the file as UTF-8, without control characters",
                at: position(parser.problem_offset))
        }
        let problem = parser.problem.map { String(cString: $0) } ?? "out of memory"
        if let offset = unicodeLineBreak(in: source) { return YAMLError(lineBreakAdvice, at: position(offset)) }
        let position = position(offsets[parser.problem_mark.index])
        let context = parser.context == nil ? position : self.position(offsets[parser.context_mark.index])
        return YAMLError(advice(on: problem, lines: [position.line, context.line]), at: position)
    }

    /// Says in the reader's words what libyaml found.
    private func advice(on problem: String, lines numbers: [Int]) -> String {
        if numbers.contains(where: { line($0).prefix { $0 == " " || $0 == "\t" }.contains("\t") }) {
            return "a tab indents this line: YAML takes only spaces there"
        }
        if numbers.contains(where: { line($0).hasPrefix(">>>>>>>") || line($0).hasPrefix("=======") }) {
            return conflictAdvice
        }
        if numbers.contains(where: { isTemplate(line($0)) }) || hasStatement { return templateAdvice }
        return switch problem {
        case "mapping values are not allowed in this context":
            "no key can stand here: check the indentation, or quote a value that contains \": \""
        case "did not find expected key", "did not find expected '-' indicator":
            "this line fits no block above it: check its indentation"
        case "could not find expected ':'": "a key needs a colon behind it"
        case "found unexpected end of stream": "a quote is not closed before the file ends"
        case "did not find expected ',' or '}'": "a { is not closed, or a comma is missing"
        case "did not find expected ',' or ']'": "a [ is not closed, or a comma is missing"
        default: "not YAML: \(problem)"
        }
    }

    /// As much of a line as it takes to say what is wrong with it.
    private func line(_ number: Int) -> String {
        let start = Int(lines.starts[number - 1])
        let end = number < lines.starts.count ? Int(lines.starts[number]) : source.count
        return String(decoding: source[start..<min(end, start + 4096)], as: UTF8.self)
    }

    /// Whether a line of the file is a statement of a template language.
    private var hasStatement: Bool { lines.starts.contains { isStatement(source[Int($0)...]) } }
}

extension Node.Style {
    fileprivate init(_ style: yaml_scalar_style_t) {
        self =
            switch style {
            case YAML_SINGLE_QUOTED_SCALAR_STYLE: .single
            case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .double
            case YAML_LITERAL_SCALAR_STYLE: .literal
            case YAML_FOLDED_SCALAR_STYLE: .folded
            default: .plain
            }
    }
}
