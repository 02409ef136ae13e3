import Diagnostics
package import Manifests
import Reports

/// The values of a file of SOPS that are not encrypted.
package struct SOPSPlainValues: Hashable, Sendable {
  package let count: Int
  /// Whether the file's authentication code is over them too.
  package let areAuthenticated: Bool

  package init(count: Int, areAuthenticated: Bool) {
    (self.count, self.areAuthenticated) = (count, areAuthenticated)
  }

  /// Of documents as SOPS writes them.
  package init(_ documents: [ImportedData]) {
    count = documents.reduce(0) { $0 + Self.count($1.without("sops")) }
    areAuthenticated = documents.first?["sops"]?["mac_only_encrypted"]?.text != "true"
  }

  private static func count(_ data: ImportedData) -> Int {
    switch data {
    case .mapping(let members): members.reduce(0) { $0 + count($1.value) }
    case .list(let items): items.reduce(0) { $0 + count($1) }
    case .text(let text), .entry(let text, _): text.isEmpty || SOPSValue(text) != nil ? 0 : 1
    case .literal: 1
    case .null: 0
    }
  }

  /// Of a dotenv or INI file: `NAME=value` lines, and metadata in names that begin with `sops_`, or in a section
  /// of its own.
  package init(lines text: String) {
    var (count, isMetadata, areAuthenticated) = (0, false, true)
    for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      let line = Self.trimmed(line)
      if line == "[sops]" { isMetadata = true } else if line.hasPrefix("[") { isMetadata = false }
      if line.hasPrefix("#") || line.hasPrefix(";") { continue }
      guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let name = Self.trimmed(line.utf8[..<equals])
      let value = Self.trimmed(line.utf8[line.utf8.index(after: equals)...])
      if isMetadata || name.hasPrefix("sops_") {
        if name.hasSuffix("mac_only_encrypted") { areAuthenticated = value != "true" }
      } else if !value.isEmpty, SOPSValue(value) == nil {
        count += 1
      }
    }
    (self.count, self.areAuthenticated) = (count, areAuthenticated)
  }

  private static func trimmed(_ text: Substring.UTF8View) -> String {
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let text = text.drop(while: isBlank)
    guard let last = text.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(Substring(text[...last]))
  }

  /// `nil` if there are none.
  func diagnostic(_ path: String) -> Diagnostic? {
    if count == 0 { return nil }
    let values = counted(count, "value")
    let verb = count == 1 ? "is" : "are"
    guard areAuthenticated else {
      return Diagnostic(
        .notImported, "\(values) of `\(path)` \(verb) neither encrypted nor authenticated",
        severity: .warning, at: .file(path),
        notes: ["a change of them, by anyone who can write the file, shows nothing"],
        help: ["compare those that were imported with their source"])
    }
    return Diagnostic(
      .notImported, "\(values) of `\(path)` \(verb) not encrypted", severity: .info,
      at: .file(path),
      notes: [
        "SOPS authenticates them together, and not for their keys: one that was moved or renamed shows"
          + " nothing"
      ], help: ["compare those that were imported with their source"])
  }
}
