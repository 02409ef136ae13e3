import Crypto
import Encodings
private import FoundationEssentials
package import Model
package import Secrets

/// The random key of a store or a ledger: values are sealed under it, digests made with it.
///
/// Its bytes are 32 for the first key. A key that replaces another one has its generation in front of
/// them (8 bytes, big-endian), so that only a holder of the key can change it. That of a store which is
/// authenticated as a whole has a 2 and its generation in front: who cannot make such a key cannot make
/// such a store look like an earlier one, either.
package struct StoreKey: Sendable {
  package static let size = 32
  private static let generationSize = 8
  private static let authenticatingForm: UInt8 = 2

  /// 1 for the first key; each new key counts on.
  package let generation: UInt64
  /// Whether everything in its store has codes under it; without one, it is not the store's.
  package let authenticates: Bool
  /// The text that it was opened from, which a store compares to notice a replacement.
  package let sealed: String
  private let sealing: SymmetricKey
  private let digesting: SymmetricKey
  /// Of it the ids, the codes and the links of ledgers are made.
  let proving: SymmetricKey
  /// Of these the codes of a store's content, their sums and its state are made.
  let contentKey, sumKey, stateKey: SymmetricKey

  /// - Throws: `corrupt` if the bytes are no key.
  package init(_ bytes: SecretBytes, sealed: String = "") throws(StoreError) {
    let prefix = bytes.count - Self.size
    guard [0, Self.generationSize, Self.generationSize + 1].contains(prefix) else {
      throw .corrupt("the store key has the wrong length")
    }
    authenticates = prefix > Self.generationSize
    let start = authenticates ? 1 : 0
    let (form, generation, master) = bytes.withBytes { span in
      let generation = (start..<max(start, prefix)).reduce(UInt64(0)) { $0 << 8 | UInt64(span[$1]) }
      let key = unsafe span.extracting(prefix..<span.count).withUnsafeBytes {
        unsafe SymmetricKey(data: $0)
      }
      return (span[0], generation, key)
    }
    let isWhole =
      authenticates
      ? form == Self.authenticatingForm && generation > 0 : prefix == 0 || generation > 1
    guard isWhole else { throw .corrupt("the store key is damaged") }
    self.generation = prefix == 0 ? 1 : generation
    self.sealed = sealed
    sealing = Self.derived(master, "vaultctl store v1: values")
    digesting = Self.derived(master, "vaultctl store v1: digests")
    proving = Self.derived(master, "vaultctl ledger v1: proofs")
    contentKey = Self.derived(master, "vaultctl store v2: content")
    sumKey = Self.derived(master, "vaultctl store v2: sums")
    stateKey = Self.derived(master, "vaultctl store v2: state")
  }

  /// HKDF-SHA-256 (RFC 5869).
  static func derived(
    _ key: SymmetricKey, _ purpose: String, size: Int = Self.size
  ) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: size)
  }

  /// - Parameters:
  ///   - previous: the key that it replaces.
  ///   - authenticates: of a store that is authenticated as a whole.
  package static func random(
    after previous: StoreKey? = nil, authenticates: Bool = false
  ) -> SecretBytes {
    let start = authenticates ? 1 : 0
    let prefix = previous == nil && !authenticates ? 0 : start + generationSize
    return SecretBytes(capacity: prefix + size) { span in
      let generation = (previous?.generation ?? 0) + 1
      for index in 0..<prefix {
        span[index] = UInt8(truncatingIfNeeded: generation >> (8 * (prefix - 1 - index)))
      }
      if authenticates { span[0] = authenticatingForm }
      var generator = SystemRandomNumberGenerator()
      for index in prefix..<(prefix + size) {
        span[index] = UInt8.random(in: 0...255, using: &generator)
      }
      return prefix + size
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
  /// digests. That of a key that replaced another one names its generation: `2:…`.
  package func digest(
    _ value: SecretBytes, in connection: StoreID, field: FieldName
  ) -> KeyedDigest {
    var code = HMAC<SHA256>(key: digesting)
    code.update(data: Self.associatedData(connection, field, 0))
    value.withBytes { span in
      unsafe span.withUnsafeBytes { unsafe code.update(data: $0) }
    }
    let text = hexadecimal(Array(code.finalize()))
    return KeyedDigest(generation == 1 ? text : "\(generation):\(text)")
  }

  /// Whether values equal the applied ones; `nil` if a record has no digest of one by this key.
  package func compare(
    _ values: [(field: FieldAddress, value: SecretBytes)],
    with applied: [ConnectionName: AppliedRecord]
  ) -> [SecretComparison?] {
    values.map { address, value in
      guard let record = applied[address.connection],
        case .sealed(_, let applied?, _) = record.fields[address.field],
        applied.generation == generation
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

extension KeyedDigest {
  /// Of the key that made it.
  fileprivate var generation: UInt64 {
    rawValue.firstIndex(of: ":").flatMap { UInt64(rawValue[..<$0]) } ?? 1
  }
}
