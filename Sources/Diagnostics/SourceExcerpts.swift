import Encodings

/// The lines of a file as messages show them: without its values, and of a long line only what is near to
/// the place in question.
///
/// Made once for all messages about a file: what one excerpt costs does not depend on the file's size.
package struct SourceExcerpts {
  /// A part of a line.
  package struct Excerpt {
    package let text: TerminalText
    /// The columns of the text that the range covers, 0-based.
    package let marked: Range<Int>
    /// How many bytes, hidden ranges and lines were looked at.
    package let steps: Int
  }

  /// Bytes of a line that is shown whole.
  private static let wholeLine = 200
  /// Of a longer one: bytes before the place in question, and from it on.
  private static let before = 60
  private static let after = 120
  /// Fewer columns show nothing.
  private static let narrowest = 20
  /// Bytes of an unread file's line in which a key must end; otherwise the whole line is masked.
  private static let longestKey = 120
  private static let mask: TerminalText = "•••"

  private let bytes: [UInt8]
  private let keys: Set<String>
  /// Neither overlapping nor adjacent, sorted. `nil`: every value is hidden.
  private let hidden: [Range<Int>]?
  /// Lines end with LF or CR.
  private let lineStarts: LineStarts
  /// How many bytes and ranges were looked at to prepare the file.
  package let steps: Int

  package init(_ source: RedactedSource) {
    bytes = source.bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte.isLineEnd { starts.append(offset + 1) }
    lineStarts = LineStarts(starts)
    switch source.hidden {
    case .everyValue(let keys):
      hidden = nil
      self.keys = keys
      steps = bytes.count
    case .ranges(let ranges):
      hidden = Self.merged(ranges + Self.comments(in: bytes, outside: Self.merged(ranges)))
      keys = []
      steps = 2 * bytes.count + ranges.count
    }
  }

  /// - Parameter columns: of the terminal that are left for it; `nil` if lines may be long.
  /// - Returns: `nil` if the file has no such place.
  package func excerpt(_ range: SourceRange, columns: Int? = nil) -> Excerpt? {
    let place = range.start.offset
    guard (0...bytes.count).contains(place) else { return nil }
    let (line, searched) = lineStarts.line(of: place)
    let starts = lineStarts.offsets
    let start = starts[line] + (line == 0 && bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
    let next = line + 1 < starts.count ? starts[line + 1] - 1 : bytes.count
    let window = window(start..<max(start, next), around: place, columns)
    let marks = place..<max(place + 1, min(range.end.offset, next))
    var shown: TerminalText = window.lowerBound > start ? "…" : ""
    var width = shown.width
    var marked: Range<Int>?
    var wasMasked = false
    let masks = maskedRanges(within: window, lineStart: start)
    var mask = masks.startIndex
    for (offset, scalar) in Self.scalars(of: bytes[window]) {
      while mask < masks.endIndex, masks[mask].upperBound <= offset { mask += 1 }
      let isMasked = mask < masks.endIndex && masks[mask].contains(offset)
      let part = isMasked ? (wasMasked ? "" : Self.mask) : Self.visible(scalar)
      shown += part
      let after = width + part.width
      if marks.contains(offset), after > width || isMasked {
        marked = (marked?.lowerBound ?? max(0, width - (isMasked && wasMasked ? 3 : 0)))..<after
      }
      width = after
      wasMasked = isMasked
    }
    if window.upperBound < next { shown += "…" }
    return Excerpt(
      text: shown, marked: marked ?? width..<(width + 1),
      steps: searched + masks.count + window.count)
  }

  /// Of a long line, a part; it begins and ends with whole scalars.
  private func window(
    _ line: Range<Int>, around place: Int, _ columns: Int?
  ) -> Range<Int> {
    let columns = max(columns ?? Self.wholeLine, Self.narrowest)
    if line.count <= min(columns, Self.wholeLine) { return line }
    // Two columns are for the signs that something was left out.
    let before = min(Self.before, columns / 3)
    var low = max(line.lowerBound, min(place, line.upperBound) - before)
    var high = min(line.upperBound, place + min(Self.after, columns - before - 2))
    while low > line.lowerBound, bytes[low].continuesScalar { low -= 1 }
    while high < line.upperBound, bytes[high].continuesScalar { high += 1 }
    return low..<max(low, high)
  }

  private func maskedRanges(within window: Range<Int>, lineStart: Int) -> [Range<Int>] {
    guard let hidden else {
      let start = max(valueStart(from: lineStart), window.lowerBound)
      return start < window.upperBound ? [start..<window.upperBound] : []
    }
    var low = 0
    var high = hidden.count
    while low < high {
      let middle = (low + high) / 2
      if hidden[middle].upperBound <= window.lowerBound { low = middle + 1 } else { high = middle }
    }
    return Array(hidden[low...].prefix { $0.lowerBound < window.upperBound })
  }

  /// After `key:` or `- key:`; a line with no known key may continue a value.
  private func valueStart(from start: Int) -> Int {
    var index = start
    let end = min(bytes.count, start + Self.longestKey)
    while index < end, bytes[index].isASCIIBlank { index += 1 }
    while index + 1 < end, bytes[index] == UInt8(ascii: "-"), bytes[index + 1].isASCIIBlank {
      index += 2
    }
    let key = bytes[index..<end].prefix { $0.isASCIIAlphanumeric || "_-.".utf8.contains($0) }
    guard key.endIndex < end, bytes[key.endIndex] == UInt8(ascii: ":"),
      keys.contains(String(decoding: key, as: UTF8.self))
    else { return index }
    let value = bytes[(key.endIndex + 1)..<end].drop { $0.isASCIIBlank }
    return value.startIndex
  }

  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var merged: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  /// What follows a ` #` to the line's end: the rest of an unquoted password may be a comment.
  private static func comments(in bytes: [UInt8], outside hidden: [Range<Int>]) -> [Range<Int>] {
    var comments: [Range<Int>] = []
    var next = 0
    var index = 0
    while index < bytes.count {
      while next < hidden.count, hidden[next].upperBound <= index { next += 1 }
      if next < hidden.count, hidden[next].contains(index) {
        index = hidden[next].upperBound
        continue
      }
      let begins =
        bytes[index] == UInt8(ascii: "#")
        && (index == 0 || bytes[index - 1].isASCIIBlank || bytes[index - 1].isLineEnd)
      guard begins else {
        index += 1
        continue
      }
      let start = index
      while index < bytes.count, !bytes[index].isLineEnd { index += 1 }
      comments.append(start..<index)
    }
    return comments
  }

  private static func visible(_ scalar: Unicode.Scalar) -> TerminalText {
    scalar == "\t" ? " " : TerminalText(scalar)
  }

  /// The scalars with the offset of each one's first byte.
  private static func scalars(of bytes: ArraySlice<UInt8>) -> [(
    offset: Int, scalar: Unicode.Scalar
  )] {
    var offset = bytes.startIndex
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var scalars: [(Int, Unicode.Scalar)] = []
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar):
        scalars.append((offset, scalar))
        offset += UTF8.width(scalar)
      case .error:
        scalars.append((offset, "\u{FFFD}"))
        offset += 1
      case .emptyInput: return scalars
      }
    }
  }
}

extension UInt8 {
  fileprivate var isLineEnd: Bool { self == 0x0A || self == 0x0D }
  fileprivate var continuesScalar: Bool { self & 0xC0 == 0x80 }
  fileprivate var isASCIIBlank: Bool { self == 0x20 || self == 0x09 }
}
