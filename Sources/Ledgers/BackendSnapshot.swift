import Model
import Stores

/// A backend's list and a ledger's records as a snapshot. Setups cannot be read, so a connection at
/// the version that was recorded has what was recorded.
struct BackendSnapshot {
  let contents: LedgerContents
  let catalog: Catalog

  private var records: [ConnectionName: AppliedRecord] { contents.records }

  /// From the ledger alone.
  var recorded: Snapshot {
    Snapshot(
      actual: Dictionary(
        records.map { name, record in
          (
            name,
            connection(
              name, id: record.storeID, app: record.app, record: record,
              hasSetup: record.setupType != nil,
              version: record.version, updatedAt: record.provenance.at)
          )
        }
      ) { first, _ in first }, applied: records)
  }

  func of(_ list: [BackendConnection]) -> Snapshot {
    let records = records
    let names = Dictionary(records.map { ($0.value.storeID, $0.key) }) { first, _ in first }
    var actual: [ConnectionName: ActualConnection] = [:]
    for found in list.sorted(by: { $0.id < $1.id }) {
      // A connection that was renamed in the backend keeps the name that we recorded.
      let name = names[found.id] ?? found.name
      let record = records[name].flatMap { $0.storeID == found.id ? $0 : nil }
      let connection = connection(
        name, id: found.id, app: found.app, record: record, hasSetup: found.isReady,
        version: found.version, updatedAt: found.updatedAt)
      if actual[name] == nil || record != nil { actual[name] = connection }
    }
    return Snapshot(actual: actual, applied: records)
  }

  private func connection(
    _ name: ConnectionName, id: StoreID, app: AppID, record: AppliedRecord?, hasSetup: Bool,
    version: StoreVersion, updatedAt: Timestamp
  ) -> ActualConnection {
    let isAsRecorded = record?.version == version
    // A setup that lacks what the app requires was never sent.
    let isWithheld =
      record.flatMap { record in
        record.setupType.map { !catalog.isWhole(record.app, $0, record.fields.keys) }
      } ?? false
    let shown = hasSetup || (isWithheld && isAsRecorded) ? record : nil
    let fields = (shown?.fields ?? [:]).mapValues { field -> ActualField in
      switch field {
      case .plain(let value): .plain(value)
      case .sealed(_, _, let own): .secret(version: isAsRecorded ? own : version)
      }
    }
    let unseen: ActualConnection.Unseen? =
      if record != nil, !isAsRecorded {
        .change
      } else if hasSetup, record?.setupType == nil {
        .setup
      } else {
        nil
      }
    return ActualConnection(
      id: id, name: name, app: app, setupType: shown?.setupType, fields: fields,
      labels: record?.labels ?? [:],
      grantedScopes: contents.entries[name]?.granted.map { Set($0) }, version: version,
      updatedAt: updatedAt, unseen: unseen)
  }
}
