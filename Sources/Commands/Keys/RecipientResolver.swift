import Diagnostics
import Manifests
import OpenPGP

/// Finds the keys that recipients name in the keyring.
struct RecipientResolver {
  let openPGP: PGPEngine

  /// One result for each recipient, in their order.
  ///
  /// - Throws: if gpg cannot be used.
  func keys(of recipients: [LocatedText]) async throws -> [Result<PublicKey, Diagnostic>] {
    do throws(GPGUnavailable) {
      let results = try await openPGP.recipients(recipients.map(\.text))
      return zip(recipients, results).map { recipient, result in
        result.mapError { Diagnostic($0, recipient) }
      }
    } catch {
      throw Failure(Diagnostic(error))
    }
  }
}
