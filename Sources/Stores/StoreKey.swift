private import Crypto
import Encodings
private import FoundationEssentials
package import Model
package import Secrets

/// The random key of a store or a ledger: values are sealed under it, digests made with it.
package struct StoreKey: Sendable {
  package static let size = 32

  private let sealing: SymmetricKey
  private let digesting: SymmetricKey

  /// - Throws: `corrupt` if the bytes are no key.
  package init(_ bytes: SecretBytes) throws(StoreError) {
    guard bytes.count == Self.size else { throw .corrupt("the store key has the wrong length") }
    let master = bytes.withBytes { span in
      unsafe span.withUnsafeBytes { unsafe SymmetricKey(data: $0) }
    }
    func derived(_ purpose: String) -> SymmetricKey {
      HKDF<SHA256>.deriveKey(
        inputKeyMaterial: master, info: Array(purpose.utf8), outputByteCount: Self.size)
    }
    sealing = derived("vaultctl store v1: values")
    digesting = derived("vaultctl store v1: digests")
  }

  package static func random() -> SecretBytes {
    SecretBytes(capacity: size) { span in
      var generator = SystemRandomNumberGenerator()
      for index in 0..<size { span[index] = UInt8.random(in: 0...255, using: &generator) }
      return size
    }
  }

  /// AES-256-GCM: nonce, ciphertext and tag. A value opens only as this field of this connection
  /// at this version.
  package func seal(
    _ value: SecretBytes, in connection: StoreID, field: FieldName, version: Int64
  ) throws(StoreError) -> [UInt8] {
    do {
      let box = try value.withBytes { span in
        try unsafe span.withUnsafeBytes { bytes in
          try unsafe AES.GCM.seal(
            bytes, using: sealing, authenticating: Self.associatedData(connection, field, version))
        }
      }
      guard let combined = box.combined else { throw StoreError.writeFailed("no combined box") }
      return Array(combined)
    } catch {
      throw .writeFailed("a value could not be sealed")
    }
  }

  /// The opened value.
  package func open(
    _ sealed: [UInt8], in connection: StoreID, field: FieldName, version: Int64
  ) throws(StoreError) -> SecretBytes {
    do {
      let box = try AES.GCM.SealedBox(combined: sealed)
      var plain = try AES.GCM.open(
        box, using: sealing, authenticating: Self.associatedData(connection, field, version))
      defer { plain.resetBytes(in: plain.startIndex..<plain.endIndex) }
      return SecretBytes(copying: plain)
    } catch {
      throw .corrupt("field `\(field)` is damaged or was moved from another field")
    }
  }

  /// HMAC-SHA-256 of a value as this field's, so that equal values of two fields have different
  /// digests.
  package func digest(
    _ value: SecretBytes, in connection: StoreID, field: FieldName
  ) -> KeyedDigest {
    var code = HMAC<SHA256>(key: digesting)
    code.update(data: Self.associatedData(connection, field, 0))
    value.withBytes { span in
      unsafe span.withUnsafeBytes { unsafe code.update(data: $0) }
    }
    return KeyedDigest(hexadecimal(Array(code.finalize())))
  }

  /// Whether values equal the applied ones; `nil` if a record has no digest of one.
  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)],
    with applied: [ConnectionName: AppliedRecord]
  ) -> [SecretComparison?] {
    values.map { address, value in
      guard let record = applied[address.connection],
        case .sealed(_, let applied?, _) = record.fields[address.field]
      else { return nil }
      return digest(value, in: record.storeID, field: address.field) == applied
        ? .same : .different
    }
  }

  /// Each part is prefixed with its length, so that no two bindings are encoded alike.
  private static func associatedData(
    _ connection: StoreID, _ field: FieldName, _ version: Int64
  ) -> [UInt8] {
    [connection.rawValue, field.rawValue, String(version)].flatMap { part in
      Array("\(part.utf8.count):".utf8) + Array(part.utf8)
    }
  }
}
