import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets
import Stores

/// A store's or a ledger's own key, sealed to the recipients of its environment.
struct ProjectKeyProtection: KeyProtection {
  enum Purpose: String, Sendable {
    case store, ledger
    /// A backup of a store.
    case backup
    /// Values for another tool.
    case export
  }

  let keyring: Keyring
  let environment: Environment?
  let purpose: Purpose
  /// The project's name by which the key still opens; `nil` if it was not renamed.
  let previousProjectName: String?

  private func binding(project: String) -> SealBinding {
    switch purpose {
    case .store: .storeKey(project: project, environment: environment?.id)
    case .ledger: .ledgerKey(project: project, environment: environment?.id)
    case .backup: .backupKey(project: project, environment: environment?.id)
    case .export: .export(project: project, environment: environment?.id)
    }
  }

  private var binding: SealBinding { binding(project: keyring.project.name) }

  func seal(_ key: SecretBytes) async throws(KeyProtectionFailure) -> String {
    do {
      let recipients = try await keyring.recipients(of: environment)
      let request = SealRequest(value: key, binding: binding.name, recipients: recipients)
      let sealed = try await keyring.openPGP.seal([request], sharing: .present([]))
      guard let result = sealed.first else { preconditionFailure("each request has a result") }
      let note = RecipientNote(recipients.map(\.fingerprint.rawValue))
      return note.added(to: try result.get())
    } catch let failure as Failure {
      throw KeyProtectionFailure(failure.diagnostics.map(\.message).joined(separator: "; "))
    } catch let fault as SealError {
      let keys = await keyring.openPGP.keys(namedBy: [fault])
      throw KeyProtectionFailure(Diagnostic(fault, named: subject, among: keys).inOneLine)
    } catch {
      throw KeyProtectionFailure("sealing it for the project's recipients failed")
    }
  }

  func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes {
    do throws(OpenError) {
      return try await open(sealed, at: binding)
    } catch {
      if case .bindingMismatch = error, let previousProjectName,
        let key = try? await open(sealed, at: binding(project: previousProjectName))
      {
        return key
      }
      throw KeyProtectionFailure(await reason(error), isTemporary: error.isTemporary)
    }
  }

  func mayOpen(_ sealed: String) async -> Bool {
    // gpg makes a keyring where there is none, and a plan writes nothing.
    guard keyring.exists, let message = try? SealedMessage(armored: sealed),
      let keys = try? await keyring.openingKeys()
    else { return false }
    return keys.mayOpen(message)
  }

  private func open(
    _ sealed: String, at binding: SealBinding
  ) async throws(OpenError) -> SecretBytes {
    let request = OpenRequest(
      armored: sealed, binding: binding.name, formerBinding: binding.formerName)
    let opened: Result<SecretBytes, OpenError>?
    do throws(GPGUnavailable) {
      opened = try await keyring.openPGP.open([request]).first
    } catch {
      throw .gpgFailed(reason: error.reason)
    }
    guard let opened else { throw .gpgFailed(reason: "gpg returned no result") }
    return try opened.get()
  }

  private func reason(_ fault: OpenError) async -> String {
    if case .gpgFailed(let reason) = fault { return reason }
    let keys = await keyring.openPGP.keys(namedBy: [fault])
    return Diagnostic(fault, named: subject, among: keys).inOneLine
  }

  private var subject: String { "the \(purpose.rawValue)'s key" }
}

extension OpenError {
  /// Whether the message itself may be in order.
  fileprivate var isTemporary: Bool {
    switch self {
    case .agentUnavailable, .wrongPassphrase, .cardUnavailable, .cancelled, .deadlineExceeded,
      .gpgFailed:
      true
    case .noSecretKey, .mislabelled, .badMessage, .bindingMismatch, .unsigned, .noValidSignature,
      .signedByOther, .signatureWithoutBinding, .signedForAnotherBinding, .tooLarge:
      false
    }
  }
}

extension Diagnostic {
  /// Its message and its notes, for a text about something else.
  var inOneLine: String { ([message] + notes).joined(separator: "; ") }
}
