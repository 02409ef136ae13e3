import Diagnostics
import Model

/// One change as a row of the comment's table.
struct ReviewRow {
  static let head =
    "\n| | Connection | App | Change | Secrets | Used by flows |\n| --- | --- | --- | --- | --- | --- |\n"

  let change: Change
  /// Whether any definition of a flow was read.
  let hasFlows: Bool

  var markdown: String {
    let cells = [
      Markdown.code(symbol), Markdown.code(change.connection.rawValue),
      Markdown.code(change.app.rawValue), what, secrets, flows,
    ]
    return "| " + cells.map(Markdown.cell).joined(separator: " | ") + " |\n"
  }

  private var symbol: String {
    if case .rename = change.action { "→" } else { change.action.symbol }
  }

  /// Why, and which parts but secrets.
  private var what: String {
    let parts = change.details.compactMap { detail -> String? in
      switch detail {
      case .setupType: "setup type"
      case .plain(let field, _, _): Markdown.code(field.rawValue)
      case .label(let key, _, _): "label \(Markdown.code(key))"
      case .scopes(let added, let removed):
        "scopes "
          + (added.map { "+\($0)" } + removed.map { "-\($0)" }).map(Markdown.code).joined(
            separator: " ")
      case .preventDestroy(let isSet): "`preventDestroy` \(isSet ? "set" : "lifted")"
      case .reauthorize(.byItself): "new tokens"
      case .reauthorize(.byPerson): "new tokens, by consent"
      case .destinations, .secret: nil
      }
    }
    switch change.action {
    case .create where change.details.isEmpty && change.reason == .notInStore: return "new, empty"
    case .create: return change.reason == .notInStore ? "new" : Markdown.prose(change.reasonSummary)
    case .delete: return "deleted (\(Markdown.prose(change.reasonSummary)))"
    case .rename(_, _, let former):
      return (["renamed from \(Markdown.code(former.rawValue))"] + parts.prefix(6))
        .joined(separator: ", ")
    case .update, .record, .replace, .adopt:
      let why = change.reason == .declared ? [] : [Markdown.prose(change.reasonSummary)]
      let all = why + parts.prefix(6) + (parts.count > 6 ? ["\(parts.count - 6) more"] : [])
      return all.isEmpty ? "only secrets" : all.joined(separator: ", ")
    }
  }

  private var secrets: String {
    let parts = change.details.compactMap { detail -> String? in
      guard case .secret(let field, let secret) = detail else { return nil }
      return "\(Markdown.code(field.rawValue)) \(secret.inReview)"
    }
    let left = parts.count - 6
    return parts.isEmpty
      ? "none" : parts.prefix(6).joined(separator: ", ") + (left > 0 ? " and \(left) more" : "")
  }

  private var flows: String {
    if change.reach.isEmpty { return hasFlows ? "none" : "unknown" }
    let uses = change.reach.sorted { $0.isBroken && !$1.isBroken }
    let named = uses.prefix(3).map { use in
      use.isBroken ? "**\(Markdown.code(use.flow)) breaks**" : Markdown.code(use.flow)
    }
    let rest = uses.count > named.count ? ["\(uses.count - named.count) more"] : []
    return (named + rest).joined(separator: ", ")
  }
}

extension SecretChange {
  fileprivate var inReview: String {
    switch self {
    case .set: "set"
    case .rotated: "**new value**"
    case .reencrypted: "re-encrypted, same value"
    case .undecided: "re-encrypted, value unknown"
    case .restored: "restored to the applied value"
    case .removed: "removed"
    }
  }
}
