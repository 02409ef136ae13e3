import Applying
import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets
import Stores

/// One value with the field that it is for.
struct UnsealedField: Sendable {
  let address: FieldAddress
  let value: SecretBytes
  let file: String
  let location: Location?
}

/// Seals and opens a project's fields, each bound to its place.
struct FieldSealer: SecretOpener, Sendable {
  let keyring: Keyring

  /// A value is bound to the environment whose overlay its file belongs to.
  private func name(of address: FieldAddress, in file: String?) -> String {
    let project = keyring.project
    let environment = file.flatMap { project.environment(of: $0)?.name }
    return SealBinding(project: project.name, environment: environment, address).name
  }

  /// The armored messages in the fields' order.
  ///
  /// - Throws: all faults of all fields.
  func seal(
    _ fields: [UnsealedField], sharing choice: SessionKeyChoice
  ) async throws -> [String] {
    if fields.isEmpty { return [] }
    let recipients = try await keyring.recipients(for: Set(fields.map(\.file)))
    let requests = fields.map {
      SealRequest(
        value: $0.value, binding: name(of: $0.address, in: $0.file),
        recipients: recipients[$0.file] ?? [])
    }
    let results: [Result<String, SealError>]
    let signer = try await keyring.signer()
    do throws(GPGUnavailable) {
      results = try await keyring.openPGP.seal(requests, signer: signer, sharing: choice)
    } catch {
      throw Failure(Diagnostic(error))
    }
    var faults: [Diagnostic] = []
    var sealed: [String] = []
    for (field, result) in zip(fields, results) {
      switch result {
      case .success(let text): sealed.append(text)
      case .failure(let fault):
        faults.append(Diagnostic(fault, field.address.field, at: field.location))
      }
    }
    if !faults.isEmpty { throw Failure(faults) }
    return sealed
  }

  func open(
    _ fields: [(address: FieldAddress, message: SealedMessage, location: Location)]
  ) async -> [Result<SecretBytes, Diagnostic>] {
    if fields.isEmpty { return [] }
    let requests = fields.map {
      OpenRequest(
        armored: $0.message.armored, binding: name(of: $0.address, in: $0.location.file),
        signers: keyring.signers)
    }
    do throws(GPGUnavailable) {
      let opened = try await keyring.openPGP.open(requests)
      return zip(fields, opened).map { field, result in
        result.mapError { Diagnostic($0, field.address, at: field.location) }
      }
    } catch {
      let fault = Diagnostic(error)
      return fields.map { _ in .failure(fault) }
    }
  }
}

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
      throw KeyProtectionFailure("it could not be sealed for the project's recipients")
    }
  }

  func open(_ sealed: String) async throws(KeyProtectionFailure) -> SecretBytes {
    do {
      let opened = try await keyring.openPGP.open([OpenRequest(armored: sealed, binding: binding)])
      guard let key = try opened.first?.get() else { throw KeyProtectionFailure("no answer") }
      return key
    } catch let fault as OpenError {
      let address = FieldAddress(.storeKey, "key")
      throw KeyProtectionFailure(Diagnostic(fault, address, at: nil).inOneLine)
    } catch let error as GPGUnavailable {
      throw KeyProtectionFailure(error.reason)
    } catch {
      throw KeyProtectionFailure("it could not be opened")
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
