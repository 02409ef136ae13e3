import Diagnostics
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
        "\(lost.joined(separator: ", ")) can read again; to avoid that, run `git revert --no-commit -m 1 COMMIT && git checkout HEAD vaultctl.yaml && vaultctl rekey`, commit and apply"
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
        "\(removed.joined(separator: ", ")): created again with a new id, and whatever uses the old id does not find it"
      )
    }
    let moved = plan.changes.filter { !$0.newDestinations.isEmpty }
    if !moved.isEmpty { limits.append("what was sent to a new destination stays there") }
    let back = moved.filter(\.leavesDestination).prefix(5)
      .map { "--allow-redirect \(shellWord($0.connection.rawValue))" }
    if !back.isEmpty {
      limits.append(
        "the previous destination is a new one then: to accept it, add "
          + Markdown.code(back.joined(separator: " ")))
    }
    return limits
  }
}

extension Change {
  fileprivate var newDestinations: [Destination] {
    details.flatMap { detail in
      if case .destinations(let added, _) = detail { added } else { [Destination]() }
    }
  }

  fileprivate var leavesDestination: Bool {
    details.contains {
      if case .destinations(_, let removed) = $0 { !removed.isEmpty } else { false }
    }
  }
}
