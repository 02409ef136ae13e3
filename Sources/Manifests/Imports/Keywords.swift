import Encodings

/// The values that auth0-deploy-cli puts in the place of its keywords, as it does: in the text of a file,
/// before it is read as JSON or YAML. `##KEY##` stands for the text itself; `@@KEY@@`, in quotes or not, for
/// the value as JSON.
package struct Keywords: Sendable {
  private let texts: [String: String]
  private let json: [String: String]

  package init() { (texts, json) = ([:], [:]) }

  /// A mapping of keys, by itself or under `AUTH0_KEYWORD_REPLACE_MAPPINGS` of deploy-cli's
  /// configuration.
  package init(_ data: ImportedData) {
    let mapping = data["AUTH0_KEYWORD_REPLACE_MAPPINGS"] ?? data
    texts = Dictionary(
      mapping.members.compactMap { member in member.value.text.map { (member.key, $0) } }
    ) { $1 }
    json = Dictionary(
      mapping.members.compactMap { member in
        switch member.value {
        case .text(let text), .entry(let text, _): (member.key, Self.json(text))
        case .literal(let text): (member.key, text)
        case .mapping, .list, .null: nil
        }
      }
    ) { $1 }
  }

  private static func json(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return writer.text
  }

  /// The file's text with its keywords replaced; those without a value stay, and are placeholders: also where
  /// YAML would take them for a comment, or for nothing.
  package func replaced(in text: String) -> String {
    if !text.contains("##"), !text.contains("@@") { return text }
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var line = KeywordLine()
    var index = 0
    while index < bytes.count {
      guard let name = Self.keyword(at: index, in: bytes.span) else {
        line.pass(bytes[index])
        result.append(bytes[index])
        index += 1
        continue
      }
      let (key, end) = (String(decoding: bytes[name], as: UTF8.self), name.upperBound + 2)
      let isText = bytes[index] == UInt8(ascii: "#")
      guard let value = isText ? texts[key] : json[key] else {
        let (before, after) = line.marks(around: index..<end, in: bytes, isText: isText)
        result += before + bytes[index..<end] + after
        for byte in bytes[index..<end] { line.pass(byte, inKeyword: true) }
        index = end
        continue
      }
      var rest = end
      if !isText, let quote = result.last,
        quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
        end < bytes.count, bytes[end] == quote
      {
        result.removeLast()
        rest += 1
      }
      result += value.utf8
      for byte in bytes[index..<rest] { line.pass(byte, inKeyword: true) }
      index = rest
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// Whether a keyword is left in a value.
  package static func remain(in text: String) -> Bool { remain(in: text.utf8.span) }

  package static func remain(in bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices where keyword(at: index, in: bytes) != nil { return true }
    return false
  }

  /// The name of a keyword that begins here: letters, digits, `_`, `-` and `.` between marks of two bytes.
  private static func keyword(at start: Int, in bytes: Span<UInt8>) -> Range<Int>? {
    let mark = bytes[start]
    guard mark == UInt8(ascii: "#") || mark == UInt8(ascii: "@"), start + 4 < bytes.count,
      bytes[start + 1] == mark
    else { return nil }
    var index = start + 2
    while index < bytes.count, index < start + 258,
      bytes[index].isASCIIAlphanumeric || "_-.".utf8.contains(bytes[index])
    {
      index += 1
    }
    guard index > start + 2, index + 1 < bytes.count, bytes[index] == mark, bytes[index + 1] == mark
    else { return nil }
    return (start + 2)..<index
  }
}
