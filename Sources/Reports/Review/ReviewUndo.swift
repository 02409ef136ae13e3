import Model

/// How a merged change is undone, and what that does not bring back.
struct ReviewUndo {
  let plan: Plan
  let review: PlanReview?

  /// Markdown; empty if there is nothing to undo.
  var text: String {
    if plan.isEmpty { return "" }
    let lines =
      [
        "\n**Undo** `git revert -m 1 COMMIT && vaultctl apply` with the commit of the merge (without `-m 1` if it was squashed). Before the merge, closing the request is enough. What that does not undo:\n\n"
      ] + limits.map { "- \($0)\n" }
    return lines.joined()
  }

  private var limits: [String] {
    var limits = [
      "a credential that was revoked at its service stays revoked, and git's old value of it no longer works"
    ]
    let lost = (review?.readers ?? []).filter { !$0.lost.isEmpty }.prefix(5)
      .map { Markdown.code($0.name) }
    if !lost.isEmpty {
      limits.append(
        "it makes \(lost.joined(separator: ", ")) a reader again; to avoid that: `git revert --no-commit -m 1 COMMIT && git checkout HEAD vaultctl.yaml && vaultctl rekey`, then commit"
      )
    }
    let gained = (review?.readers ?? []).filter(\.isNew).prefix(5).map { Markdown.code($0.name) }
    if !gained.isEmpty {
      limits.append("\(gained.joined(separator: ", ")) may keep what was readable until then")
    }
    let removed = plan.changes.filter(\.action.endsConnection).prefix(5)
      .map { Markdown.code($0.connection.rawValue) }
    if !removed.isEmpty {
      limits.append(
        "what is created again (\(removed.joined(separator: ", "))) gets a new id: flows that use the old one do not find it"
      )
    }
    let moved = plan.changes.contains { change in
      change.details.contains {
        if case .destinations(let added, _) = $0 { !added.isEmpty } else { false }
      }
    }
    if moved { limits.append("what was sent to a new destination stays there") }
    return limits
  }
}
