private import Crypto
import Encodings

/// What ties a sealed value to its field: a name that is inside the message and must match when it
/// is opened.
package struct SealBinding: Hashable, Sendable {
  /// `vaultctl:v1:<project>:<environment or ->:<connection>:<field>`; its SHA-256 if that is over
  /// 255 bytes. Bytes of a part that are not letters, digits, `.`, `_` or `-` are written `=XX`:
  /// gpg cuts a name at slashes and reports some others in another form.
  package let name: String

  package init(project: String, environment: String? = nil, _ address: FieldAddress) {
    let parts = [
      project, environment ?? "-", address.connection.rawValue, address.field.rawValue,
    ]
    let full = "vaultctl:v1:" + parts.map(Self.escaped).joined(separator: ":")
    name = full.utf8.count > 255 ? hexadecimal(SHA256.hash(data: Array(full.utf8))) : full
  }

  private static func escaped(_ text: String) -> String {
    let bytes = text.utf8.flatMap { byte in
      byte.isASCIIAlphanumeric || "._-".utf8.contains(byte)
        ? [byte] : byte.escaped(with: UInt8(ascii: "="))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
