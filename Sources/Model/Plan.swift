/// What an apply would do, and what a reader should know; sorted, without a secret.
///
/// Its memberwise initializer looks like those of other model types: Swift makes one only as `internal`,
/// and these are used by other targets.
package struct Plan: Hashable, Sendable, Codable {
  package let changes: [Change]
  package let findings: [Finding]
  /// Managed connections that need nothing.
  package let unchangedCount: Int
  /// Declared connections that are empty, changed or not.
  package let emptyCount: Int
  package let size: ProjectSize
  /// `nil` if the store's own key stays as it is.
  package let storeKey: StoreKeyChange?

  package init(
    changes: [Change], findings: [Finding], unchangedCount: Int, emptyCount: Int,
    size: ProjectSize = ProjectSize(declared: 0, managed: 0), storeKey: StoreKeyChange? = nil
  ) {
    self.changes = changes
    self.findings = findings
    self.unchangedCount = unchangedCount
    self.emptyCount = emptyCount
    self.size = size
    self.storeKey = storeKey
  }

  /// Whether an apply of it does nothing.
  package var isEmpty: Bool { changes.isEmpty && storeKey == nil }

  /// The connections whose unchanged secrets were allowed to go to a new destination.
  package var allowedRedirects: [ConnectionName] {
    findings.filter { $0.kind == .allowedRedirect }.compactMap(\.connection)
  }

  /// By the connection that they are about.
  package var findingKinds: [ConnectionName: Set<FindingKind>] {
    findings.reduce(into: [:]) { kinds, finding in
      if let name = finding.connection { kinds[name, default: []].insert(finding.kind) }
    }
  }

  /// With more findings before its own.
  ///
  /// - Parameter storeKey: what it also does to the store's own key.
  package func adding(_ more: [Finding], storeKey: StoreKeyChange? = nil) -> Plan {
    Plan(
      changes: changes, findings: more + findings, unchangedCount: unchangedCount,
      emptyCount: emptyCount, size: size, storeKey: storeKey ?? self.storeKey)
  }
}

/// How many connections there are, whatever a plan does to them; shares of changes are computed from
/// it.
package struct ProjectSize: Hashable, Sendable, Codable {
  package let declared: Int
  /// In the store, with our applied record.
  package let managed: Int

  package init(declared: Int, managed: Int) {
    self.declared = declared
    self.managed = managed
  }
}
