import Diagnostics
package import Model

extension Finding {
  /// Nothing is done to a connection while it is uncertain which entry of the store it is.
  static func blocked(
    _ connection: DesiredConnection, by entries: [ForeignEntry], store: String
  ) -> Finding {
    let isShared = entries.allSatisfy { $0.reason == .sharedName }
    let ids = entries.map(\.id.rawValue).joined(separator: ", ")
    return Finding(
      .conflict, connection.name,
      Diagnostic(
        isShared ? .ambiguousName : .foreignEntry,
        isShared
          ? "\(store) has more than one connection `\(connection.name)`"
          : "\(store) describes `\(connection.name)` in a form that cannot be read",
        severity: .warning, at: connection.origin.nameLocation,
        notes: ["their IDs: \(ids)", "`\(connection.name)` is left unchanged"],
        help: [
          isShared
            ? "rename or delete all but one of them there" : "delete it there, then apply again"
        ]))
  }

  /// Entries that concern no declared connection: those of one name are one finding.
  package static func foreign(_ entries: [ForeignEntry], store: String) -> [Finding] {
    Dictionary(grouping: entries) { $0.reason == .sharedName ? $0.name : $0.id.rawValue }
      .values.map { foreign($0[0], ids: $0.map(\.id.rawValue).sorted(), store: store) }
  }

  private static func foreign(_ entry: ForeignEntry, ids: [String], store: String) -> Finding {
    let isShared = entry.reason == .sharedName
    let message =
      switch entry.reason {
      case .invalidName:
        "`\(entry.name)` exists in the store, and no manifest can declare that name"
      case .foreignPath: "`\(entry.name)` exists in the store, and vaultctl did not create it"
      case .sharedName: "the store has more than one connection `\(entry.name)`"
      case .unreadable: "an entry of the store is in a form that cannot be read"
      }
    return Finding(
      .unmanaged, nil,
      Diagnostic(
        isShared ? .ambiguousName : .foreignEntry, message, severity: .info,
        at: .connection(entry.name, store: store),
        notes: ["left alone: \(ids.joined(separator: ", "))"]))
  }

  /// Whether a declared connection, or the store's key, is skipped for it.
  package var isBlocking: Bool {
    if diagnostic.code == .storeKeyUnchecked { return true }
    return kind == .conflict
      && [.ambiguousName, .foreignEntry, .setupIncomplete].contains(diagnostic.code)
  }
}
