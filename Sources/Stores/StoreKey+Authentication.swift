private import Crypto
private import Foundation

/// What a key shows about everything else that its store has.
extension StoreKey {
  package static let codeSize = 32

  /// HMAC-SHA-256 of a statement about a store's content.
  package func contentCode(of statement: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: statement, using: contentKey))
  }

  package func isContentCode(_ code: [UInt8], of statement: [UInt8]) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      code, authenticating: statement, using: contentKey)
  }

  /// What an entry adds to the sum of all entries. Sums are only kept sealed: in plain text, they would show
  /// which other entries have the same one.
  package func summand(of entry: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: entry, using: sumKey))
  }

  /// AES-256-GCM: nonce, ciphertext and tag; opens only beside the text that this key was opened from.
  package func sealState(_ state: [UInt8]) throws(StoreError) -> [UInt8] {
    do {
      let box = try AES.GCM.seal(
        state, using: stateKey, authenticating: Array(sealed.utf8))
      guard let combined = box.combined else { throw StoreError.writeFailed("no combined box") }
      return Array(combined)
    } catch {
      throw .writeFailed("the store's state could not be sealed")
    }
  }

  /// `nil` if it is not a state under this key and beside its text.
  package func openState(_ sealedState: [UInt8]) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealedState),
      let state = try? AES.GCM.open(
        box, using: stateKey, authenticating: Array(sealed.utf8))
    else { return nil }
    return Array(state)
  }
}
