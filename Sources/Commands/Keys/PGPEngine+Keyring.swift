import Diagnostics
import Foundation
import Model
import OpenPGP

extension PGPEngine {
  /// Whether there is a keyring. gpg makes one where there is none, so a plan does not ask it then.
  var hasKeyring: Bool {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["GNUPGHOME"] ?? NSHomeDirectory() + "/.gnupg"
    return ["pubring.kbx", "pubring.gpg", "public-keys.d"].contains {
      FileManager.default.fileExists(atPath: "\(home)/\($0)")
    }
  }

  /// The keys of the keyring with one of these ids or fingerprints, each once.
  func keys(
    ids: Set<KeyID>, fingerprints: Set<String> = []
  ) async throws(GPGUnavailable) -> [PublicKey] {
    guard hasKeyring else { return [] }
    let found = try await publicKeys(
      ids.union(fingerprints.compactMap { Fingerprint($0)?.keyID }))
    var seen: Set<Fingerprint> = []
    return found.filter { seen.insert($0.fingerprint).inserted }
  }

  /// The keys that faults name, as far as the keyring has them.
  func keys(namedBy faults: [some KeyFault]) async -> [PublicKey] {
    let ids = Set(faults.flatMap(\.keyIDs))
    return ids.isEmpty ? [] : (try? await keys(ids: ids)) ?? []
  }
}

/// The result of requests to gpg; that it cannot be used is a diagnostic.
func mappingGPGErrors<R>(_ work: () async throws(GPGUnavailable) -> R) async throws -> R {
  do throws(GPGUnavailable) {
    return try await work()
  } catch {
    throw Failure(Diagnostic(error))
  }
}

extension Result {
  var fault: Failure? { if case .failure(let fault) = self { fault } else { nil } }
}

/// An error that is about keys.
protocol KeyFault: Error {
  var keyIDs: [KeyID] { get }
}

extension SealError: KeyFault {
  var keyIDs: [KeyID] {
    switch self {
    case .addressedToOthers(let ids, _): ids
    case .recipientUnusable(let key, _), .signerUnusable(let key, _): [key.keyID]
    case .recipientsHidden, .agentUnavailable, .wrongPassphrase, .cancelled, .deadlineExceeded,
      .gpgFailed:
      []
    }
  }
}

extension OpenError: KeyFault {
  var keyIDs: [KeyID] {
    switch self {
    case .noSecretKey(let ids), .mislabelled(let ids): ids
    case .signedByOther(let signer), .signatureWithoutBinding(let signer): [signer.keyID]
    case .agentUnavailable, .wrongPassphrase, .cardUnavailable, .cancelled, .badMessage,
      .bindingMismatch, .unsigned, .noValidSignature, .signedForAnotherBinding,
      .tooLarge, .deadlineExceeded, .gpgFailed:
      []
    }
  }
}
