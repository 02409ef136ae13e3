private import Crypto
import Encodings
private import Foundation

/// What a key of a ledger proves, without its digests or what it seals.
extension StoreKey {
  /// Names the key, and reveals nothing of it: 32 hexadecimal digits.
  package var id: String { Self.id(of: proving) }

  /// HMAC-SHA-256 of a statement, in base64.
  package func code(of statement: [UInt8]) -> String {
    Data(HMAC<SHA256>.authenticationCode(for: statement, using: proving)).base64EncodedString()
  }

  package func isCode(_ code: String, of statement: [UInt8]) -> Bool {
    guard let bytes = Data(base64Encoded: code) else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(
      bytes, authenticating: statement, using: proving)
  }

  /// Shows to holders of this key that its maker knew another one: that one's part which proves
  /// statements, under this key. AES-256-GCM, in base64.
  package func link(to previous: StoreKey) throws(StoreError) -> String {
    do {
      let box = unsafe try previous.proving.withUnsafeBytes { bytes in
        try unsafe AES.GCM.seal(bytes, using: Self.linking(proving))
      }
      guard let combined = box.combined else { throw StoreError.writeFailed("no combined box") }
      return combined.base64EncodedString()
    } catch {
      throw .writeFailed("the previous key could not be linked")
    }
  }

  /// Whether a chain of links leads from this key to one with one of these ids.
  package func replaces(_ ids: Set<String>, by links: [String]) -> Bool {
    var current = proving
    for link in links {
      guard let bytes = Data(base64Encoded: link),
        let box = try? AES.GCM.SealedBox(combined: bytes),
        let previous = try? AES.GCM.open(box, using: Self.linking(current))
      else { return false }
      current = SymmetricKey(data: previous)
      if ids.contains(Self.id(of: current)) { return true }
    }
    return false
  }

  private static func id(of key: SymmetricKey) -> String {
    unsafe derived(key, "vaultctl ledger v1: id", size: 16).withUnsafeBytes { bytes in
      unsafe hexadecimal(Array(bytes))
    }
  }

  private static func linking(_ key: SymmetricKey) -> SymmetricKey {
    derived(key, "vaultctl ledger v1: links")
  }
}
