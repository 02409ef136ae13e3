import Diagnostics

/// Writes items of a list, and takes them out.
struct ListWriter {
  let file: YAMLFile
  let list: YAMLNode

  private var bytes: [UInt8] { file.bytes }
  private var isFlow: Bool {
    let start = list.range.start.offset
    return start < bytes.count && bytes[start] == UInt8(ascii: "[")
  }

  func appending(_ text: String, comment: String?) -> YAMLEdit {
    guard let last = list.items?.last else { preconditionFailure("the list has an item") }
    if isFlow {
      let end = last.range.end.offset
      return YAMLEdit(range: end..<end, bytes: Array(", \(ScalarText.flow(.text(text)))".utf8))
    }
    let end = bytes.lineEnd(from: last.range.end.offset)
    let indent = String(repeating: " ", count: list.range.start.column - 1)
    let note = comment.map { "  # \($0)" } ?? ""
    let line = "\(file.lineBreak)\(indent)- \(yamlScalar(text))\(note)"
    return YAMLEdit(range: end..<end, bytes: Array(line.utf8))
  }

  func removing(_ number: Int) -> YAMLEdit {
    guard let items = list.items, items.indices.contains(number) else {
      preconditionFailure("the list has an item of this number")
    }
    return PartRemoval(file: file, parts: items.map(\.range.byteRange), isFlow: isFlow)
      .edit(number)
  }
}
