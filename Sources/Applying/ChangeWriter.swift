import Diagnostics
import Model
import Secrets
import Stores

/// How one change ended.
struct WriteOutcome: Sendable {
  let result: ApplyOutcome.ChangeResult

  static func failed(_ diagnostics: [Diagnostic]) -> WriteOutcome {
    WriteOutcome(result: .failed(diagnostics))
  }

  var stopsTheRun: Bool {
    switch result {
    case .failed(let diagnostics): diagnostics.contains { $0.code.stopsTheRun }
    case .done, .skipped: false
    }
  }
}

/// One change into the store: journal, opened values, write.
struct ChangeWriter: Sendable {
  let store: Store
  let opener: any SecretOpener
  let catalog: Catalog
  let provenance: Provenance
  let run: ApplyRun
  let desired: [ConnectionName: DesiredConnection]
  /// Called before a change removes the store's connection, and its tokens with it.
  let beforeRemoval: @Sendable (Change) async -> Void

  func write(_ change: Change) async -> WriteOutcome {
    let fields: [FieldName: FieldWrite]
    do throws(ApplyFaults) {
      fields = try await self.fields(of: change)
    } catch {
      try? await run.abandon?(change.connection)
      return .failed(error.diagnostics)
    }
    if change.action.endsConnection { await beforeRemoval(change) }
    do throws(StoreError) {
      _ = try await run.writer.carryOut(storeWrite(change, fields))
      return WriteOutcome(result: .done)
    } catch {
      // What may have been done stays in the journal, for the next run to recover.
      if !error.leavesDoubt { try? await run.abandon?(change.connection) }
      return .failed([Diagnostic(error, in: store.description)])
    }
  }

  private func storeWrite(_ change: Change, _ fields: [FieldName: FieldWrite]) -> StoreWrite {
    let connection = desired[change.connection]
    return StoreWrite(
      name: change.connection, action: StoreWrite.Action(change.action), app: change.app,
      setupType: connection?.setup?.type, fields: fields, labels: connection?.labels ?? [:],
      scopes: connection?.scopes, preventsDestroy: connection?.preventsDestroy ?? false,
      provenance: provenance)
  }

  /// Opens only the values that must be written; the store keeps the others.
  private func fields(
    of change: Change
  ) async throws(ApplyFaults) -> [FieldName: FieldWrite] {
    guard let connection = desired[change.connection] else { return [:] }
    var writes: [FieldName: FieldWrite] = [:]
    let isWhole = store.traits.writesWholeSetups && change.writesSetup
    if !change.action.createsNew {
      for field in connection.ignoredFields {
        // A setup that is written as a whole needs every declared value.
        if isWhole, connection.setup?.fields[field] != nil { continue }
        if isWhole { throw ApplyFaults(diagnostics: [.ignoredInWhole(field, connection)]) }
        writes[field] = .leave
      }
    }
    guard let setup = connection.setup else { return writes }
    var sealed: [LocatedSealedField] = []
    for (field, value) in setup.fields.sorted(by: { $0.key < $1.key })
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
    var faults: [Diagnostic] = []
    let shape = catalog[connection.app]?.setup(setup.type)
    for (sealed, result) in zip(sealed, await opener.open(sealed)) {
      switch result {
      case .failure(let fault): faults.append(fault)
      case .success(let value):
        let field = sealed.address.field
        if let violation = shape?[field]?.constraint.violation(of: value) {
          faults.append(.invalidSecretValue(field, violation, at: sealed.location))
        }
        writes[field] = .secret(value, ciphertext: sealed.message.digest)
      }
    }
    if !faults.isEmpty { throw ApplyFaults(diagnostics: faults) }
    return writes
  }
}

private struct ApplyFaults: Error {
  let diagnostics: [Diagnostic]
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
}

extension Change {
  /// Whether something in the setup will differ from what the store has.
  fileprivate var writesSetup: Bool {
    if action.createsNew { return true }
    if case .adopt = action { return true }
    return details.contains { detail in
      switch detail {
      case .setupType, .plain: true
      case .secret(_, let change): change != .reencrypted
      case .scopes, .label, .preventDestroy, .reauthorize: false
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
    _ field: FieldName, _ violation: ValueViolation, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidSecretValue, "the sealed value of `spec.setup.\(field)` \(violation.reason)",
      at: location, help: ["seal a valid value: vaultctl set NAME \(field)"])
  }
}
