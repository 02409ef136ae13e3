import Model

/// Compares the connections of one environment.
struct EnvironmentDiffBuilder {
  let environment: String?
  let old: [DesiredConnection]
  let new: [DesiredConnection]
  let comparisons: [MessagePair: SecretComparison]
  /// Of the older state, of all environments.
  let oldMessages: SealedValueIndex

  /// By name.
  func diffs() -> [ConnectionDiff] {
    let pairs = ConnectionPair.matching(old, new)
    let kept = Set(pairs.map(\.new.name))
    let gone = Set(pairs.map(\.old.name))
    let changed = pairs.compactMap { pair -> ConnectionDiff? in
      let details = details(pair.old, pair.new)
      let isRenamed = pair.old.name != pair.new.name
      if details.isEmpty, !isRenamed { return nil }
      return diff(pair.new, isRenamed ? .renamed(from: pair.old.name) : .changed, details)
    }
    let added = new.filter { !kept.contains($0.name) }
      .map { diff($0, .added, details(nil, $0)) }
    let removed = old.filter { !gone.contains($0.name) }.map { diff($0, .removed, lost($0)) }
    return (changed + added + removed).sorted { $0.connection < $1.connection }
  }

  private func diff(
    _ connection: DesiredConnection, _ kind: ConnectionDiff.Kind, _ details: [DiffDetail]
  ) -> ConnectionDiff {
    ConnectionDiff(
      connection: connection.name, environment: environment, app: connection.app, kind: kind,
      details: details, location: connection.origin.nameLocation)
  }

  private func details(_ old: DesiredConnection?, _ new: DesiredConnection) -> [DiffDetail] {
    var details: [DiffDetail] = []
    if let old, old.app != new.app { details.append(.app(from: old.app, to: new.app)) }
    if old?.setup?.type != new.setup?.type {
      details.append(.declared(.setupType(from: old?.setup?.type, to: new.setup?.type)))
    }
    let fields = Set(old?.setup?.fields.keys.map { $0 } ?? [])
      .union(new.setup?.fields.keys.map { $0 } ?? [])
    details += fields.sorted().flatMap { field($0, old, new) }
    details += texts(old?.labels, new.labels).map { .declared(.label($0, from: $1, to: $2)) }
    details += texts(old?.annotations, new.annotations).map { .annotation($0, from: $1, to: $2) }
    let scopes = (old: old?.scopes ?? [], new: new.scopes ?? [])
    if scopes.old != scopes.new {
      details.append(
        .declared(
          .scopes(
            added: scopes.new.subtracting(scopes.old).sorted(),
            removed: scopes.old.subtracting(scopes.new).sorted())))
    }
    if new.preventsDestroy != old?.preventsDestroy ?? false {
      details.append(.declared(.preventDestroy(new.preventsDestroy)))
    }
    let destinations = ChangeDetail.destinations(
      from: old?.destinations ?? [], to: new.destinations)
    details += destinations.map { [.declared($0)] } ?? []
    let ignored = old?.ignoredFields ?? []
    if new.ignoredFields != ignored {
      details.append(
        .ignored(
          added: new.ignoredFields.subtracting(ignored).sorted(),
          removed: ignored.subtracting(new.ignoredFields).sorted()))
    }
    return details
  }

  /// What goes with a connection.
  private func lost(_ old: DesiredConnection) -> [DiffDetail] {
    let type = old.setup.map { [DiffDetail.declared(.setupType(from: $0.type, to: nil))] } ?? []
    return type
      + (old.setup?.fields ?? [:]).sorted { $0.key < $1.key }.map { name, value in
        switch value {
        case .plain(let value): .declared(.plain(name, from: value, to: nil))
        case .sealed: .secret(name, SecretDiff(.removed))
        }
      }
  }

  private func field(
    _ name: FieldName, _ old: DesiredConnection?, _ new: DesiredConnection
  ) -> [DiffDetail] {
    func plain(_ from: PlainValue?, _ to: PlainValue?) -> DiffDetail {
      .declared(.plain(name, from: from, to: to))
    }
    switch (old?.setup?.fields[name], new.setup?.fields[name]) {
    case (nil, nil): return []
    case (.plain(let from), nil): return [plain(from, nil)]
    case (nil, .plain(let to)): return [plain(nil, to)]
    case (.plain(let from), .plain(let to)): return from == to ? [] : [plain(from, to)]
    case (.sealed(let from), nil):
      return [.secret(name, SecretDiff(.removed, lost: from.keyIDs.sorted()))]
    case (.sealed(let from), .plain(let to)):
      return [.secret(name, SecretDiff(.removed, lost: from.keyIDs.sorted())), plain(nil, to)]
    case (let from, .sealed(let to)):
      let address = FieldAddress(new.name, name)
      guard case .sealed(let former) = from else {
        let left: [DiffDetail] =
          if case .plain(let value) = from { [plain(value, nil)] } else { [] }
        let former = oldMessages.otherAddress(of: to, than: address)
        return left + [
          .secret(
            name, SecretDiff(former.map { .moved(from: $0) } ?? .set, gained: to.keyIDs.sorted()))
        ]
      }
      if former.digest == to.digest, old?.name == new.name { return [] }
      return [.secret(name, secret(former, to, address))]
    }
  }

  private func secret(
    _ old: SealedMessage, _ new: SealedMessage, _ address: FieldAddress
  ) -> SecretDiff {
    let value: SecretDiff.Value =
      if let former = oldMessages.otherAddress(of: new, than: address) {
        .moved(from: former)
      } else {
        switch comparisons[MessagePair(old: old.digest, new: new.digest)] {
        case .same: .reencrypted
        case .different: .rotated
        case nil: .changed
        }
      }
    return SecretDiff(
      value, gained: Set(new.keyIDs).subtracting(old.keyIDs).sorted(),
      lost: Set(old.keyIDs).subtracting(new.keyIDs).sorted())
  }

  private func texts(
    _ old: [String: String]?, _ new: [String: String]
  ) -> [(String, String?, String?)] {
    let old = old ?? [:]
    return Set(old.keys).union(new.keys).sorted().compactMap { key in
      old[key] == new[key] ? nil : (key, old[key], new[key])
    }
  }
}
