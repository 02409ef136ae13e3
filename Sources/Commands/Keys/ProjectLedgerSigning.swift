import Diagnostics
import Ledgers
import Manifests
import Model
import OpenPGP
import Stores

/// Signatures of a ledger's states by the project's signers.
struct ProjectLedgerSigning: LedgerSigning {
  let keyring: Keyring
  let environment: Environment?

  private var binding: String {
    SealBinding.ledgerState(project: keyring.project.name, environment: environment?.id).name
  }

  func signature(of statement: [UInt8]) async throws(KeyProtectionFailure) -> String {
    let made: Result<String, SealError>
    do {
      guard let signer = try await keyring.signer() else {
        throw KeyProtectionFailure("the project has no signers")
      }
      made = try await keyring.openPGP.signature(of: statement, binding: binding, by: signer)
    } catch let failure as Failure {
      throw KeyProtectionFailure(failure.diagnostics.map(\.message).joined(separator: "; "))
    } catch let failure as GPGUnavailable {
      throw KeyProtectionFailure(failure.reason)
    } catch let failure as KeyProtectionFailure {
      throw failure
    } catch {
      throw KeyProtectionFailure("gpg did not sign")
    }
    do throws(SealError) {
      return try made.get()
    } catch {
      let keys = await keyring.openPGP.keys(namedBy: [error])
      throw KeyProtectionFailure(Diagnostic(error, named: Self.subject, among: keys).inOneLine)
    }
  }

  func fault(
    of signature: String, of statement: [UInt8]
  ) async throws(KeyProtectionFailure) -> String? {
    guard keyring.exists else { throw KeyProtectionFailure("there is no keyring") }
    let fault: OpenError?
    do throws(GPGUnavailable) {
      fault = try await keyring.openPGP.checkSignature(
        signature, of: statement, binding: binding, keyring.signatureRule(acceptsUnsigned: false))
    } catch {
      throw KeyProtectionFailure(error.reason)
    }
    switch fault {
    case nil: return nil
    case .gpgFailed(let reason): throw KeyProtectionFailure(reason)
    case .deadlineExceeded: throw KeyProtectionFailure("gpg did not answer in time")
    case .unsigned: return "it is not signed"
    case .noValidSignature(let reason): return reason
    case let fault?:
      let keys = await keyring.openPGP.keys(namedBy: [fault])
      return Diagnostic(fault, named: Self.subject, among: keys).inOneLine
    }
  }

  private static let subject = "the ledger's state"
}
