import Diagnostics

/// Builds trees with ranges from libyaml's events.
///
/// 1. Each node gets its range: libyaml's marks, corrected by `SourceText+NodeRanges`.
/// 2. Aliases become their target's content, which is shared, not copied; each use is counted.
/// 3. Unusable nodes are collected as faults; a syntax error ends the file.
struct TreeBuilder: ~Copyable {
  let source: SourceText
  let file: String
  let limits: YAMLLimits
  private var reader: EventReader
  private var found: DiagnosticList
  /// Columns between the first nested block mapping and the mapping around it.
  private(set) var indentStep: Int?
  private var anchors: [String: Anchor] = [:]
  private(set) var nodes = 0
  private var aliasNodes = 0

  /// The file cannot be read further; the fault has been collected.
  private struct Stop: Error {}

  private enum Anchor {
    /// The node is still being read.
    case open
    case closed(Built)
  }

  /// A node with the number of nodes and the depth of collections in it.
  private struct Built {
    var node: YAMLNode
    var size: Int
    var height: Int
  }

  private struct Context {
    var depth = 0
    var layout = Layout()
    var isInMapping = false
  }

  init(source: SourceText, file: String, limits: YAMLLimits, reader: consuming EventReader) {
    self.source = source
    self.file = file
    self.limits = limits
    self.reader = reader
    found = DiagnosticList(limit: limits.maxFaults)
  }

  /// In reading order.
  var faults: [Diagnostic] { found.sorted(in: file) }

  mutating func readDocuments() -> [YAMLDocument] {
    var documents: [YAMLDocument] = []
    do throws(Stop) {
      while true {
        let event = try next()
        if event.kind == .streamEnd { break }
        if event.kind == .documentStart {
          guard documents.count < limits.maxDocuments else {
            throw stop(.tooManyDocuments(limits.maxDocuments, at: location(range(of: event))))
          }
          documents.append(try document(event))
        }
      }
    } catch {}
    return documents
  }

  private mutating func next() throws(Stop) -> Event {
    do {
      return try reader.next()
    } catch {
      collect(syntaxDiagnostic(error, in: source, file: file))
      throw Stop()
    }
  }

  private mutating func collect(_ fault: Diagnostic) {
    found.append(fault)
  }

  private mutating func stop(_ fault: Diagnostic) -> Stop {
    collect(fault)
    return Stop()
  }

  private func location(_ range: SourceRange) -> Location { .source(file: file, range: range) }

  private func range(of event: Event) -> SourceRange {
    SourceRange(source.position(of: event.start), source.position(of: event.end))
  }

  private mutating func document(_ startEvent: Event) throws(Stop) -> YAMLDocument {
    // Not with their capacity, which would be cleared once per document.
    if !anchors.isEmpty { anchors = [:] }
    let start = range(of: startEvent)
    let root = try value(try next(), Context()).node
    let endEvent = try next()
    var end = max(start.end, root.range.end)
    if !endEvent.isImplicit { end = max(end, source.position(of: endEvent.end)) }
    let isAbsent =
      root.scalar?.style == .plain && root.range.byteRange.isEmpty && root.layout.propertyBytes == 0
    return YAMLDocument(range: SourceRange(start.start, end), root: isAbsent ? nil : root)
  }

  private mutating func value(
    _ event: Event, _ around: Context
  ) throws(Stop) -> Built {
    nodes += 1
    switch event.kind {
    case .alias: return try alias(event, around)
    case .scalar: return scalar(event, around)
    case .sequenceStart, .mappingStart:
      guard around.depth < limits.maxDepth else {
        throw stop(.nestedTooDeep(limits.maxDepth, at: location(range(of: event))))
      }
      if let name = event.name { anchors[name] = .open }
      let built =
        event.kind == .mappingStart
        ? try mapping(event, around) : try sequence(event, around)
      if let name = event.name { anchors[name] = .closed(built) }
      return built
    case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
      preconditionFailure("libyaml gave the end of something where a node must be")
    }
  }
}

// MARK: The kinds of nodes

extension TreeBuilder {
  private mutating func alias(_ event: Event, _ around: Context) throws(Stop) -> Built {
    let range = range(of: event)
    checkName(from: range, around.layout)
    let name = event.name ?? ""
    let nothing = YAMLNode.Content.scalar(YAMLScalar(text: "", style: .plain, kind: .null))
    var built = Built(
      node: YAMLNode(range: range, content: nothing, link: .alias(name), layout: around.layout),
      size: 1, height: 0)
    switch anchors[name] {
    case nil:
      collect(.unknownAlias(at: location(range)))
    case .open:
      collect(.aliasOfItself(at: location(range)))
    case .closed(let target):
      aliasNodes += target.size
      guard aliasNodes <= limits.maxAliasNodes else {
        throw stop(.tooManyAliases(limits.maxAliasNodes, at: location(range)))
      }
      guard around.depth + target.height <= limits.maxDepth else {
        throw stop(.nestedTooDeep(limits.maxDepth, at: location(range)))
      }
      nodes += target.size
      built.node = YAMLNode(
        range: range, content: target.node.content, link: .alias(name), layout: around.layout)
      built.size += target.size
      built.height = target.height
    }
    return built
  }

  private mutating func scalar(_ event: Event, _ around: Context) -> Built {
    let isEmpty = event.style == .plain && event.text.utf8.isEmpty
    var (range, layout) = placed(event, around, isEmpty: isEmpty)
    if event.style == .literal || event.style == .folded {
      let end = source.blockScalarEnd(
        from: range.start.offset, markedEnd: range.end.offset, text: event.text)
      range = SourceRange(range.start, source.position(at: end))
    }
    var kind: YAMLScalar.Kind =
      event.style == .plain ? YAMLScalar.Kind(plain: event.text) : .string
    if let tag = coreTag(of: event, at: range) {
      if tag.isString { layout.flags.insert(.isTaggedString) }
      if let tagged = tag.kind(of: event.text) {
        kind = tagged
      } else {
        collect(.tagDoesNotFit(at: location(range)))
      }
    }
    let scalar = YAMLScalar(text: event.text, style: event.style, kind: kind)
    let link = event.name.map(YAMLNode.Link.anchor) ?? .none
    let built = Built(
      node: YAMLNode(range: range, content: .scalar(scalar), link: link, layout: layout),
      size: 1, height: 0)
    if let name = event.name { anchors[name] = .closed(built) }
    return built
  }

  private mutating func sequence(_ event: Event, _ around: Context) throws(Stop) -> Built {
    let before = nodes - 1
    let (head, layout) = placed(event, around, isEmpty: false)
    if let tag = coreTag(of: event, at: head), tag != .sequence, tag != .unspecific {
      collect(.tagDoesNotFit(at: location(head)))
    }
    var inside = context(inside: event, at: head, around)
    inside.isInMapping = false
    var items: [YAMLNode] = []
    var height = 0
    var last = try next()
    while last.kind != .sequenceEnd {
      let item = try value(last, inside)
      items.append(item.node)
      height = max(height, item.height)
      last = try next()
    }
    let end = event.isFlow ? source.position(of: last.end) : items.last?.range.end
    return built(event, .sequence(items), from: head, to: end, layout, before, height)
  }

  private mutating func mapping(_ event: Event, _ around: Context) throws(Stop) -> Built {
    let before = nodes - 1
    let (head, layout) = placed(event, around, isEmpty: false)
    if let tag = coreTag(of: event, at: head), tag != .mapping, tag != .unspecific {
      collect(.tagDoesNotFit(at: location(head)))
    }
    var inside = context(inside: event, at: head, around)
    var entries = EntryList()
    var height = 0
    var end = head.end
    var last = try next()
    while last.kind != .mappingEnd {
      inside.isInMapping = true
      inside.layout.flags.insert(.isKey)
      let key = try value(last, inside)
      inside.layout.flags.remove(.isKey)
      var value = try self.value(try next(), inside)
      if value.node.isUnwritten {
        let (location, lacksColon) = source.emptyValue(after: key.node.range.end)
        value.node = value.node.moved(to: location, lacksColon: lacksColon)
      }
      end = value.node.range.end
      height = max(height, key.height, value.height)
      add(key.node, value.node, to: &entries)
      last = try next()
    }
    // A pair inside of brackets, `[a: b]`, has no bracket of its own.
    if event.isFlow, source.bytes[head.start.offset] == UInt8(ascii: "{") {
      end = source.position(of: last.end)
    }
    return built(event, .mapping(entries.all), from: head, to: end, layout, before, height)
  }

  private mutating func add(_ key: YAMLNode, _ value: YAMLNode, to entries: inout EntryList) {
    guard let scalar = key.scalar, !key.isUnwritten else {
      return collect(.keyIsNotText(isMissing: key.scalar != nil, at: location(key.range)))
    }
    if scalar.text == "<<", scalar.style == .plain, !key.layout.flags.contains(.isTaggedString) {
      return collect(.mergeKey(at: location(key.range)))
    }
    if scalar.text.utf8.count > limits.maxKeyBytes {
      return collect(.keyTooLong(limits.maxKeyBytes, at: location(key.range)))
    }
    let entry = YAMLEntry(key: key, keyText: scalar.text, value: value)
    if let line = entries.lineOfDuplicate(afterAdding: entry) {
      collect(.duplicateKey(firstLine: line, at: location(key.range)))
    }
  }
}

// MARK: Ranges and tags

extension TreeBuilder {
  private mutating func checkName(from range: SourceRange, _ layout: Layout) {
    let inFlow = layout.flags.contains(.inFlow)
    if source.nameIsSeparate(from: range.start.offset, inFlow: inFlow) { return }
    collect(.nameRunsOn(at: location(SourceRange(at: range.start))))
  }

  /// The range after anchor and tag, according to the marks, and the layout with their length.
  private mutating func placed(
    _ event: Event, _ around: Context, isEmpty: Bool
  ) -> (SourceRange, Layout) {
    let marked = range(of: event)
    var layout = around.layout
    guard event.name != nil || event.tag != nil else { return (marked, layout) }
    if event.name != nil { checkName(from: marked, layout) }
    let head = marked.start
    var start = marked.end
    if !isEmpty {
      let offset = source.valueStart(
        from: head.offset, hasAnchor: event.name != nil, hasTag: event.tag != nil,
        inFlow: layout.flags.contains(.inFlow))
      start = source.position(at: offset, from: head)
    }
    layout.propertyBytes = UInt32(start.offset - head.offset)
    return (SourceRange(start, max(start, marked.end)), layout)
  }

  private mutating func context(
    inside event: Event, at range: SourceRange, _ around: Context
  ) -> Context {
    var inside = around
    inside.depth += 1
    inside.layout.flags.remove(.isKey)
    guard !event.isFlow else {
      inside.layout.flags.insert(.inFlow)
      return inside
    }
    let column = Int32(range.start.column - 1)
    let step = Int(column) - Int(around.layout.parentColumn)
    if event.kind == .mappingStart, around.isInMapping, (1...8).contains(step) {
      inside.layout.step = UInt8(step)
      if indentStep == nil { indentStep = step }
    }
    inside.layout.parentColumn = column
    return inside
  }

  private func built(
    _ event: Event, _ content: YAMLNode.Content, from head: SourceRange, to end: Position?,
    _ layout: Layout, _ before: Int, _ height: Int
  ) -> Built {
    let range = SourceRange(head.start, max(head.start, end ?? head.end))
    let link = event.name.map(YAMLNode.Link.anchor) ?? .none
    return Built(
      node: YAMLNode(range: range, content: content, link: link, layout: layout),
      size: nodes - before, height: height + 1)
  }

  private mutating func coreTag(of event: Event, at range: SourceRange) -> CoreTag? {
    guard let tag = event.tag else { return nil }
    if let core = CoreTag(tag) { return core }
    collect(
      .unsupportedTag(tag, at: location(SourceRange(source.position(of: event.start), range.start)))
    )
    return nil
  }
}
