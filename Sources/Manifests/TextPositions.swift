import Diagnostics

/// Lines and columns of a file's bytes, whatever they are. Lines end with LF, as in snippets.
///
/// A position costs the same in a file of one line as in any other: exported JSON often is one line of
/// megabytes, with many positions to report.
struct TextPositions: Sendable {
  private let bytes: [UInt8]
  private let lineStarts: LineStarts
  /// The number of scalars before every 1,024th byte.
  private let checkpoints: [Int]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    var checkpoints: [Int] = []
    var scalars = 0
    for (offset, byte) in bytes.enumerated() {
      if offset & 1023 == 0 { checkpoints.append(scalars) }
      if byte == 0x0A { starts.append(offset + 1) }
      if Self.beginsScalar(byte) { scalars += 1 }
    }
    lineStarts = LineStarts(starts)
    self.checkpoints = checkpoints
  }

  /// - Parameter offset: of a byte, or of the end.
  func position(at offset: Int) -> Position {
    let line = lineStarts.line(of: offset).index
    var start = lineStarts.offsets[line]
    // A byte order mark takes no column.
    if line == 0, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { start = min(3, offset) }
    return Position(
      line: line + 1, column: scalars(before: offset) - scalars(before: start) + 1, offset: offset)
  }

  func range(_ range: Range<Int>) -> SourceRange {
    SourceRange(position(at: range.lowerBound), position(at: range.upperBound))
  }

  private func scalars(before offset: Int) -> Int {
    if checkpoints.isEmpty { return 0 }
    let checkpoint = min(offset >> 10, checkpoints.count - 1)
    return checkpoints[checkpoint]
      + bytes[(checkpoint << 10)..<offset].count(where: Self.beginsScalar)
  }

  private static func beginsScalar(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}
