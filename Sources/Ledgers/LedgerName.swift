import Encodings
package import Model

/// The name of one owner's ledger for one backend: `<place>/<project id>/<environment>`.
///
/// It is the part of a git ref's name after `refs/vaultctl/ledger/`.
package struct LedgerName: Hashable, Sendable {
  /// The backend; all ledgers of it begin with this.
  package let place: String
  package let text: String

  /// - Parameter backend: its kind and location, as parts of a path.
  package init(backend: [String], owner: Owner) {
    place = backend.map(Self.refPart).joined(separator: "/")
    // No environment's name begins with `_`.
    text = "\(place)/\(owner.project)/\(owner.environment.map(Self.refPart) ?? "_base")"
  }

  /// Letters, digits, `-` and `_` stay, and a `.` inside (git-check-ref-format(1) forbids the rest in
  /// one position or another); all else becomes `=` and two hexadecimal digits. Different texts never
  /// become the same.
  private static func refPart(_ text: String) -> String {
    let bytes = Array(text.utf8)
    return bytes.enumerated().map { index, byte in
      let isInside = index > 0 && index + 1 < bytes.count && bytes[index - 1] != UInt8(ascii: ".")
      if byte.isASCIIAlphanumeric || "-_".utf8.contains(byte)
        || (byte == UInt8(ascii: ".") && isInside && !text.hasSuffix(".lock"))
      {
        return String(UnicodeScalar(byte))
      }
      return "=" + hexadecimal([byte])
    }.joined()
  }
}
