import Diagnostics
import Model
import Stores

/// Why one connection cannot be copied.
enum StoreCopyObstacle {
  case unclaimed, changed, extra, taken, newer, newerTokens, diverged
  case ofAnother(Owner)
}

extension Diagnostic {
  static func doubted(_ store: StoreDescription, _ reason: String) -> Diagnostic {
    Diagnostic(
      .copyBlocked, "the records of \(store) cannot be verified here", notes: [reason],
      help: [
        "run this where a key of the project is",
        "if an earlier version wrote it, apply there first: vaultctl apply",
      ])
  }

  static func tokensChanged(_ name: ConnectionName, in store: StoreDescription) -> Diagnostic {
    Diagnostic(
      .copyBlocked, "the tokens of `\(name)` in \(store) changed after they were copied",
      at: .connection(name.rawValue, store: store.description),
      help: [
        "they are in use already: remove the original with --finish",
        "if the original's were revoked, revoke these, too, with `store:` set to \(store):"
          + " vaultctl tokens revoke \(shellWord(name.rawValue))",
      ])
  }

  static func blocked(
    _ name: ConnectionName, _ obstacle: StoreCopyObstacle, in store: StoreDescription
  ) -> Diagnostic {
    func made(_ message: String, _ help: String...) -> Diagnostic {
      Diagnostic(
        .copyBlocked, message, at: .connection(name.rawValue, store: store.description),
        help: help)
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
        "copy to an empty store: another file, or another `prefix`")
    case .taken:
      made(
        "\(store) has another connection `\(name)`",
        "copy to an empty store: another file, or another `prefix`")
    case .newer:
      made(
        "`\(name)` changed in \(store) after it was copied",
        "it is in use already: remove the original with --finish")
    case .newerTokens: tokensChanged(name, in: store)
    case .diverged:
      made(
        "`\(name)` was applied, and its tokens in \(store) changed, after it was copied",
        "apply it there, with `store:` set to \(store): vaultctl apply",
        "then remove the original with --finish")
    case .ofAnother(let owner):
      made(
        "`\(name)` in \(store) belongs to \(owner)",
        "copy to another store: another file, or another `prefix`")
    }
  }
}
