import Model

/// The number of changes of each kind.
struct ChangeCounts {
  private var create = 0
  private var update = 0
  private var replace = 0
  private var rename = 0
  private var adopt = 0
  private var delete = 0

  init(_ actions: some Sequence<ChangeAction>) {
    for action in actions {
      switch action {
      case .create: create += 1
      case .update, .record: update += 1
      case .replace: replace += 1
      case .rename: rename += 1
      case .adopt: adopt += 1
      case .delete: delete += 1
      }
    }
  }

  /// `words` for creates, updates, replacements, renames, adoptions and deletions; those in the
  /// middle are only shown if there are some.
  func summary(_ words: [String]) -> String {
    zip([create, update, replace, rename, adopt, delete], words).enumerated()
      .filter { !(2...4).contains($0.offset) || $0.element.0 > 0 }
      .map { "\($0.element.0) \($0.element.1)" }
      .joined(separator: ", ")
  }
}
