import Diagnostics
import Model
import Secrets
import Stores

/// Makes the writes of a run before the first of them is carried out, so that nothing of ours that
/// can be checked beforehand fails after the store was changed.
struct WritePreparer: Sendable {
  let store: Store
  let opener: any SecretOpener
  let catalog: Catalog
  let provenance: Provenance
  let desired: [ConnectionName: DesiredConnection]

  struct Faults: Error {
    let diagnostics: [Diagnostic]
  }

  /// 1. Each change's fields are sorted into those that are written and those that stay.
  /// 2. All sealed values that are written are opened together, and checked against the catalog's
  ///    limits. They are held until they are written.
  /// 3. The store's own key is opened, or created.
  ///
  /// - Throws: all faults of all changes.
  func writes(of changes: [Change]) async throws(Faults) -> [ConnectionName: StoreWrite] {
    var faults: [Diagnostic] = []
    var fields: [ConnectionName: [FieldName: FieldWrite]] = [:]
    var sealed: [LocatedSealedField] = []
    for change in changes {
      do throws(Faults) {
        fields[change.connection] = try self.fields(of: change, &sealed)
      } catch {
        faults += error.diagnostics
      }
    }
    for (field, result) in zip(sealed, await opener.open(sealed)) {
      let address = field.address
      switch result {
      case .failure(let fault): faults.append(fault)
      case .success(let value):
        if let violation = constraint(of: address)?.violation(of: value) {
          faults.append(.invalidSecretValue(address, violation, at: field.location))
        }
        fields[address.connection]?[address.field] = .secret(
          value, ciphertext: field.message.digest)
      }
    }
    if !faults.isEmpty { throw Faults(diagnostics: faults) }
    let writes = changes.map { write($0, fields[$0.connection] ?? [:]) }
    if writes.contains(where: \.hasNewSecrets) { try await prepareKey() }
    return Dictionary(writes.map { ($0.name, $0) }) { first, _ in first }
  }

  private func prepareKey() async throws(Faults) {
    do throws(StoreError) {
      try await store.key?.prepare()
    } catch {
      throw Faults(diagnostics: [Diagnostic(error, in: store.description)])
    }
  }

  private func write(_ change: Change, _ fields: [FieldName: FieldWrite]) -> StoreWrite {
    let connection = desired[change.connection]
    return StoreWrite(
      name: change.connection, action: StoreWrite.Action(change.action), app: change.app,
      setupType: connection?.setup?.type, fields: fields, labels: connection?.labels ?? [:],
      scopes: connection?.scopes, destinations: connection?.destinations,
      preventsDestroy: connection?.preventsDestroy ?? false,
      provenance: provenance.allowing(
        redirects: provenance.allowedRedirects.filter { $0 == change.connection }),
      owner: store.owner)
  }

  /// Only the values that must be written are opened; the store keeps the others.
  ///
  /// - Parameter sealed: gets the fields to open.
  private func fields(
    of change: Change, _ sealed: inout [LocatedSealedField]
  ) throws(Faults) -> [FieldName: FieldWrite] {
    guard let connection = desired[change.connection] else { return [:] }
    var writes: [FieldName: FieldWrite] = [:]
    let isWhole = store.traits.writesWholeSetups && change.writesSetup
    if !change.action.createsNew {
      for field in connection.ignoredFields {
        // A setup that is written as a whole needs every declared value.
        if isWhole, connection.setup?.fields[field] != nil { continue }
        if isWhole { throw Faults(diagnostics: [.ignoredInWhole(field, connection)]) }
        writes[field] = .leave
      }
    }
    for (field, value) in (connection.setup?.fields ?? [:]).sorted(by: { $0.key < $1.key })
    where writes[field] == nil {
      switch value {
      case .plain(let value): writes[field] = .plain(value)
      case .sealed(let message) where !isWhole && change.keeps(field):
        writes[field] = .keep(ciphertext: message.digest)
      case .sealed(let message):
        sealed.append(
          LocatedSealedField(
            address: FieldAddress(connection.name, field), message: message,
            location: connection.origin.location(of: field)))
      }
    }
    return writes
  }

  private func constraint(of address: FieldAddress) -> ValueConstraint? {
    guard let connection = desired[address.connection], let setup = connection.setup else {
      return nil
    }
    return catalog[connection.app]?.setup(setup.type)?[address.field]?.constraint
  }
}

extension Change {
  /// Whether the store's value of a sealed field is the declared one.
  fileprivate func keeps(_ field: FieldName) -> Bool {
    switch action {
    case .create, .replace, .adopt, .delete: return false
    case .update, .record, .rename: break
    }
    for case .secret(field, let change) in details {
      return change == .reencrypted
    }
    return true
  }

  /// Whether something in the setup will differ from what the store has.
  fileprivate var writesSetup: Bool {
    if action.createsNew { return true }
    if case .adopt = action { return true }
    return details.contains { detail in
      switch detail {
      case .setupType, .plain: true
      case .secret(_, let change): change != .reencrypted
      case .scopes, .label, .preventDestroy, .destinations, .reauthorize: false
      }
    }
  }
}

extension ValueConstraint {
  fileprivate func violation(of value: SecretBytes) -> ValueViolation? {
    value.withBytes { violation(ofUTF8: $0) }
  }
}

extension Diagnostic {
  fileprivate static func ignoredInWhole(
    _ field: FieldName, _ connection: DesiredConnection
  ) -> Diagnostic {
    Diagnostic(
      .storeRefused, "`\(field)` of `\(connection.name)` cannot be ignored",
      at: connection.origin.setupLocation,
      notes: ["the store writes a setup only as a whole and does not return its values"],
      help: ["declare `\(field)` as well, or revert the connection's changes"])
  }

  fileprivate static func invalidSecretValue(
    _ address: FieldAddress, _ violation: ValueViolation, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidSecretValue, "the sealed value of `spec.setup.\(address.field)` \(violation.reason)",
      at: location,
      help: [
        "seal a valid value: vaultctl set \(shellWord(address.connection.rawValue))"
          + " \(shellWord(address.field.rawValue))"
      ])
  }
}
