package import Diagnostics
package import Model
import Planning
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
    /// Its tokens changed there, and the original was applied after it was copied.
    case diverged
  }

  package let source: Snapshot
  package let target: Snapshot
  private let sourceTokens: [ConnectionName: TokenRecord]
  private let targetTokens: [ConnectionName: TokenRecord]
  private let sourceTokenVersions: [ConnectionName: Int64]
  private let ignored: [ConnectionName: Set<FieldName>]
  private let sourceStore: StoreDescription
  private let targetStore: StoreDescription

  /// Reads both stores.
  ///
  /// - Parameter ignored: fields of connections that others write.
  package init(
    _ source: Store, _ target: Store, ignoring ignored: [ConnectionName: Set<FieldName>] = [:]
  ) async throws(Diagnostic) {
    self.ignored = ignored
    let (original, here) = try await Self.read(source)
    let (copy, there) = try await Self.read(target)
    (self.source, self.target) = (original, copy)
    (sourceTokens, targetTokens) = (here.mapValues(\.record), there.mapValues(\.record))
    sourceTokenVersions = here.mapValues(\.version)
    sourceStore = source.description
    targetStore = target.description
  }

  private static func read(
    _ store: Store
  ) async throws(Diagnostic) -> (Snapshot, [ConnectionName: StoredTokenRecord]) {
    try await store.mappingErrors { () async throws(StoreError) in
      let snapshot = try await store.reader.read()
      return (snapshot, try await store.tokens?.tokenRecords(in: snapshot) ?? [:])
    }
  }

  /// The connections that are copied, in order.
  package var names: [ConnectionName] {
    source.applied.keys.filter { source.actual[$0] != nil }.sorted()
  }

  /// How much the source has that is not copied: no record describes it, or it is not ours.
  package var others: Int {
    source.others + source.actual.keys.count { source.applied[$0] == nil }
  }

  package var tokenCount: Int { names.count { sourceTokens[$0]?.tokens != nil } }

  func ignoredFields(of name: ConnectionName) -> Set<FieldName> { ignored[name] ?? [] }

  func hasTokens(_ name: ConnectionName) -> Bool { sourceTokens[name] != nil }

  /// Of the source's record; 0 without one.
  func tokenVersion(of name: ConnectionName) -> Int64 { sourceTokenVersions[name] ?? 0 }

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
    let ignored = ignoredFields(of: name)
    let tokens = tokenState(of: name)
    if tokens == .newer {
      let isOlder = copy.provenance.at < record.provenance.at
      return isOlder && !copy.isEquivalent(to: record, ignoring: ignored) ? .diverged : .newer
    }
    if copy.provenance.at > record.provenance.at { return .newer }
    guard copy.isCopy(of: record, ignoring: ignored),
      copy.version == there.version || there.isAsApplied(copy, ignoring: ignored)
    else { return .outdated(there.version) }
    // Only ignored fields changed there.
    if copy.version != there.version { return .newer }
    return hasSameGrants(name) ? tokens : .incomplete
  }

  func hasSameGrants(_ name: ConnectionName) -> Bool {
    source.actual[name]?.grantedScopes == target.actual[name]?.grantedScopes
  }

  private func tokenState(of name: ConnectionName) -> State {
    let (here, there) = (sourceTokens[name], targetTokens[name])
    if here?.withoutClaim == there?.withoutClaim { return .copied }
    if let there, here == nil || there.hasNewerTokens(than: here) { return .newer }
    return .incomplete
  }

  /// Whether a copy has to be made, or continued.
  func isPending(_ name: ConnectionName) -> Bool {
    state(of: name) != .copied || hasMovedOn(name)
  }

  /// Whether the connection is written, and not only its tokens and grants.
  func isWritten(_ name: ConnectionName) -> Bool {
    switch state(of: name) {
    case .absent, .outdated: true
    case .incomplete, .copied: hasMovedOn(name)
    case .newer, .diverged: false
    }
  }

  /// Whether ignored fields of the original changed since it was applied. A copy may have the previous
  /// values, which no record shows.
  private func hasMovedOn(_ name: ConnectionName) -> Bool {
    source.actual[name]?.version != source.applied[name]?.version
  }

  /// What was never applied, in either store: no record describes it.
  func hasUnrecordedFields(_ name: ConnectionName) -> Bool {
    [source, target].contains { store in
      let recorded = store.applied[name]?.fields ?? [:]
      return store.actual[name]?.fields.keys.contains { recorded[$0] == nil } ?? false
    }
  }

  /// Why the target cannot become a copy; all reasons at once.
  package var obstacles: [Diagnostic] {
    let unclaimed = source.unclaimed.sorted().map {
      Diagnostic.blocked($0, .unclaimed, in: sourceStore)
    }
    let target =
      target.actual.keys.filter { self.source.applied[$0] == nil }.map {
        ($0, StoreCopyObstacle.extra)
      }
      + names.compactMap { name in obstacle(to: name).map { (name, $0) } }
    let doubt = self.source.doubt.map { [Diagnostic.doubted(sourceStore, $0)] } ?? []
    return doubt + unclaimed + changes
      + target.sorted { $0.0 < $1.0 }.map { .blocked($0, $1, in: targetStore) }
  }

  private func isChanged(_ name: ConnectionName) -> Bool {
    guard let actual = source.actual[name], let record = source.applied[name] else { return false }
    if actual.unseen != nil { return true }
    return actual.version != record.version
      && !actual.isAsApplied(record, ignoring: ignoredFields(of: name))
  }

  private func obstacle(to name: ConnectionName) -> StoreCopyObstacle? {
    if let other = target.foreign[name]?.owner { return .ofAnother(other) }
    guard let there = target.actual[name] else {
      return target.unclaimed.contains(name) ? .unclaimed : nil
    }
    guard there.id == source.actual[name]?.id, target.applied[name] != nil else { return .taken }
    return switch state(of: name) {
    case .newer: tokenState(of: name) == .newer ? .newerTokens : .newer
    case .diverged: .diverged
    case .absent, .outdated, .incomplete, .copied: nil
    }
  }
}

extension TokenRecord {
  /// A claim is a call in progress, or one that came to nothing.
  fileprivate var withoutClaim: TokenRecord {
    var record = self
    record.claim = nil
    return record
  }

  /// Whether it has tokens, and the other one has none or older ones.
  func hasNewerTokens(than other: TokenRecord?) -> Bool {
    guard let issued = tokens?.issuedAt else { return false }
    return other?.tokens.map { issued > $0.issuedAt } ?? true
  }
}
