package import Diagnostics

/// Making changes, of each the first form that fits.
extension YAMLFile {
  /// The file with all changes made.
  ///
  /// 1. The preferred form of each is tried, all together: nearly always they fit.
  /// 2. If they do not, halves are tried, down to single changes; of those, every form.
  /// 3. What was chosen is checked together.
  ///
  /// A form fits if the file then reads as before but for the changed values.
  ///
  /// - Throws: why a change cannot be made.
  package func applying(_ changes: [YAMLChange]) throws(Diagnostic) -> [UInt8] {
    let check = ChangeCheck(self)
    let edits = try check.fittingEdits(changes[...])
    return try check.result(of: edits, for: changes[...])
  }

  /// The file with all edits made; `nil` if two of them overlap.
  func applying(_ edits: [YAMLEdit]) -> [UInt8]? {
    var result: [UInt8] = []
    var copied = 0
    for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard edit.range.lowerBound >= copied else { return nil }
      result += bytes[copied..<edit.range.lowerBound]
      result += edit.bytes
      copied = edit.range.upperBound
    }
    return result + bytes[copied...]
  }
}

/// Compares what a file says with what it was to say.
private struct ChangeCheck {
  private let file: YAMLFile
  private let index: ScalarIndex

  init(_ file: YAMLFile) {
    self.file = file
    index = ScalarIndex(file)
  }

  func fittingEdits(_ changes: ArraySlice<YAMLChange>) throws(Diagnostic) -> [YAMLEdit] {
    let preferred = changes.map { $0.forms[0] }
    if (try? result(of: preferred, for: changes)) != nil { return preferred }
    guard changes.count > 1 else {
      guard let only = changes.first else { return [] }
      return [try fittingForm(of: only)]
    }
    let middle = changes.startIndex + changes.count / 2
    return try fittingEdits(changes[..<middle]) + fittingEdits(changes[middle...])
  }

  private func fittingForm(of change: YAMLChange) throws(Diagnostic) -> YAMLEdit {
    for form in change.forms.dropLast() where (try? result(of: [form], for: [change])) != nil {
      return form
    }
    // The last form's failure is reported: no other is left to try.
    let last = change.forms[change.forms.count - 1]
    _ = try result(of: [last], for: [change])
    return last
  }

  /// The file with the edits, if it then says what it was to say.
  func result(
    of edits: [YAMLEdit], for changes: ArraySlice<YAMLChange>
  ) throws(Diagnostic) -> [UInt8] {
    guard let after = file.applying(edits) else { throw unfit(changes, note: nil) }
    let (again, faults) = YAMLFile.parse(after, file: file.file)
    if let fault = faults.first(where: { $0.severity == .error }) {
      if fault.code == .tabIndentation, let tab = tab(after: changes) {
        throw .tabAfterValue(at: .source(file: file.file, range: SourceRange(at: tab)))
      }
      throw unfit(changes, note: "afterwards, the file could not be read: \(fault.message)")
    }
    let expected = index.scalars(after: changes)
    let found = ScalarIndex(again).scalars
    if expected == found { return after }
    let different = Set(expected.keys).union(found.keys).filter { expected[$0] != found[$0] }
    if let alias = index.alias(at: different) {
      throw .sharedValue(at: location(of: changes), alias: alias, file: file.file)
    }
    throw unfit(changes, note: "another value of the file would change with it")
  }

  /// The tab of a blank line after the value of a single change: libyaml takes it only after some values.
  private func tab(after changes: ArraySlice<YAMLChange>) -> Position? {
    guard changes.count == 1, let target = changes.first?.target else { return nil }
    let bytes = file.bytes
    var line = bytes.lineEnd(from: target.range.end.offset)
    while line < bytes.count {
      line += bytes.breakLength(at: line)
      var text = bytes.endOfSpaces(from: line, limit: bytes.count)
      let tab = text
      while text < bytes.count, bytes[text].isBlank { text += 1 }
      let isBlank = text == bytes.count || bytes.breakLength(at: text) > 0
      if isBlank, tab < text { return bytes.position(at: tab, from: target.range.end) }
      guard isBlank else { return nil }
      line = text
    }
    return nil
  }

  private func location(of changes: ArraySlice<YAMLChange>) -> Location {
    guard let first = changes.first else { return .file(file.file) }
    return .source(file: file.file, range: first.target.range)
  }

  private func unfit(_ changes: ArraySlice<YAMLChange>, note: String?) -> Diagnostic {
    .valueNotEditable(at: location(of: changes), note: note)
  }
}

extension Diagnostic {
  fileprivate static func sharedValue(
    at location: Location, alias: Position, file: String
  ) -> Diagnostic {
    Diagnostic(
      .sharedValue, "the value is shared through an anchor and cannot be changed separately",
      at: location,
      notes: [
        "line \(alias.line), column \(alias.column), is an alias of it", "nothing was changed",
      ],
      help: ["replace the alias at line \(alias.line) with a value of its own, then try again"])
  }

  fileprivate static func tabAfterValue(at location: Location) -> Diagnostic {
    Diagnostic(
      .valueNotEditable, "a blank line after the value has a tab", at: location, label: "tab",
      notes: ["after a quoted value or a block, it would be indentation", "nothing was changed"],
      help: ["delete the tab, then try again"])
  }

  fileprivate static func valueNotEditable(at location: Location, note: String?) -> Diagnostic {
    Diagnostic(
      .valueNotEditable, "the value cannot be written here without changing the rest of the file",
      at: location, notes: [note, "nothing was changed"].compactMap(\.self),
      help: ["write the entry in one line, as `key: value`, then try again"])
  }
}
