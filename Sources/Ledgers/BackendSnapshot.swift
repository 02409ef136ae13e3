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

  /// - A connection that was renamed in the backend keeps the name that we recorded.
  /// - Of several with one name, ours is the recorded one; if none is, all of them are foreign.
  func of(_ list: BackendList) -> Snapshot {
    let records = records
    let names = Dictionary(records.map { ($0.value.storeID, $0.key) }) { first, _ in first }
    var actual: [ConnectionName: ActualConnection] = [:]
    var foreign: [ForeignEntry] = []
    var others: [ConnectionName: [BackendConnection]] = [:]
    for found in list.connections {
      if let name = names[found.id] {
        actual[name] = connection(found, named: name, records[name])
      } else if let name = found.name {
        others[name, default: []].append(found)
      } else {
        foreign.append(ForeignEntry(id: found.id, name: found.shownName, reason: .invalidName))
      }
    }
    for (id, name) in list.unreadable {
      foreign.append(
        ForeignEntry(
          id: id, name: name, reason: .unreadable, connection: names[id] ?? ConnectionName(name)))
    }
    let taken = Set(foreign.compactMap(\.connection))
    for (name, found) in others {
      if found.count == 1, actual[name] == nil, !taken.contains(name) {
        actual[name] = connection(found[0], named: name, nil)
      } else {
        foreign += found.map {
          ForeignEntry(id: $0.id, name: $0.shownName, reason: .sharedName, connection: name)
        }
      }
    }
    return Snapshot(
      actual: actual, applied: records, foreignEntries: foreign.sorted { $0.id < $1.id })
  }

  private func connection(
    _ found: BackendConnection, named name: ConnectionName, _ record: AppliedRecord?
  ) -> ActualConnection {
    connection(
      name, id: found.id, app: found.app, record: record, hasSetup: found.isReady,
      version: found.version, updatedAt: found.updatedAt)
  }

  private func connection(
    _ name: ConnectionName, id: StoreID, app: AppID, record: AppliedRecord?, hasSetup: Bool,
    version: StoreVersion, updatedAt: Timestamp
  ) -> ActualConnection {
    let isAsRecorded = record?.version == version
    // A setup that lacks what the app requires was never sent. If there is one now, it is another's.
    let isWithheld =
      record.flatMap { record in
        record.setupType.map { !catalog.isWhole(record.app, $0, record.fields.keys) }
      } ?? false
    let isOthers = isWithheld && hasSetup
    let shown = hasSetup || (isWithheld && isAsRecorded) ? record : nil
    let fields = (isOthers ? [:] : shown?.fields ?? [:]).mapValues { field -> ActualField in
      switch field {
      case .plain(let value): .plain(value)
      case .sealed(_, _, let own): .secret(version: isAsRecorded ? own : version)
      }
    }
    let unseen: ActualConnection.Unseen? =
      if isOthers {
        .setup
      } else if record != nil, !isAsRecorded {
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
