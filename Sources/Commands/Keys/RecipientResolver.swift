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
    try await mappingGPGErrors { () async throws(GPGUnavailable) in
      let results = try await openPGP.recipients(recipients.map(\.text))
      let faulty = zip(recipients, results).filter { $1.fault != nil }.map(\.0.text)
      let known =
        faulty.isEmpty ? [] : try await openPGP.keys(ids: [], fingerprints: Set(faulty))
      return zip(recipients, results).map { recipient, result in
        let person = known.first { $0.isNamed(by: recipient.text) }.map {
          KeyPerson($0).description
        }
        return result.mapError { Diagnostic($0, recipient, person: person) }
      }
    }
  }
}
