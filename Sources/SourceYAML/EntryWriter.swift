import Diagnostics

/// Writes a new entry of a mapping.
struct EntryWriter {
  let file: YAMLFile
  let mapping: YAMLNode
  /// The mapping's last entry.
  let last: YAMLEntry?

  func forms(of key: String, _ value: YAMLNewValue) -> [YAMLEdit] {
    let inFlow = file.bytes[safe: mapping.range.start.offset] == UInt8(ascii: "{")
    if inFlow { return [bracketed(key, value)] }
    // A pair inside of brackets has none of its own. A block mapping cannot start with one: its first
    // key would be a flow mapping, and such keys are refused.
    if mapping.layout.flags.contains(.inFlow) { return [enclosed(key, value)] }
    let end = file.bytes.lineEnd(from: mapping.range.end.offset)
    let forms = BlockForm.all(
      beyond: file.indentBeyondTrivia(after: end), parent: lines.parent, step: lines.step)
    return forms.map { after(end, key, value, $0) }
      + BlockForm.fixed.compactMap { before(key, value, $0) }
  }

  private var lines: Lines {
    Lines(
      parent: mapping.range.start.column - 1, step: file.indentStep(around: mapping),
      lineBreak: file.lineBreak)
  }

  private func bracketed(_ key: String, _ value: YAMLNewValue) -> YAMLEdit {
    let text = flowEntry(key, value)
    guard let last else {
      let offset = mapping.range.start.offset + 1
      return YAMLEdit(range: offset..<offset, bytes: Array(text.utf8))
    }
    let offset = last.value.range.end.offset
    return YAMLEdit(range: offset..<offset, bytes: Array(", \(text)".utf8))
  }

  private func enclosed(_ key: String, _ value: YAMLNewValue) -> YAMLEdit {
    let range = mapping.range.byteRange
    let entry = ", \(flowEntry(key, value))}"
    return YAMLEdit(
      range: range, bytes: [UInt8(ascii: "{")] + file.bytes[range] + Array(entry.utf8))
  }

  private func flowEntry(_ key: String, _ value: YAMLNewValue) -> String {
    ScalarText.doubleQuotedKey(key) + ": " + ScalarText.flow(value)
  }

  private func after(
    _ end: Int, _ key: String, _ value: YAMLNewValue, _ form: BlockForm
  ) -> YAMLEdit {
    let text = lines.entry(key, value, form)
    return YAMLEdit(
      range: end..<end, bytes: Array(text.utf8) + file.finalBreak(after: end, for: value))
  }

  /// The last entry may be a block that ends with the file, without a line break: one after it would
  /// give it the break that it lacks.
  private func before(_ key: String, _ value: YAMLNewValue, _ form: BlockForm) -> YAMLEdit? {
    guard let last else { return nil }
    let offset = last.key.range.start.offset - Int(last.key.layout.propertyBytes)
    let indent = String(repeating: " ", count: lines.parent)
    let entry = lines.entry(key, value, form).dropFirst(file.lineBreak.count + lines.parent)
    return YAMLEdit(
      range: offset..<offset, bytes: Array("\(entry)\(file.lineBreak)\(indent)".utf8))
  }
}

extension [UInt8] {
  fileprivate subscript(safe offset: Int) -> UInt8? {
    indices.contains(offset) ? self[offset] : nil
  }
}
