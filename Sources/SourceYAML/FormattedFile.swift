package import Diagnostics

/// A file with the entries of its block mappings in a given order, each level indented by two spaces.
///
/// Whole lines are moved and indented; what is in brackets, in a list or in a text keeps its form. The
/// result is compared with the file: every value and every comment must be there again.
package struct FormattedFile {
  /// The keys of the mapping at a path of a document, in their order; others follow as they are. The
  /// number is 0-based, among the documents that have content.
  package typealias KeyOrder = (_ document: Int, _ path: [String]) -> [String]

  private let file: YAMLFile
  private let order: KeyOrder
  private let lines: LineTable
  private static let step = 2

  package init(_ file: YAMLFile, order: @escaping KeyOrder) {
    self.file = file
    self.order = order
    lines = LineTable(file.bytes)
  }

  /// - Throws: if the file cannot have that form without a change of what it says.
  package func bytes() throws(Diagnostic) -> [UInt8] {
    var written: [Line] = []
    var copied = 0
    for (number, root) in file.documents.compactMap(\.root).enumerated() where isBlock(root) {
      guard let entries = root.entries, let first = entries.first else { continue }
      let start = lines.number(at: first.key.range.start.offset)
      let end = lines.number(at: root.range.end.offset) + 1
      written += (copied..<start).map { Line(bytes: lines.bytes($0)) }
      // What is above the first key is about the file, so it stays there.
      written += try mapping(root, lines: start..<end, column: 0, at: Place(document: number))
      copied = end
    }
    written += (copied..<lines.count).map { Line(bytes: lines.bytes($0)) }
    let after = joined(written)
    try requireSame(after)
    return after
  }

  private struct Place {
    let document: Int
    var path: [String] = []

    func below(_ key: String) -> Place { Place(document: document, path: path + [key]) }
  }

  /// A line without its break.
  private struct Line {
    var bytes: [UInt8]

    /// With `count` more spaces before it, or fewer; a blank line stays.
    func shifted(by count: Int) -> Line {
      let spaces = bytes.prefix { $0 == 0x20 }.count
      if spaces == bytes.count { return self }
      return Line(
        bytes: Array(repeating: 0x20, count: max(0, spaces + count)) + bytes[spaces...])
    }
  }

  private func isBlock(_ node: YAMLNode) -> Bool {
    guard node.aliasOf == nil, !node.inFlow, case .mapping(let entries) = node.content else {
      return false
    }
    let start = node.range.start.offset
    return !entries.isEmpty && file.bytes[start] != UInt8(ascii: "{")
  }

  /// The lines of a block mapping.
  ///
  /// - Parameters:
  ///   - region: its lines, with the comments and blank lines before its first key.
  ///   - column: 0-based, of its keys from now on.
  private func mapping(
    _ node: YAMLNode, lines region: Range<Int>, column: Int, at place: Place
  ) throws(Diagnostic) -> [Line] {
    guard let entries = node.entries else { return [] }
    var parts: [(key: String, lines: [Line])] = []
    var start = region.lowerBound
    for (number, entry) in entries.enumerated() {
      let next = number + 1 < entries.count ? entries[number + 1] : nil
      let keyLine = try line(ofKey: entry)
      let last = lines.number(at: max(entry.value.range.end.offset, entry.key.range.end.offset))
      let end: Int
      if let next {
        end = try firstLine(before: line(ofKey: next), after: last)
      } else {
        end = region.upperBound
      }
      guard start <= keyLine, keyLine <= last, last < end else { throw unformattable(entry.key) }
      var written = try (start..<keyLine).map { (number) throws(Diagnostic) in
        try trivia(number, column: column, near: entry.key)
      }
      written += try self.entry(
        entry, lines: keyLine..<(last + 1), column: column, at: place.below(entry.keyText))
      let isDeep = isBlock(entry.value) || entry.value.items != nil
      written += try ((last + 1)..<end).map { (number) throws(Diagnostic) in
        let isInside = isDeep && lines.indent(number) > entry.key.range.start.column - 1
        return try trivia(
          number, column: isInside ? column + Self.step : column, near: entry.key)
      }
      parts.append((entry.keyText, written))
      start = end
    }
    let ranks = order(place.document, place.path)
    let sorted = parts.enumerated().sorted { left, right in
      let (first, second) = (
        ranks.firstIndex(of: left.element.key) ?? ranks.count,
        ranks.firstIndex(of: right.element.key) ?? ranks.count
      )
      return (first, left.offset) < (second, right.offset)
    }
    return sorted.flatMap(\.element.lines)
  }

  /// The lines of one entry, from its key to the end of its value.
  private func entry(
    _ entry: YAMLEntry, lines region: Range<Int>, column: Int, at place: Place
  ) throws(Diagnostic) -> [Line] {
    let shift = column - (entry.key.range.start.column - 1)
    let head = Line(bytes: lines.bytes(region.lowerBound)).shifted(by: shift)
    let rest = (region.lowerBound + 1)..<region.upperBound
    if rest.isEmpty { return [head] }
    if isBlock(entry.value) {
      return [head]
        + (try mapping(entry.value, lines: rest, column: column + Self.step, at: place))
    }
    let inner = column + Self.step - (lines.indentOfFirstFilled(rest) ?? 0)
    let bodyShift =
      switch entry.value.content {
      case .scalar(let scalar): bodyIsFree(scalar, entry.value) ? inner : shift
      case .sequence:
        file.bytes[entry.value.range.start.offset] == UInt8(ascii: "-") ? inner : shift
      case .mapping: shift
      }
    return [head] + rest.map { Line(bytes: lines.bytes($0)).shifted(by: bodyShift) }
  }

  /// Whether the lines of a block text may be indented otherwise: its header has no number for it.
  private func bodyIsFree(_ scalar: YAMLScalar, _ node: YAMLNode) -> Bool {
    switch scalar.style {
    case .literal, .folded:
      let start = node.range.start.offset + 1
      return !file.bytes[start..<file.bytes.lineEnd(from: start)]
        .prefix { $0.isBlockHeaderLetter }.contains { (0x31...0x39).contains($0) }
    case .plain, .singleQuoted, .doubleQuoted: return false
    }
  }

  /// The first of the comment and blank lines that belong to the next key: directly above it, and no
  /// deeper than it.
  private func firstLine(before key: Int, after last: Int) throws(Diagnostic) -> Int {
    var start = key
    let column = lines.indent(key)
    while start - 1 > last, lines.isComment(start - 1), lines.indent(start - 1) <= column {
      start -= 1
    }
    while start - 1 > last, lines.isBlank(start - 1) { start -= 1 }
    return start
  }

  private func trivia(
    _ number: Int, column: Int, near key: YAMLNode
  ) throws(Diagnostic) -> Line {
    let line = Line(bytes: lines.bytes(number))
    if lines.isBlank(number) { return line }
    guard lines.isComment(number) else { throw unformattable(key) }
    return line.shifted(by: column - lines.indent(number))
  }

  /// The line of a key, which must begin with it.
  private func line(ofKey entry: YAMLEntry) throws(Diagnostic) -> Int {
    let start = entry.key.range.start.offset - Int(entry.key.layout.propertyBytes)
    let number = lines.number(at: start)
    guard lines.starts[number] + lines.indent(number) == start else {
      throw unformattable(entry.key)
    }
    return number
  }

  /// Every line but the last ends with the file's own break.
  private func joined(_ written: [Line]) -> [UInt8] {
    let lineBreak = Array(file.lineBreak.utf8)
    var bytes: [UInt8] = []
    for (number, line) in written.enumerated() {
      bytes += line.bytes
      if number + 1 < written.count { bytes += lineBreak }
    }
    return bytes
  }

  private func requireSame(_ after: [UInt8]) throws(Diagnostic) {
    if after == file.bytes { return }
    let (again, faults) = YAMLFile.parse(after, file: file.file)
    guard !faults.contains(where: { $0.severity == .error }),
      ScalarIndex(again).scalars == ScalarIndex(file).scalars,
      again.documents.count == file.documents.count,
      again.comments.sorted() == file.comments.sorted()
    else { throw unformattable(file.documents.first?.root) }
  }

  private func unformattable(_ node: YAMLNode?) -> Diagnostic {
    Diagnostic(
      .notFormattable, "the manifest cannot be formatted without a change of what it says",
      at: node.map { .source(file: file.file, range: SourceRange(at: $0.range.start)) }
        ?? .file(file.file), notes: ["it was left as it is"],
      help: ["write each key in a line of its own, as `key: value`, then try again"])
  }
}

/// The lines of a file, by 0-based numbers.
private struct LineTable {
  private let text: [UInt8]
  /// Where each line starts.
  let starts: [Int]

  init(_ text: [UInt8]) {
    self.text = text
    var starts = [0]
    var index = text.lineEnd(from: 0)
    while index < text.count {
      index += text.breakLength(at: index)
      starts.append(index)
      index = text.lineEnd(from: index)
    }
    self.starts = starts
  }

  /// A file that ends with a break has an empty last line.
  var count: Int { starts.count }

  func number(at offset: Int) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  /// Without the break.
  func bytes(_ number: Int) -> [UInt8] {
    Array(text[starts[number]..<text.lineEnd(from: starts[number])])
  }

  func indent(_ number: Int) -> Int { bytes(number).prefix { $0 == 0x20 }.count }
  func isBlank(_ number: Int) -> Bool { bytes(number).allSatisfy(\.isBlank) }

  func isComment(_ number: Int) -> Bool {
    bytes(number).first { !$0.isBlank } == UInt8(ascii: "#")
  }

  func indentOfFirstFilled(_ region: Range<Int>) -> Int? {
    region.first { !isBlank($0) }.map(indent)
  }
}
