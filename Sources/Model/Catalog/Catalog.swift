/// The apps that a connection can be for: what setups they take, what their actions need.
package struct Catalog: Hashable, Sendable {
  package let apps: [AppID: App]
  /// Sorted.
  package let appNames: [String]
  /// The names of all fields of all setups.
  package let fieldNames: Set<String>

  /// A later app replaces an earlier one of the same id.
  package init(_ apps: [App]) {
    self.apps = Dictionary(apps.map { ($0.id, $0) }) { _, later in later }
    appNames = self.apps.keys.map(\.rawValue).sorted()
    fieldNames = Set(apps.flatMap(\.setups).flatMap(\.fields).map(\.name.rawValue))
  }

  package subscript(app: AppID) -> App? { apps[app] }

  /// This catalog and a project's own apps.
  package func adding(_ own: [App]) -> Catalog {
    Catalog(apps.values + own)
  }
}
