/// The lines of a dotenv or INI file that SOPS encrypted. Which of its values are encrypted shows only here: SOPS
/// prints all of them opened.
package struct SOPSLines: Sendable {
  private struct Name: Hashable {
    let section: String
    let name: String
  }

  /// Whether each line of a name is encrypted.
  private var states: [Name: [Bool]] = [:]
  /// Whether a value may go over several lines: then a line alone says nothing.
  private let mayContinue: Bool
  /// Whether the file's authentication code is over plain values too.
  package private(set) var authenticatesPlain: Bool

  package init(_ text: String, isINI: Bool) {
    let lines = text.utf8.split { $0 == 0x0A || $0 == 0x0D }
    mayContinue =
      text.utf8.contains(UInt8(ascii: "`")) || text.utf8.firstRange(of: "\"\"\"".utf8) != nil
      || lines.contains { Self.trimmed($0).utf8.last == UInt8(ascii: "\\") }
    authenticatesPlain = !mayContinue
    var section = isINI ? "DEFAULT" : ""
    for line in lines {
      let text = Self.trimmed(line)
      if text.hasPrefix("#") || (isINI && text.hasPrefix(";")) { continue }
      if isINI, text.hasPrefix("["), text.hasSuffix("]") {
        section = Self.trimmed(text.utf8.dropFirst().dropLast())
        continue
      }
      let end = line.firstIndex {
        $0 == UInt8(ascii: "=") || (isINI && $0 == UInt8(ascii: ":"))
      }
      guard let end else { continue }
      let name = isINI ? Self.trimmed(line[..<end]) : String(Substring(line[..<end]))
      let value = Self.trimmed(line[line.index(after: end)...])
      states[Name(section: section, name: name), default: []].append(SOPSValue(value) != nil)
      if name.lowercased().contains("mac_only_encrypted"), !value.isEmpty, value != "false" {
        authenticatesPlain = false
      }
    }
  }

  /// Whether a name's only line is encrypted.
  ///
  /// - Parameter section: `nil` in a dotenv file.
  func isEncrypted(_ name: String, in section: String?) -> Bool {
    !mayContinue && states[Name(section: section ?? "", name: name)] == [true]
  }

  private static func trimmed(_ text: Substring.UTF8View) -> String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let text = text.drop(while: isBlank)
    guard let last = text.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(Substring(text[...last]))
  }
}
