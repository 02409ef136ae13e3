import Model

extension Change {
  /// Why it is planned: `not in the store yet`.
  var reasonSummary: String {
    let why =
      switch reason {
      case .declared: "its manifest changed"
      case .drifted: "drift: changed in the store; the declared values are restored"
      case .conflicting: "conflict: changed in its manifest and in the store"
      case .noLongerDeclared: "no longer declared"
      case .destroyed: "everything is to be deleted"
      case .notInStore: "not yet in the store"
      case .lostInStore: "applied before, and missing from the store"
      case .appChanged: "its app changed, which forces a replacement"
      case .renamed: "renamed"
      case .unmanaged: "already in the store; taken over"
      }
    if case .rename(_, _, let former) = action {
      return "renamed from \"\(former.rawValue)\"" + (reason == .renamed ? "" : "; " + why)
    }
    if case .record = action { return why + " (only the record is written)" }
    return why
  }
}
