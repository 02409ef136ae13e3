import Diagnostics
import Manifests
import Model
import OpenPGP

/// The project's recipients and signers as keys of the keyring.
struct Keyring: Sendable {
  let openPGP: PGPEngine
  let project: Project

  static func standard(_ project: Project, console: Console) -> Keyring {
    let progress = console.progress.map { advance in
      { @Sendable (step: PGPEngine.Step, total: Int) in advance(step.title, total) }
    }
    return Keyring(
      openPGP: PGPEngine(
        GPGSettings(
          isInteractive: console.letsGPGAsk, recordsSessionKeys: !console.isDryRun),
        progress: progress), project: project)
  }

  /// The keys of the rules for these files.
  ///
  /// - Throws: all faults of all recipients that are needed.
  func recipients(for files: Set<String>) async throws -> [String: [PublicKey]] {
    let rules = files.sorted().map { ($0, project.recipientRule(for: $0)?.keys ?? []) }
    let keys = try await resolved(rules.flatMap(\.1))
    return Dictionary(rules.map { file, texts in (file, texts.compactMap { keys[$0.text] }) }) {
      first, _ in first
    }
  }

  /// The recipients of an environment's store.
  func recipients(of environment: Environment?) async throws -> [PublicKey] {
    let texts = project.recipients(of: environment)
    let keys = try await resolved(texts)
    return texts.compactMap { keys[$0.text] }
  }

  var exists: Bool { openPGP.hasKeyring }

  /// The keys of the keyring with one of these ids or fingerprints, each once.
  func keys(ids: Set<KeyID>, fingerprints: Set<String>) async throws -> [PublicKey] {
    try await mappingGPGErrors { () async throws(GPGUnavailable) in
      try await openPGP.keys(ids: ids, fingerprints: fingerprints)
    }
  }

  /// The project's recipients that can be used, and what is wrong with the others.
  ///
  /// - Throws: if gpg cannot be used.
  func projectRecipients() async throws -> ResolvedRecipients {
    try await found(project.allRecipients)
  }

  /// Recipients of the project that cannot be used.
  func faults() async throws -> [Diagnostic] {
    do {
      return try await projectRecipients().faults
    } catch let failure as Failure {
      return failure.diagnostics
    }
  }

  /// Of the project's values.
  ///
  /// - Parameter acceptsUnsigned: also those that nobody signed for their field.
  func signatureRule(acceptsUnsigned: Bool) -> SignatureRule {
    guard let signers else { return .ignored }
    return acceptsUnsigned ? .requiredIfPresent(by: signers) : .required(by: signers)
  }

  /// `nil` if signing is optional.
  private var signers: Set<Fingerprint>? {
    switch project.signing {
    case .optional: nil
    case .required(let signers): Set(signers.compactMap { Fingerprint($0.text) })
    }
  }

  /// The first of the project's signers whose secret key is available.
  func signer() async throws -> Fingerprint? {
    guard let signers else { return nil }
    let own = try await secretKeys().map(\.fingerprint)
    if let signer = own.first(where: signers.contains) { return signer }
    throw Failure(
      Diagnostic(
        .noSecretKey, "none of the project's signers is in your keyring",
        notes: ["`signing: required` demands a signature on every sealed value"],
        help: ["list your keys: gpg --list-secret-keys"]))
  }

  /// The keys that can open messages on this machine; none if gpg or its home is missing, as on a
  /// machine that only plans.
  ///
  /// - Throws: if gpg does not answer, because then nothing is known.
  func openingKeys() async throws -> OpeningKeys {
    do throws(GPGUnavailable) {
      return OpeningKeys(try await openPGP.secretKeys())
    } catch {
      if error.isStalled { throw Failure(Diagnostic(error)) }
      return OpeningKeys([])
    }
  }

  /// Of each message, the ids of our keys whose packets do not open it although another packet does.
  func mislabelledKeyIDs(of messages: [SealedMessage]) async throws -> [[KeyID]] {
    try await mappingGPGErrors { () async throws(GPGUnavailable) in
      try await openPGP.mislabelledKeyIDs(of: messages)
    }
  }

  /// Warnings about recipients of the project that expire within the next 30 days.
  func expiring(among recipients: ResolvedRecipients, now: Timestamp) -> [Diagnostic] {
    project.allRecipients.compactMap { recipient -> Diagnostic? in
      guard let key = recipients.keys[recipient.text], let expiry = key.encryptionExpiry else {
        return nil
      }
      let date = Timestamp(milliseconds: Seconds(expiry).milliseconds.count)
      guard date.milliseconds - now.milliseconds < Self.expiryNotice else { return nil }
      return .recipientExpiring(recipient, KeyPerson(key), at: date)
    }
  }

  /// Milliseconds: 30 days.
  private static let expiryNotice: Int64 = 30 * 24 * 60 * 60 * 1000

  func secretKeys() async throws -> [PublicKey] {
    try await mappingGPGErrors { () async throws(GPGUnavailable) in
      try await openPGP.secretKeys()
    }
  }

  private func resolved(_ texts: [LocatedText]) async throws -> [String: PublicKey] {
    let recipients = try await found(texts)
    if !recipients.faults.isEmpty { throw Failure(recipients.faults) }
    return recipients.keys
  }

  private func found(_ texts: [LocatedText]) async throws -> ResolvedRecipients {
    ResolvedRecipients(texts, try await RecipientResolver(openPGP: openPGP).keys(of: texts))
  }
}

extension PGPEngine.Step {
  fileprivate var title: String {
    switch self {
    case .sealing: "Sealing values"
    case .opening: "Opening values"
    }
  }
}
