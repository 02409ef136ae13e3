import Model
import Secrets
import Stores

extension Catalog {
  /// Whether a setup has all that its app requires; of an app that is not known, it has.
  func isWhole(_ app: AppID, _ type: SetupType, _ fields: some Collection<FieldName>) -> Bool {
    self[app]?.setup(type)?.missing(from: fields).isEmpty ?? true
  }
}

extension StoreWrite {
  var holdsSecrets: Bool {
    fields.values.contains { if case .secret = $0 { true } else { false } }
  }

  /// Whether the vault holds something else than what is to be: what is sealed again, labels and
  /// scopes are of the ledger alone.
  func reachesVault(_ before: AppliedRecord?, former: ConnectionName) -> Bool {
    guard let before else { return true }
    if name != former || holdsSecrets || setupType != before.setupType { return true }
    for (field, value) in fields {
      if case .plain(let value) = value, before.fields[field] != .plain(value) { return true }
    }
    return before.fields.keys.contains { fields[$0] == nil }
  }

  /// The applied record; the fields' versions are the connection's, which has no finer ones.
  func record(
    _ made: (id: StoreID, version: StoreVersion), before: AppliedRecord?, key: StoreKey?
  ) -> AppliedRecord {
    var recorded: [FieldName: AppliedField] = [:]
    for (field, value) in fields {
      switch value {
      case .plain(let value): recorded[field] = .plain(value)
      case .secret(let secret, let ciphertext):
        recorded[field] = .sealed(
          ciphertext: ciphertext, value: key?.digest(secret, in: made.id, field: field),
          version: made.version)
      case .keep(let ciphertext):
        var digest: KeyedDigest?
        if case .sealed(_, let value, _) = before?.fields[field], before?.storeID == made.id {
          digest = value
        }
        recorded[field] = .sealed(ciphertext: ciphertext, value: digest, version: made.version)
      case .leave: recorded[field] = before?.fields[field]
      }
    }
    return AppliedRecord(
      storeID: made.id, version: made.version, app: app, setupType: setupType, fields: recorded,
      labels: labels, scopes: scopes, preventsDestroy: preventsDestroy, provenance: provenance)
  }
}

/// What became of the changes that a killed run had meant.
struct CrashRecovery {
  private let byID: [StoreID: BackendConnection]
  private let byName: [ConnectionName: BackendConnection]

  init(vault: [BackendConnection]) {
    byID = Dictionary(vault.map { ($0.id, $0) }) { first, _ in first }
    byName = Dictionary(vault.map { ($0.name, $0) }) { first, _ in first }
  }

  /// - A create whose connection is there was done: it is ours, with what was meant.
  /// - An update that moved the version may be ours: what the record says of the values stays, so
  ///   the next plan writes them again.
  /// - A delete whose connection is gone was done.
  func heal(
    _ intent: JournaledIntent, of run: LedgerRun, by provenance: Provenance,
    in entries: inout [ConnectionName: LedgerEntry]
  ) {
    let name = intent.connection
    switch intent.kind {
    case .create, .replace:
      if let id = intent.id, byID[id] != nil { return }
      entries[name] = nil
      guard let found = byName[name],
        found.createdAt.milliseconds >= run.holder.since.milliseconds - 300_000
      else { return }
      let draft =
        intent.draft
        ?? AppliedRecord(
          storeID: "", version: "", app: found.app, setupType: nil, fields: [:],
          provenance: provenance)
      entries[name] = LedgerEntry(record: draft.moved(to: found))
    case .update, .record:
      move(name, to: name, intent, in: &entries)
    case .rename:
      guard let former = intent.formerName else { return }
      let isDone = intent.id.flatMap { byID[$0]?.name } == name
      move(former, to: isDone ? name : former, intent, in: &entries)
    case .delete:
      if let id = intent.id, byID[id] == nil { entries[name] = nil }
    }
  }

  /// The record of the version that is there, under another name perhaps.
  private func move(
    _ former: ConnectionName, to name: ConnectionName, _ intent: JournaledIntent,
    in entries: inout [ConnectionName: LedgerEntry]
  ) {
    guard let id = intent.id, let found = byID[id], var entry = entries[former],
      let record = entry.record
    else { return }
    entry.record = record.moved(to: found)
    entries[former] = nil
    entries[name] = entry
  }
}

extension AppliedRecord {
  /// The record for a connection of the vault, at the version that this has.
  fileprivate func moved(to found: BackendConnection) -> AppliedRecord {
    let fields = fields.mapValues { field -> AppliedField in
      guard case .sealed(let ciphertext, let value, _) = field else { return field }
      return .sealed(
        ciphertext: ciphertext, value: storeID == found.id ? value : nil, version: found.version)
    }
    return AppliedRecord(
      storeID: found.id, version: found.version, app: app, setupType: setupType, fields: fields,
      labels: labels, scopes: scopes, preventsDestroy: preventsDestroy, provenance: provenance)
  }
}
