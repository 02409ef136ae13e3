package import Diagnostics
package import Model
package import Stores

/// What one owner has in two stores, one of which is to become a copy of the other.
package struct StoreCopyComparison: Sendable {
  package enum State: Hashable, Sendable {
    case absent
    /// An earlier copy, or a part of one, at this version.
    case outdated(StoreVersion)
    /// The connection is the same; its tokens or grants are not.
    case incomplete
    case copied
    /// The connection or its tokens changed there after they were copied.
    case newer
  }

  package let source: Snapshot
  package let target: Snapshot
  private let sourceTokens: [ConnectionName: TokenRecord]
  private let targetTokens: [ConnectionName: TokenRecord]
  private let sourceStore: StoreDescription
  private let targetStore: StoreDescription

  /// Reads both stores.
  package init(_ source: Store, _ target: Store) async throws(Diagnostic) {
    (self.source, sourceTokens) = try await Self.read(source)
    (self.target, targetTokens) = try await Self.read(target)
    sourceStore = source.description
    targetStore = target.description
  }

  private static func read(
    _ store: Store
  ) async throws(Diagnostic) -> (Snapshot, [ConnectionName: TokenRecord]) {
    try await store.mappingErrors { () async throws(StoreError) in
      (
        try await store.reader.read(),
        try await store.tokens?.tokenRecords().mapValues(\.record) ?? [:]
      )
    }
  }

  /// The connections that are copied, in order.
  package var names: [ConnectionName] {
    source.applied.keys.filter { source.actual[$0] != nil }.sorted()
  }

  /// What the source has and no record of ours describes: it is not copied.
  package var unmanaged: [ConnectionName] {
    source.actual.keys.filter { source.applied[$0] == nil }.sorted()
  }

  package var tokenCount: Int { names.count { sourceTokens[$0]?.tokens != nil } }

  func hasTokens(_ name: ConnectionName) -> Bool { sourceTokens[name] != nil }

  /// Whether the target has no tokens where the source has some.
  func lacksTokens(_ name: ConnectionName) -> Bool {
    sourceTokens[name]?.tokens != nil && targetTokens[name]?.tokens == nil
  }

  /// Whether the source renewed its tokens after the target got its own.
  func hasOlderTokens(_ name: ConnectionName) -> Bool {
    guard let here = sourceTokens[name]?.tokens, let there = targetTokens[name]?.tokens else {
      return false
    }
    return there.issuedAt < here.issuedAt
  }

  /// Whether the target's connection was copied, and is not one that was created there.
  func isSameConnection(_ name: ConnectionName) -> Bool {
    source.actual[name]?.id == target.actual[name]?.id
  }

  /// Who asks a service for tokens of the source right now; `nil` if nobody does.
  func renewer(of name: ConnectionName, at now: Timestamp) -> String? {
    sourceTokens[name]?.claim.flatMap { $0.isActive(at: now) ? $0.holder : nil }
  }

  /// What was changed in the source by other means since it was applied.
  package var changes: [Diagnostic] {
    names.filter(isChanged).map { .blocked($0, .changed, in: sourceStore) }
  }

  package func state(of name: ConnectionName) -> State {
    guard let record = source.applied[name], let there = target.actual[name],
      let copy = target.applied[name]
    else { return .absent }
    let tokens = tokenState(of: name)
    if tokens == .newer || copy.provenance.at > record.provenance.at { return .newer }
    guard copy.isCopy(of: record), copy.version == there.version else {
      return .outdated(there.version)
    }
    let isSameGrant = source.actual[name]?.grantedScopes == there.grantedScopes
    return isSameGrant ? tokens : .incomplete
  }

  private func tokenState(of name: ConnectionName) -> State {
    let (here, there) = (sourceTokens[name], targetTokens[name])
    if here?.withoutClaim == there?.withoutClaim { return .copied }
    if let issued = there?.tokens?.issuedAt, issued > here?.tokens?.issuedAt ?? issued {
      return .newer
    }
    return .incomplete
  }

  /// Why the target cannot become a copy; all reasons at once.
  package var obstacles: [Diagnostic] {
    let unclaimed = source.unclaimed.sorted().map {
      Diagnostic.blocked($0, .unclaimed, in: sourceStore)
    }
    let target =
      target.actual.keys.filter { self.source.applied[$0] == nil }.map { ($0, Obstacle.extra) }
      + names.compactMap { name in obstacle(to: name).map { (name, $0) } }
    let doubt = self.source.doubt.map { [Diagnostic.doubted(sourceStore, $0)] } ?? []
    return doubt + unclaimed + changes
      + target.sorted { $0.0 < $1.0 }.map { .blocked($0, $1, in: targetStore) }
  }

  private func isChanged(_ name: ConnectionName) -> Bool {
    guard let actual = source.actual[name] else { return false }
    return actual.version != source.applied[name]?.version || actual.unseen != nil
  }

  private func obstacle(to name: ConnectionName) -> Obstacle? {
    if let other = target.foreign[name]?.owner { return .ofAnother(other) }
    guard let there = target.actual[name] else {
      return target.unclaimed.contains(name) ? .unclaimed : nil
    }
    guard there.id == source.actual[name]?.id, target.applied[name] != nil else { return .taken }
    return state(of: name) == .newer ? .newer : nil
  }
}

/// Why one connection cannot be copied.
private enum Obstacle {
  case unclaimed, changed, extra, taken, newer
  case ofAnother(Owner)
}

extension TokenRecord {
  /// A claim is a call in progress, or one that came to nothing.
  fileprivate var withoutClaim: TokenRecord {
    var record = self
    record.claim = nil
    return record
  }
}

extension Store {
  /// The result of a request; its errors as diagnostics about this store.
  func mappingErrors<R>(
    about name: ConnectionName? = nil, _ work: () async throws(StoreError) -> R
  ) async throws(Diagnostic) -> R {
    do throws(StoreError) {
      return try await work()
    } catch {
      throw name.map { Diagnostic(error, in: description, about: $0) }
        ?? Diagnostic(error, in: description)
    }
  }
}

extension Diagnostic {
  fileprivate static func doubted(_ store: StoreDescription, _ reason: String) -> Diagnostic {
    Diagnostic(
      .copyBlocked, "the records of \(store) cannot be verified here", notes: [reason],
      help: [
        "run this where a key of the project is",
        "if an earlier version wrote it, apply there first: vaultctl apply",
      ])
  }

  fileprivate static func blocked(
    _ name: ConnectionName, _ obstacle: Obstacle, in store: StoreDescription
  ) -> Diagnostic {
    func made(_ message: String, _ help: String) -> Diagnostic {
      Diagnostic(
        .copyBlocked, message, at: .connection(name.rawValue, store: store.description),
        help: [help])
    }
    return switch obstacle {
    case .unclaimed:
      made("`\(name)` has no owner yet in \(store)", "claim it first: vaultctl upgrade")
    case .changed:
      made(
        "`\(name)` changed in \(store) since it was applied",
        "apply it first, so that the copy is what is declared: vaultctl apply")
    case .extra:
      made(
        "\(store) has `\(name)`, which is not in the store that is copied",
        "copy to an empty place: another file, or another `prefix`")
    case .taken:
      made(
        "\(store) has another connection `\(name)`",
        "copy to an empty place: another file, or another `prefix`")
    case .newer:
      made(
        "`\(name)` changed in \(store) after it was copied",
        "it is in use already: remove the original with --finish")
    case .ofAnother(let owner):
      made(
        "`\(name)` in \(store) belongs to \(owner)",
        "copy to another place: another file, or another `prefix`")
    }
  }
}
