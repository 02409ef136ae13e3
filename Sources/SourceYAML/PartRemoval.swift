/// Takes one part out of a collection: an item of a list, or an entry of a mapping.
struct PartRemoval {
  let file: YAMLFile
  /// The bytes of all parts, in file order.
  let parts: [Range<Int>]
  /// Whether the collection is in brackets; else each part begins a line.
  let isFlow: Bool

  private var bytes: [UInt8] { file.bytes }

  /// - Parameter number: of the part, 0-based.
  func edit(_ number: Int) -> YAMLEdit {
    let part = parts[number]
    if isFlow {
      let range =
        number > 0
        ? parts[number - 1].upperBound..<part.upperBound
        : part.lowerBound..<(parts.count > 1 ? parts[1].lowerBound : part.upperBound)
      return YAMLEdit(range: range, bytes: comments(in: range))
    }
    let start = bytes.lineStart(of: part.lowerBound)
    let end = bytes.lineEnd(from: part.upperBound)
    let after = end + bytes.breakLength(at: end)
    // The file's last line may lack a break: then the one before it goes.
    if after == end {
      return YAMLEdit(range: (start - bytes.breakLength(before: start))..<end, bytes: [])
    }
    return YAMLEdit(range: start..<after, bytes: [])
  }

  /// Between two parts in brackets there may be comments: they stay, each in a line of its own.
  private func comments(in range: Range<Int>) -> [UInt8] {
    var kept: [UInt8] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let isComment =
        bytes[index] == UInt8(ascii: "#") && index > 0
        && (bytes[index - 1].isBlank || bytes.breakLength(before: index) > 0)
      if isComment {
        let end = bytes.lineEnd(from: index)
        kept += [UInt8(ascii: " ")] + bytes[index..<end] + file.lineBreak.utf8
        index = end
      } else {
        index += 1
      }
    }
    return kept
  }
}
