import Diagnostics
import Model

/// A plan as the comment of a pull request, for a reviewer without a key.
///
/// In this order: the verdict; what to check before merging, dangers first; who can read; the table of
/// changes; what to do after the merge; how to undo it; details, folded.
///
/// The first line is a hidden marker that stays the same for a store, by which a job finds its
/// comment again and replaces it. The text never exceeds GitHub's limit for comments: if it would,
/// it is shortened and says what is missing.
package struct PlanMarkdown: Sendable {
  /// Bytes, which are never fewer than the characters that GitHub counts.
  package static let limit = 65_536

  package init() {}

  /// Several plans share the room; each gets what those before it have left, divided by how many
  /// are still to come.
  package func text(_ plans: [EnvironmentPlan]) -> MachineText {
    var text = marker(plans) + "\n"
    if plans.count > 1 {
      text += plans.map { "- \(Markdown.code($0.title)): \(summary($0.plan))\n" }.joined() + "\n"
    }
    for (index, planned) in plans.enumerated() {
      let room = (Self.limit - text.utf8.count) / (plans.count - index)
      let title = planned.environment.map { " of \(Markdown.code($0))" } ?? ""
      text += section(planned, title: title, within: room)
    }
    return MachineText(written: text)
  }

  private func summary(_ plan: Plan) -> String {
    PlanText(palette: Palette(isOn: false)).summary(plan)
  }

  private func section(_ planned: EnvironmentPlan, title: String, within limit: Int) -> String {
    let (plan, review) = (planned.plan, planned.review)
    let items = ReviewItems(plan: plan, review: review)
    let sorted = items.sorted
    let dangers = sorted.count { $0.rank.isDanger }
    let (mark, verdict) =
      switch (dangers, sorted.count) {
      case (0, 0): ("✅", "Nothing needs a decision.")
      case (0, let count): ("⚠️", "No danger was found. To check: \(Self.numbers(count)).")
      case (let count, _): ("⛔", "Do not merge before this is settled: 🔴 \(Self.numbers(count)).")
      }
    let counts = summary(plan).replacing(#/^Plan: /#, with: "")
    var text =
      "### \(mark) vaultctl plan\(title): \(counts)\n\n\(verdict)\n\n\(source(planned))\n"
    let undo = ReviewUndo(plan: plan, review: review).text
    var leftOut: [String] = []
    func add(_ section: MarkdownSection) {
      if section.items.isEmpty { return }
      let room = limit - Self.noteRoom - undo.utf8.count - text.utf8.count
      let (part, missing) = section.text(within: Int(Double(room) * section.share))
      text += part
      if missing > 0 { leftOut.append("\(missing) of \(section.items.count) \(section.what)") }
    }
    add(
      MarkdownSection(
        title: "\n**Check before merging**\n\n",
        items: sorted.enumerated().map { $1.markdown($0 + 1) },
        closing: items.codes.first.map {
          "\nWhat a code such as \($0) means: `vaultctl explain \($0)`\n"
        } ?? "",
        what: "findings", share: 0.3))
    if let review {
      let readers = ReviewReadersTable(review: review, storeKey: plan.storeKey)
      add(
        MarkdownSection(
          title: ReviewReadersTable.title + readers.head, items: readers.rows, closing: "",
          what: "readers", share: 0.2))
      text += readers.notes
    } else if let change = plan.storeKey {
      text += change.markdown
    }
    let hasFlows = review?.hasFlows ?? true
    add(
      MarkdownSection(
        title: ReviewRow.head,
        items: plan.changes.map { ReviewRow(change: $0, hasFlows: hasFlows).markdown },
        closing: "", what: "table rows", share: 0.5))
    add(
      MarkdownSection(
        title: "\n**After the merge**\n\n",
        items: ReviewTasks(plan: plan, review: review, from: sorted.count + 1).items, closing: "",
        what: "tasks", share: 0.4))
    text += undo
    add(
      MarkdownSection(
        title: "\n<details><summary>Details</summary>\n\n",
        items: items.infos.map(info) + plan.changes.filter { !$0.details.isEmpty }.map(details),
        closing: "</details>\n", what: "connections' details", share: 1))
    if !leftOut.isEmpty {
      text +=
        "\n**Shortened**: \(leftOut.joined(separator: ", ")) omitted. Run `vaultctl plan` to see all.\n"
    }
    return text
  }

  private static let noteRoom = 512

  private static func numbers(_ count: Int) -> String { count == 1 ? "1" : "1–\(count)" }

  /// The store, the commits, and what this run could not know.
  private func source(_ planned: EnvironmentPlan) -> String {
    var parts = ["Store \(Markdown.code(planned.store))"]
    if let address = planned.address { parts[0] += " at \(Markdown.code(address))" }
    guard let review = planned.review else { return parts[0] }
    if let head = review.head {
      let base = review.base.map { base in
        " against " + (base.name.map { "\(Markdown.code($0)) " } ?? "") + short(base)
      }
      parts.append("commit \(short(head))\(base ?? "")")
    }
    if !review.hasKey { parts.append("this run has no decryption key") }
    if !review.hasFlows { parts.append("no flow was read, so what breaks is unknown") }
    return parts.joined(separator: " · ")
  }

  private func short(_ commit: PlanReview.Commit) -> String {
    Markdown.code(String(commit.id.prefix(7)))
  }

  /// A store's name may contain the end of a comment.
  private func marker(_ plans: [EnvironmentPlan]) -> String {
    let names = plans.map { $0.environment ?? $0.store }.joined(separator: " ")
    let name = TerminalText(names).rendered.unicodeScalars.map { scalar in
      "<>-".unicodeScalars.contains(scalar) ? "_" : String(scalar)
    }
    return "<!-- vaultctl plan \(name.joined().prefix(200)) -->"
  }

  private func info(_ finding: Finding) -> String {
    "\(finding.diagnostic.code.rawValue): \(Markdown.prose(finding.diagnostic.message))\n\n"
  }

  private func details(_ change: Change) -> String {
    let lines = DetailLine.aligned(change.details).map {
      "\($0.mark.inDiff) \($0.text.renderedWithinLine)"
    }
    return
      "\(Markdown.code(change.connection.rawValue))\n\n\(Markdown.fenced(lines, as: "diff"))\n"
  }
}

/// The items that fit.
private struct MarkdownSection {
  let title: String
  let items: [String]
  let closing: String
  let what: String
  /// How much of the remaining room the section may use.
  let share: Double

  func text(within room: Int) -> (text: String, leftOut: Int) {
    var text = title
    var left = room - title.utf8.count - closing.utf8.count
    for (index, item) in items.enumerated() {
      left -= item.utf8.count
      guard left >= 0 else { return (text + closing, items.count - index) }
      text += item
    }
    return (text + closing, 0)
  }
}

extension DetailLine.Mark {
  /// The mark that a `diff` fence colours.
  fileprivate var inDiff: String {
    switch self {
    case .added: "+"
    case .changed: "!"
    case .removed: "-"
    }
  }
}
