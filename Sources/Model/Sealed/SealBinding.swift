private import Crypto
import Encodings

/// What ties a sealed value to its use: a name that is inside the message and must match when it is
/// opened.
///
/// Each purpose has a namespace, so that no connection can be named such that one of its fields
/// opens another purpose's message.
package struct SealBinding: Hashable, Sendable {
  /// Parts with `:` between them; its SHA-256 if that is over 255 bytes. Bytes of a part that are
  /// not letters, digits, `.`, `_` or `-` are written `=XX`: gpg cuts a name at slashes and reports
  /// some others in another form.
  package let name: String
  /// The name that an earlier version gave it, by which it still opens until it is sealed again.
  package let formerName: String?

  private init(_ parts: [String], formerly former: [String]? = nil) {
    name = Self.name(parts)
    formerName = former.map(Self.name)
  }

  /// A connection's field: `vaultctl:v1:<project>:<environment or ->:<connection>:<field>`.
  package init(project: String, environment: String? = nil, _ address: FieldAddress) {
    let parts = [
      project, environment ?? "-", address.connection.rawValue, address.field.rawValue,
    ]
    // The one field whose name was also that of every store's key.
    let version = parts.suffix(2) == Self.formerKeyAddress ? "v2" : "v1"
    self.init(["vaultctl", version] + parts)
  }

  /// A store's own key: `vaultctl:store-key:v1:<project>:<environment or ->`.
  package static func storeKey(project: String, environment: String?) -> SealBinding {
    key("store-key", project, environment)
  }

  /// The key of a ledger's digests: `vaultctl:ledger-key:v1:<project>:<environment or ->`.
  package static func ledgerKey(project: String, environment: String?) -> SealBinding {
    key("ledger-key", project, environment)
  }

  /// The key of a backup of a store: `vaultctl:store-backup:v1:<project>:<environment or ->`.
  package static func backupKey(project: String, environment: String?) -> SealBinding {
    SealBinding(["vaultctl", "store-backup", "v1", project, environment ?? "-"])
  }

  /// Values for another tool: `vaultctl:export:v1:<project>:<environment or ->`.
  package static func export(project: String, environment: String?) -> SealBinding {
    SealBinding(["vaultctl", "export", "v1", project, environment ?? "-"])
  }

  /// A ledger's state, in the signature of it: `vaultctl:ledger-state:v1:<project>:<environment or ->`.
  package static func ledgerState(project: String, environment: String?) -> SealBinding {
    SealBinding(["vaultctl", "ledger-state", "v1", project, environment ?? "-"])
  }

  private static let formerKeyAddress: ArraySlice = ["store", "key"]

  private static func key(
    _ purpose: String, _ project: String, _ environment: String?
  ) -> SealBinding {
    let owner = [project, environment ?? "-"]
    return SealBinding(
      ["vaultctl", purpose, "v1"] + owner, formerly: ["vaultctl", "v1"] + owner + formerKeyAddress)
  }

  /// The projects of a field's binding that is otherwise this one, and of this one; `nil` for any
  /// other name.
  package func renaming(from name: String) -> (from: String, to: String)? {
    difference(from: name, at: 2)
  }

  /// The environments' ids, likewise.
  package func environmentChange(from name: String) -> (from: String, to: String)? {
    difference(from: name, at: 3)
  }

  private func difference(from name: String, at part: Int) -> (from: String, to: String)? {
    let own = self.name.split(separator: ":", omittingEmptySubsequences: false)
    let other = name.split(separator: ":", omittingEmptySubsequences: false)
    guard own.count == 6, other.count == 6, own[part] != other[part] else { return nil }
    guard own.indices.allSatisfy({ $0 == part || own[$0] == other[$0] }) else { return nil }
    return (String(other[part]), String(own[part]))
  }

  private static func name(_ parts: [String]) -> String {
    let full = parts.map(escaped).joined(separator: ":")
    return full.utf8.count > 255 ? hexadecimal(SHA256.hash(data: Array(full.utf8))) : full
  }

  private static func escaped(_ text: String) -> String {
    let bytes = text.utf8.flatMap { byte in
      byte.isASCIIAlphanumeric || "._-".utf8.contains(byte)
        ? [byte] : byte.escaped(with: UInt8(ascii: "="))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
