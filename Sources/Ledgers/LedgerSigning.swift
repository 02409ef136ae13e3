package import Stores

/// Signs the states of a ledger, and checks who did.
package protocol LedgerSigning: Sendable {
  /// An armored detached signature by one of the project's signers.
  func signature(of statement: [UInt8]) async throws(KeyProtectionFailure) -> String

  /// - Returns: why the signature does not show that one of the project's signers made it; `nil` if
  ///   it does.
  /// - Throws: if that cannot be found out here.
  func fault(
    of signature: String, of statement: [UInt8]
  ) async throws(KeyProtectionFailure) -> String?
}
