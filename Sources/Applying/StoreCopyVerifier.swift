package import Diagnostics
package import Model
import Secrets
package import Stores

/// Compares a copy with its original: records, values, digests, tokens and grants.
package struct StoreCopyVerifier: Sendable {
  private let source: Store
  private let target: Store
  /// Connections whose values are open at once.
  private static let batch = 200

  package init(_ source: Store, _ target: Store) {
    self.source = source
    self.target = target
  }

  /// What differs, by name.
  ///
  /// - Parameters:
  ///   - comparison: as the stores are now.
  ///   - now: the time, if the copy may be in use and have changed; then only that it is there, with the
  ///     tokens that it needs, is checked.
  package func faults(
    _ comparison: StoreCopyComparison, inUseAt now: Timestamp? = nil
  ) async throws(Diagnostic) -> [Diagnostic] {
    var faults: [Diagnostic] = []
    let names = comparison.names
    for start in stride(from: 0, to: names.count, by: Self.batch) {
      let batch = names[start..<min(start + Self.batch, names.count)]
      var compared: [ConnectionName] = []
      for name in batch {
        if let now, let holder = comparison.renewer(of: name, at: now) {
          faults.append(.beingRenewed(name, by: holder, source.description))
          continue
        }
        switch comparison.state(of: name) {
        case .copied: compared.append(name)
        case .newer where comparison.hasOlderTokens(name):
          faults.append(.originalIsNewer(name, in: target.description))
        case .incomplete where comparison.hasOlderTokens(name):
          faults.append(fault(name, "the original's tokens are newer"))
        case .diverged: faults.append(.originalIsApplied(name, in: target.description))
        case .incomplete where now != nil && !comparison.hasSameGrants(name):
          faults.append(.grantsDiffer(name, in: target.description))
        case .newer where now != nil && isUsable(name, comparison): break
        case .incomplete where now != nil && isUsable(name, comparison): break
        case .absent: faults.append(fault(name, "it does not exist"))
        case .outdated, .newer: faults.append(fault(name, "its record differs"))
        case .incomplete: faults.append(fault(name, "its tokens or granted scopes differ"))
        }
      }
      faults += try await values(of: compared, comparison)
      for name in compared where comparison.hasTokens(name) {
        if try await !hasSameTokens(name) { faults.append(fault(name, "its tokens differ")) }
      }
    }
    return faults
  }

  /// Whether nothing is lost if the original goes.
  private func isUsable(_ name: ConnectionName, _ comparison: StoreCopyComparison) -> Bool {
    comparison.isSameConnection(name) && !comparison.lacksTokens(name)
  }

  /// The values of both, and what the copy's record says of its own.
  private func values(
    of names: [ConnectionName], _ comparison: StoreCopyComparison
  ) async throws(Diagnostic) -> [Diagnostic] {
    let originals = try await secrets(of: Set(names), in: source)
    let copies = try await secrets(of: Set(names), in: target)
    var faults: [Diagnostic] = []
    func isRecorded(_ address: FieldAddress) -> Bool {
      comparison.source.applied[address.connection]?.fields[address.field] != nil
    }
    for address in Set(originals.keys).union(copies.keys).filter(isRecorded).sorted() {
      let isSame =
        if let original = originals[address], let copy = copies[address] {
          original.constantTimeEquals(copy)
        } else {
          false
        }
      if !isSame { faults.append(fault(address.connection, "`\(address.field)` differs")) }
    }
    let ordered = copies.filter { isRecorded($0.key) }.sorted { $0.key < $1.key }
      .map { (field: $0.key, value: $0.value) }
    let digests = try await target.mappingErrors { () async throws(StoreError) in
      try await target.compare(ordered, with: comparison.target.applied)
    }
    for (value, digest) in zip(ordered, digests) where digest == .different {
      faults.append(fault(value.field.connection, "`\(value.field.field)` has another digest"))
    }
    for name in names where comparison.hasUnrecordedFields(name) || !showsAllFields {
      faults += try await unrecorded(name, comparison)
    }
    return faults
  }

  /// Whether snapshots of both have all fields; of a server, only its data says which there are.
  private var showsAllFields: Bool {
    source.authentication != nil && target.authentication != nil
  }

  /// What no record describes; a store's records say which values are read as its secrets.
  private func unrecorded(
    _ name: ConnectionName, _ comparison: StoreCopyComparison
  ) async throws(Diagnostic) -> [Diagnostic] {
    let original = try await content(of: name, in: source, comparison.source)
    let copy = try await content(of: name, in: target, comparison.target)
    let recorded = comparison.source.applied[name]?.fields ?? [:]
    let unreadable = (original?.unreadable ?? []).union(copy?.unreadable ?? [])
    return Set((original?.fields ?? [:]).keys).union((copy?.fields ?? [:]).keys)
      .filter { recorded[$0] == nil && !Self.isSame(original?.fields[$0], copy?.fields[$0]) }
      .union(unreadable).sorted().map { fault(name, "`\($0)` differs") }
  }

  private func content(
    of name: ConnectionName, in store: Store, _ snapshot: Snapshot
  ) async throws(Diagnostic) -> VersionContent? {
    guard let version = snapshot.actual[name]?.version else { return nil }
    return try await store.mappingErrors(about: name) { () async throws(StoreError) in
      try await store.history?.content(of: name, at: version)
    }
  }

  private static func isSame(
    _ original: VersionContent.Value?, _ copy: VersionContent.Value?
  ) -> Bool {
    switch (original, copy) {
    case (.secret(let left), .secret(let right)): left.constantTimeEquals(right)
    case (.plain(let left), .plain(let right)): left == right
    // A server does not know of such a field whether it is a secret.
    case (.plain(let plain), .secret(let secret)), (.secret(let secret), .plain(let plain)):
      SecretBytes(copying: plain.text.utf8).constantTimeEquals(secret)
    case (nil, nil): true
    case (nil, .some), (.some, nil): false
    }
  }

  private func secrets(
    of names: Set<ConnectionName>, in store: Store
  ) async throws(Diagnostic) -> [FieldAddress: SecretBytes] {
    try await store.mappingErrors { () async throws(StoreError) in
      try await store.secrets?.secrets(of: names) ?? [:]
    }
  }

  private func hasSameTokens(_ name: ConnectionName) async throws(Diagnostic) -> Bool {
    let original = try await tokens(of: name, in: source)
    let copy = try await tokens(of: name, in: target)
    func isSame(_ left: SecretBytes?, _ right: SecretBytes?) -> Bool {
      guard let left, let right else { return (left == nil) == (right == nil) }
      return left.constantTimeEquals(right)
    }
    return isSame(original?.access, copy?.access) && isSame(original?.refresh, copy?.refresh)
  }

  private func tokens(
    of name: ConnectionName, in store: Store
  ) async throws(Diagnostic) -> StoredTokens? {
    try await store.mappingErrors(about: name) { () async throws(StoreError) in
      try await store.tokens?.openTokens(of: name)
    }
  }

  private func fault(_ name: ConnectionName, _ reason: String) -> Diagnostic {
    Diagnostic(
      .copyDiffers, "the copy of `\(name)` is not the original",
      at: .connection(name.rawValue, store: target.description.description), notes: [reason],
      help: ["copy it again, before anything uses the copy: the same command without --finish"])
  }
}

extension Diagnostic {
  fileprivate static func grantsDiffer(
    _ name: ConnectionName, in store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .copyDiffers, "the granted scopes of `\(name)` are not those of the original",
      at: .connection(name.rawValue, store: store.description),
      notes: ["those of the original would be lost"],
      help: [
        "copy them: the same command without --finish",
        "if the copy's are right, record them there again: vaultctl scopes record"
          + " \(shellWord(name.rawValue)) SCOPE",
      ])
  }

  fileprivate static func originalIsNewer(
    _ name: ConnectionName, in store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .copyDiffers, "the tokens of `\(name)` were renewed in the original after they were copied",
      at: .connection(name.rawValue, store: store.description),
      notes: ["the copy's may have been revoked by that"],
      help: [
        "get new ones in the copy: vaultctl refresh \(shellWord(name.rawValue)), or vaultctl authorize"
          + " \(shellWord(name.rawValue))"
      ])
  }

  fileprivate static func originalIsApplied(
    _ name: ConnectionName, in store: StoreDescription
  ) -> Diagnostic {
    Diagnostic(
      .copyDiffers, "`\(name)` was applied to the original after it was copied",
      at: .connection(name.rawValue, store: store.description),
      notes: ["the copy does not have what was applied, and its tokens are in use"],
      help: ["apply it to the copy: vaultctl apply"])
  }
}
