import Diagnostics

/// A file's bytes, known to be text that libyaml accepts, with an index from its count of Unicode
/// scalars to lines and bytes.
///
/// Lines break at LF, CR, CRLF, NEL, LS and PS, as libyaml breaks them.
struct SourceText: Sendable {
  let bytes: [UInt8]
  /// Bytes of the byte order mark, which libyaml is not shown.
  let base: Int
  private let lineStarts: LineStarts
  /// The offset of every 64th scalar; empty if all are one byte long.
  private let checkpoints: [Int]
  private let scalarCount: Int

  /// - Throws: the first byte that is not UTF-8, or a control character.
  init(_ bytes: [UInt8], file: String) throws(Diagnostic) {
    self.bytes = bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw .utf16(file: file)
    }
    base = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if let starts = Self.linesOfPlainASCII(bytes) {
      lineStarts = LineStarts(starts)
      scalarCount = bytes.count
      checkpoints = []
      return
    }
    var starts = [base]
    var checkpoints: [Int] = []
    var scalars = 0
    var lineStartScalar = 0
    var offset = base
    var previous: UInt8 = 0
    let text = bytes.span
    checkpoints.reserveCapacity(bytes.count / 64 + 1)
    while offset < text.count {
      if scalars & 63 == 0 { checkpoints.append(offset) }
      let byte = text[offset]
      var length = 1
      var isBreak = false
      if byte < 0x80 {
        if byte < 0x20 {
          isBreak = byte == 0x0A || byte == 0x0D
          if !isBreak && byte != 0x09 { length = 0 }
        } else if byte == 0x7F {
          length = 0
        }
      } else {
        length = Self.scalarLength(text, at: offset)
        if length == 2 { isBreak = byte == 0xC2 && text[offset + 1] == 0x85 }
        if length == 3 {
          isBreak = byte == 0xE2 && text[offset + 1] == 0x80 && text[offset + 2] & 0xFE == 0xA8
        }
      }
      guard length > 0 else {
        let location = Position(
          line: starts.count, column: scalars - lineStartScalar + 1, offset: offset)
        throw .unreadable(bytes, at: location, file: file)
      }
      offset += length
      scalars += 1
      if isBreak {
        if byte == 0x0A && previous == 0x0D {
          starts[starts.count - 1] = offset
        } else {
          starts.append(offset)
        }
        lineStartScalar = scalars
      }
      previous = byte
    }
    lineStarts = LineStarts(starts)
    scalarCount = scalars
    self.checkpoints = scalars == bytes.count - base ? [] : checkpoints
  }

  /// Where lines start, if all bytes are printable ASCII, tabs and line feeds, as nearly all files'
  /// are; else `nil`.
  private static func linesOfPlainASCII(_ text: [UInt8]) -> [Int]? {
    unsafe text.withUnsafeBufferPointer { text in
      // No branch and no bounds check, so the compiler looks at 16 bytes and more at once.
      var others: UInt8 = 0
      for index in 0..<text.count {
        let byte = unsafe text[index]
        let isBreak: UInt8 = byte == 0x0A ? 1 : 0
        let isTab: UInt8 = byte == 0x09 ? 1 : 0
        let isPrintable: UInt8 = byte &- 0x20 < 0x5F ? 1 : 0
        others |= 1 ^ (isBreak | isTab | isPrintable)
      }
      if others != 0 { return nil }
      var starts = [0]
      starts.reserveCapacity(text.count / 32 + 8)
      for index in 0..<text.count where unsafe text[index] == 0x0A { starts.append(index + 1) }
      return starts
    }
  }

  /// The length in bytes of the scalar at `offset`, 0 if it is none, or one that YAML forbids.
  private static func scalarLength(_ text: Swift.Span<UInt8>, at offset: Int) -> Int {
    let lead = text[offset]
    let length =
      switch lead {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard length > 0, offset + length <= text.count else { return 0 }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for index in 1..<length {
      let byte = text[offset + index]
      guard byte & 0xC0 == 0x80 else { return 0 }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    let isAllowed =
      switch length {
      case 2: value >= 0xA0 || value == 0x85
      case 3: value >= 0x800 && !(0xD800...0xDFFF).contains(value) && value < 0xFFFE
      default: value >= 0x10000 && value <= 0x10FFFF
      }
    return isAllowed ? length : 0
  }
}

extension SourceText {
  /// The first columns of the lines that begin with `%`: directives, unless they are in a text that is
  /// not indented.
  var directives: [SourceRange] {
    lineStarts.offsets.enumerated().compactMap { number, offset in
      guard offset < bytes.count, bytes[offset] == UInt8(ascii: "%") else { return nil }
      return SourceRange(at: Position(line: number + 1, column: 1, offset: offset))
    }
  }

  func offset(of mark: Mark) -> Int {
    guard mark.index < scalarCount else { return bytes.count }
    guard !checkpoints.isEmpty else { return base + mark.index }
    var offset = checkpoints[mark.index >> 6]
    for _ in 0..<(mark.index & 63) { offset += bytes[offset].scalarLength }
    return offset
  }

  func position(of mark: Mark) -> Position {
    // After the last byte libyaml counts a line that the file does not have.
    guard mark.index < scalarCount else { return position(at: bytes.count) }
    return Position(line: mark.line + 1, column: mark.column + 1, offset: offset(of: mark))
  }

  /// The position of a byte; it costs the length of the line before it.
  func position(at offset: Int) -> Position {
    let line = lineStarts.line(of: offset).index
    return position(
      at: offset,
      from: Position(line: line + 1, column: 1, offset: lineStarts.offsets[line]))
  }

  /// The position of a byte at or after `start`; it costs the distance.
  func position(at offset: Int, from start: Position) -> Position {
    bytes.position(at: offset, from: start)
  }
}

extension Diagnostic {
  fileprivate static func utf16(file: String) -> Diagnostic {
    Diagnostic(
      .notUTF8, "the file is UTF-16 or UTF-32, not UTF-8",
      at: .source(file: file, range: SourceRange(at: .start)),
      notes: ["it starts with the byte order mark of another encoding"],
      help: ["save it as UTF-8: iconv -f UTF-16 -t UTF-8 \(file)"])
  }

  fileprivate static func unreadable(
    _ bytes: [UInt8], at start: Position, file: String
  ) -> Diagnostic {
    let byte = bytes[start.offset]
    let value = String(byte, radix: 16, uppercase: true)
    let location = Location.source(file: file, range: SourceRange(at: start))
    if byte < 0x80 {
      return Diagnostic(
        .notUTF8, "control character U+00\(byte < 16 ? "0" : "")\(value) in the file", at: location,
        notes: ["YAML allows no control characters other than tab and line breaks"],
        help: ["delete it, or write it as an escape in double quotes"])
    }
    return Diagnostic(
      .notUTF8, "byte 0x\(value) is not valid UTF-8", at: location,
      help: ["save the file as UTF-8, without control characters"])
  }
}
