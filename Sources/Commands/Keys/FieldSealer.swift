import Applying
import Diagnostics
import Manifests
import Model
import OpenPGP
import Secrets

/// Seals and opens a project's fields, each at its binding.
struct FieldSealer: SecretOpener, Sendable {
  let keyring: Keyring
  /// Whether values open that nobody signed for their field.
  var acceptsUnsigned = false
  /// The name of the project when the values were sealed; `nil` for its present one. Values are always
  /// sealed for the present one.
  var previousProjectName: String?

  /// A value is bound to the environment whose overlay its file belongs to.
  private func binding(
    of address: FieldAddress, in file: String?, project name: String? = nil
  ) -> SealBinding {
    let project = keyring.project
    let environment = file.flatMap { project.environment(of: $0)?.id }
    return SealBinding(project: name ?? project.name, environment: environment, address)
  }

  /// The armored messages in the fields' order.
  ///
  /// - Throws: all faults of all fields.
  func seal(
    _ fields: [UnsealedField], sharing choice: SessionKeyChoice
  ) async throws -> [String] {
    if fields.isEmpty { return [] }
    let large = fields.filter { $0.value.count > SecretInput.limit }
    if !large.isEmpty { throw Failure(large.map { .largeValue($0.address, at: $0.location) }) }
    let recipients = try await keyring.recipients(for: Set(fields.map(\.file)))
    let requests = fields.map {
      SealRequest(
        value: $0.value, binding: binding(of: $0.address, in: $0.file).name,
        recipients: recipients[$0.file] ?? [])
    }
    let signer = try await keyring.signer()
    let results = try await mappingGPGErrors { () async throws(GPGUnavailable) in
      try await keyring.openPGP.seal(requests, signer: signer, sharing: choice)
    }
    let keys = await keyring.openPGP.keys(namedBy: results.compactMap(\.fault))
    var faults: [Diagnostic] = []
    var sealed: [String] = []
    for (field, result) in zip(fields, results) {
      switch result {
      case .success(let text): sealed.append(text)
      case .failure(let fault):
        faults.append(
          Diagnostic(fault, field.address.field, at: field.location, among: keys))
      }
    }
    if !faults.isEmpty { throw Failure(faults) }
    return sealed
  }

  /// The values in the fields' order.
  ///
  /// - Parameter sources: for the snippets of faults.
  /// - Throws: all faults of all fields.
  func opened(
    _ fields: [LocatedSealedField], sources: [String: RedactedSource]
  ) async throws -> [SecretBytes] {
    let results = await open(fields)
    let faults = results.compactMap(\.fault)
    if !faults.isEmpty { throw Failure(faults, sources: sources) }
    return try results.map { try $0.get() }
  }

  func open(
    _ fields: [LocatedSealedField]
  ) async -> [Result<SecretBytes, Diagnostic>] {
    if fields.isEmpty { return [] }
    let bindings = fields.map {
      binding(of: $0.address, in: $0.location.file, project: previousProjectName)
    }
    let requests = zip(fields, bindings).map {
      OpenRequest(
        armored: $0.message.armored, binding: $1.name,
        signatures: keyring.signatureRule(acceptsUnsigned: acceptsUnsigned))
    }
    do throws(GPGUnavailable) {
      let opened = try await keyring.openPGP.open(requests)
      let keys = await keyring.openPGP.keys(namedBy: opened.compactMap(\.fault))
      return zip(zip(fields, bindings), opened).map { asked, result in
        let (field, binding) = asked
        let environment = field.location.file.flatMap(keyring.project.environment(of:))?.name
        return result.mapError {
          Diagnostic(
            $0, field.address, in: environment, at: field.location, binding,
            ids: keyring.project.environments.map(\.id), among: keys)
        }
      }
    } catch {
      let fault = Diagnostic(error)
      return fields.map { _ in .failure(fault) }
    }
  }
}
