import Encodings

/// `NAME=value` lines, as docker compose and most dotenv libraries read them: `export` before a name,
/// comments, single quotes as they are, and double quotes with `\n`, `\"`, `\$` and `\\`. A value in quotes
/// may have several lines, and its line ends stay as they are. A value that refers to another variable, or to
/// the output of a command, is refused: what it stands for is not in the file.
package struct DotEnvFile: Sendable {
  /// A line that gives no value, or not the only one.
  package struct Fault: Hashable, Sendable {
    /// From 1.
    package let line: Int
    package let reason: String
  }

  package let data: ImportedData
  package let faults: [Fault]

  package init(_ text: String) {
    var reader = DotEnvReader(Array(text.utf8))
    reader.readAll()
    data = .mapping(reader.members)
    faults = reader.faults
  }
}

private struct DotEnvReader {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var names: Set<String> = []
  private(set) var members: [ImportedData.Member] = []
  private(set) var faults: [DotEnvFile.Fault] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
  }

  mutating func readAll() {
    while index < bytes.count {
      let start = line
      do throws(Refusal) {
        if let member = try entry() { add(member, at: start) }
      } catch {
        faults.append(DotEnvFile.Fault(line: start, reason: error.reason))
      }
      skipLine()
    }
  }

  private struct Refusal: Error { let reason: String }

  private mutating func add(_ member: ImportedData.Member, at line: Int) {
    if !names.insert(member.key).inserted {
      faults.append(
        DotEnvFile.Fault(
          line: line, reason: "its name is set more than once; the last value counts"))
    }
    members.append(member)
  }

  /// - Returns: `nil` for an empty line and a comment.
  private mutating func entry() throws(Refusal) -> ImportedData.Member? {
    skipBlanks()
    if isAtLineEnd || bytes[index] == UInt8(ascii: "#") { return nil }
    let start = index
    while !isAtLineEnd, bytes[index] != UInt8(ascii: "=") { index += 1 }
    guard !isAtLineEnd else { throw Refusal(reason: "it is not NAME=value") }
    let name = try name(in: bytes[start..<index])
    index += 1
    skipBlanks()
    return ImportedData.Member(key: name, value: .text(try value()))
  }

  private func name(in words: ArraySlice<UInt8>) throws(Refusal) -> String {
    let parts = words.split { Self.isBlank($0) }
    guard let last = parts.last,
      parts.count == 1 || (parts.count == 2 && parts[0].elementsEqual("export".utf8))
    else { throw Refusal(reason: "it is not NAME=value") }
    let name = String(decoding: last, as: UTF8.self)
    guard name.allSatisfy({ $0.isLetter || $0.isNumber || "_.-".contains($0) }) else {
      throw Refusal(reason: "its name is not made of letters, digits, `_`, `.` and `-`")
    }
    return name
  }

  private mutating func value() throws(Refusal) -> String {
    guard index < bytes.count else { return "" }
    let quote = bytes[index]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return try bareValue() }
    guard let end = end(of: quote) else { throw Refusal(reason: "its quotes are not closed") }
    let inner = bytes[(index + 1)..<end]
    line += inner.count { $0 == UInt8(ascii: "\n") }
    index = end + 1
    skipBlanks()
    guard isAtLineEnd || bytes[index] == UInt8(ascii: "#") else {
      throw Refusal(reason: "something follows the closing quote")
    }
    if quote == UInt8(ascii: "'") { return String(decoding: inner, as: UTF8.self) }
    try Self.refuseReference(in: inner, isEscapable: true)
    return String(decoding: Self.unescaped(inner), as: UTF8.self)
  }

  /// A comment begins after a blank.
  private mutating func bareValue() throws(Refusal) -> String {
    let start = index
    while !isAtLineEnd {
      if bytes[index] == UInt8(ascii: "#"), index == start || Self.isBlank(bytes[index - 1]) {
        break
      }
      index += 1
    }
    // Readers do not agree what a `\` before it does here.
    try Self.refuseReference(in: bytes[start..<index], isEscapable: false)
    let end = bytes[start..<index].lastIndex { !Self.isBlank($0) }
    return end.map { String(decoding: bytes[start...$0], as: UTF8.self) } ?? ""
  }

  /// Shells, docker compose and most libraries replace these: `$NAME`, `${NAME}`, `$(command)`; a shell also what
  /// is between backquotes.
  ///
  /// - Parameter isEscapable: whether a `\` keeps the character after it.
  private static func refuseReference(
    in text: ArraySlice<UInt8>, isEscapable: Bool
  ) throws(Refusal) {
    var index = text.startIndex
    while index < text.endIndex {
      if isEscapable, text[index] == UInt8(ascii: "\\") {
        index += 2
        continue
      }
      index += 1
      if text[index - 1] == UInt8(ascii: "`") { throw Refusal(reason: Self.isOutput) }
      guard text[index - 1] == UInt8(ascii: "$"), index < text.endIndex else { continue }
      if text[index] == UInt8(ascii: "(") { throw Refusal(reason: Self.isOutput) }
      if text[index] == UInt8(ascii: "{") || text[index] == UInt8(ascii: "_")
        || text[index].isASCIIAlphanumeric
      {
        throw Refusal(
          reason: "its value refers to another variable; in single quotes a `$` is a dollar sign")
      }
    }
  }

  private static let isOutput =
    "its value is the output of a command, which is not run; in single quotes it is a text"

  /// Where the quotes that begin here are closed.
  private func end(of quote: UInt8) -> Int? {
    var index = index + 1
    while index < bytes.count, bytes[index] != quote {
      index += quote == UInt8(ascii: "\"") && bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return index < bytes.count ? index : nil
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var result: [UInt8] = []
    var isEscaped = false
    for byte in text {
      if isEscaped {
        switch byte {
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`"):
          result.append(byte)
        default: result += [UInt8(ascii: "\\"), byte]
        }
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else {
        result.append(byte)
      }
    }
    return result[...]
  }

  // MARK: Lines

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// At a line feed, or the carriage return before it.
  private var isAtLineEnd: Bool {
    guard index < bytes.count else { return true }
    if bytes[index] == 0x0A { return true }
    return bytes[index] == 0x0D && (index + 1 == bytes.count || bytes[index + 1] == 0x0A)
  }

  private mutating func skipBlanks() {
    while index < bytes.count, Self.isBlank(bytes[index]) { index += 1 }
  }

  private mutating func skipLine() {
    while index < bytes.count, bytes[index] != 0x0A { index += 1 }
    index += 1
    line += 1
  }
}
