import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets
import Stores

/// A store's own key, sealed to the recipients of its environment.
struct ProjectKeyProtection: KeyProtection {
  let keyring: Keyring
  let environment: Environment?

  private var binding: String {
    "vaultctl:v1:\(keyring.project.name):\(environment?.name ?? "-"):store:key"
  }

  func seal(_ key: SecretBytes) async throws(KeyProtectionFailure) -> String {
    do {
      let recipients = try await keyring.recipients(of: environment)
      let request = SealRequest(value: key, binding: binding, recipients: recipients)
      let sealed = try await keyring.openPGP.seal([request], sharing: .present([]))
      return try sealed.first?.get() ?? ""
    } catch let failure as Failure {
      throw KeyProtectionFailure(failure.diagnostics.map(\.message).joined(separator: "; "))
    } catch {
      throw KeyProtectionFailure("sealing it for the project's recipients failed")
    }
  }

  func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes {
    do {
      let opened = try await keyring.openPGP.open([OpenRequest(armored: sealed, binding: binding)])
      guard let key = try opened.first?.get() else {
        throw KeyProtectionFailure("gpg returned no result")
      }
      return key
    } catch let fault as OpenError {
      let address = FieldAddress(.storeKey, "key")
      throw KeyProtectionFailure(Diagnostic(fault, address, at: nil).inOneLine)
    } catch let error as GPGUnavailable {
      throw KeyProtectionFailure(error.reason)
    } catch {
      throw KeyProtectionFailure("decryption failed")
    }
  }
}

extension ConnectionName {
  fileprivate static var storeKey: ConnectionName {
    guard let name = ConnectionName("store") else { preconditionFailure("`store` is a name") }
    return name
  }
}

extension Diagnostic {
  fileprivate var inOneLine: String { ([message] + notes).joined(separator: "; ") }
}
