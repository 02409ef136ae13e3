private import CLibYAML

/// A position as libyaml counts: all 0-based, in Unicode scalars.
struct Mark {
  let index: Int
  let line: Int
  let column: Int
}

/// Why libyaml stopped; its texts are constants of the library and never quote the document.
struct SyntaxFault: Error {
  let problem: String
  let context: String
  let problemMark: Mark
  let contextMark: Mark
  let isOutOfMemory: Bool
}

/// One step through a document.
struct Event {
  enum Kind {
    case streamStart, streamEnd, documentStart, documentEnd
    case alias, scalar, sequenceStart, sequenceEnd, mappingStart, mappingEnd
  }

  let kind: Kind
  let start: Mark
  let end: Mark
  /// The anchor of a node, or the name of an alias.
  var name: String?
  var tag: String?
  var text = ""
  var style = YAMLScalar.Style.plain
  /// A collection that is written in brackets, or a pair inside of some.
  var isFlow = false
  /// A document's end that is not written.
  var isImplicit = false
}

/// libyaml's parser, over bytes that must outlive it.
///
/// libyaml keeps its parser's own address, so that lives on the heap, never in a Swift value.
@safe struct EventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let event: UnsafeMutablePointer<yaml_event_t>

  /// Nil if memory does not suffice. `bytes` are UTF-8 with no byte order mark.
  init?(over bytes: UnsafeBufferPointer<UInt8>) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard unsafe yaml_parser_initialize(parser) != 0 else {
      unsafe parser.deallocate()
      return nil
    }
    unsafe self.parser = parser
    unsafe event = .allocate(capacity: 1)
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe event.deallocate()
  }

  /// The next event; not to be called again after a fault or the stream's end.
  mutating func next() throws(SyntaxFault) -> Event {
    guard unsafe yaml_parser_parse(parser, event) != 0 else {
      throw unsafe SyntaxFault(parser.pointee)
    }
    defer { unsafe yaml_event_delete(event) }
    return unsafe Event(event.pointee)
  }
}

extension Event {
  fileprivate init(_ event: yaml_event_t) {
    start = unsafe Mark(event.start_mark)
    end = unsafe Mark(event.end_mark)
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: kind = .streamStart
    case YAML_DOCUMENT_START_EVENT: kind = .documentStart
    case YAML_DOCUMENT_END_EVENT:
      kind = .documentEnd
      isImplicit = unsafe event.data.document_end.implicit != 0
    case YAML_ALIAS_EVENT:
      kind = .alias
      name = unsafe String(event.data.alias.anchor)
    case YAML_SCALAR_EVENT:
      kind = .scalar
      let scalar = unsafe event.data.scalar
      name = unsafe String(scalar.anchor)
      tag = unsafe String(scalar.tag)
      text = unsafe String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      style = unsafe YAMLScalar.Style(scalar.style)
    case YAML_SEQUENCE_START_EVENT:
      kind = .sequenceStart
      let sequence = unsafe event.data.sequence_start
      name = unsafe String(sequence.anchor)
      tag = unsafe String(sequence.tag)
      isFlow = unsafe sequence.style == YAML_FLOW_SEQUENCE_STYLE
    case YAML_SEQUENCE_END_EVENT: kind = .sequenceEnd
    case YAML_MAPPING_START_EVENT:
      kind = .mappingStart
      let mapping = unsafe event.data.mapping_start
      name = unsafe String(mapping.anchor)
      tag = unsafe String(mapping.tag)
      isFlow = unsafe mapping.style == YAML_FLOW_MAPPING_STYLE
    case YAML_MAPPING_END_EVENT: kind = .mappingEnd
    default: kind = .streamEnd  // also "no event", which libyaml gives after the end
    }
  }
}

extension Mark {
  fileprivate init(_ mark: yaml_mark_t) {
    index = Int(mark.index)
    line = Int(mark.line)
    column = Int(mark.column)
  }
}

extension SyntaxFault {
  fileprivate init(_ parser: yaml_parser_t) {
    problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? ""
    context = unsafe parser.context.map { unsafe String(cString: $0) } ?? ""
    problemMark = unsafe Mark(parser.problem_mark)
    contextMark = unsafe Mark(parser.context_mark)
    isOutOfMemory = unsafe parser.error == YAML_MEMORY_ERROR
  }
}

extension YAMLScalar.Style {
  fileprivate init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}

extension String {
  fileprivate init?(_ text: UnsafeMutablePointer<yaml_char_t>?) {
    guard let text = unsafe text else { return nil }
    unsafe self.init(cString: text)
  }
}
