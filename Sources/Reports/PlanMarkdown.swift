import Diagnostics
import Model

/// A plan as the comment of a pull request: summary, findings, a table of changes, details folded.
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
      let title = planned.environment.map { "\(Markdown.code($0)): " } ?? ""
      text += section(planned, title: title, within: room)
    }
    return MachineText(written: text)
  }

  private func summary(_ plan: Plan) -> String {
    PlanText(palette: Palette(isOn: false)).summary(plan)
  }

  private func section(_ planned: EnvironmentPlan, title: String, within limit: Int) -> String {
    let plan = planned.plan
    var text = "### \(title)\(summary(plan))\n"
    if let address = planned.address {
      text += "\nStore: \(Markdown.code(planned.store)) at \(Markdown.code(address))\n"
    }
    if let change = plan.storeKey {
      let lines =
        change.added.map { "+ \(TerminalText($0).renderedWithinLine)" }
        + change.removed.map { "- \(TerminalText($0).renderedWithinLine)" }
      text += "\n**Store key\(change.makesNewKey ? ", a new one" : "")**\n\n"
      text += Markdown.fenced(lines, as: "diff") + "\n"
    }
    let sections = [
      MarkdownSection(
        title: "\n**Findings**\n\n", items: plan.findings.map(finding), closing: "",
        what: "findings", share: 0.4),
      MarkdownSection(
        title: "\n| | Connection | App | Why | Flows |\n| --- | --- | --- | --- | --- |\n",
        items: plan.changes.map(row), closing: "", what: "table rows", share: 0.6),
      MarkdownSection(
        title: "\n<details><summary>Details</summary>\n\n",
        items: plan.changes.filter { !$0.details.isEmpty }.map(details),
        closing: "</details>\n", what: "connections' details", share: 1),
    ]
    var leftOut: [String] = []
    for section in sections where !section.items.isEmpty {
      let room = limit - Self.noteRoom - text.utf8.count
      let (part, missing) = section.text(within: Int(Double(room) * section.share))
      text += part
      if missing > 0 { leftOut.append("\(missing) of \(section.items.count) \(section.what)") }
    }
    if !leftOut.isEmpty {
      text +=
        "\n**Shortened**: \(leftOut.joined(separator: ", ")) omitted. Run `vaultctl plan` to see all.\n"
    }
    return text
  }

  private static let noteRoom = 512

  /// A store's name may contain the end of a comment.
  private func marker(_ plans: [EnvironmentPlan]) -> String {
    let names = plans.map { $0.environment ?? $0.store }.joined(separator: " ")
    let name = TerminalText(names).rendered.unicodeScalars.map { scalar in
      "<>-".unicodeScalars.contains(scalar) ? "_" : String(scalar)
    }
    return "<!-- vaultctl plan \(name.joined().prefix(200)) -->"
  }

  private func finding(_ finding: Finding) -> String {
    let diagnostic = finding.diagnostic
    var location = ""
    if let file = diagnostic.location?.file {
      location =
        " · \(Markdown.code("\(file)\(diagnostic.location?.range.map { ":\($0.start.line)" } ?? "")"))"
    }
    var lines = [
      "- \(diagnostic.severity.rawValue) \(diagnostic.code.rawValue): \(Markdown.prose(diagnostic.message))\(location)"
    ]
    lines += diagnostic.notes.map { "  - \(Markdown.prose($0))" }
    lines += diagnostic.help.map { "  - help: \(Markdown.prose($0))" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ change: Change) -> String {
    let cells = [
      Markdown.code(change.action.symbol), Markdown.code(change.connection.rawValue),
      Markdown.code(change.app.rawValue),
      Markdown.prose(change.reasonSummary), flows(change.reach),
    ]
    return "| " + cells.map(Markdown.cell).joined(separator: " | ") + " |\n"
  }

  /// The first few by name.
  private func flows(_ uses: [FlowUse]) -> String {
    let named = uses.prefix(3).map { Markdown.code($0.flow) }
    let rest = uses.count > named.count ? ["\(uses.count - named.count) more"] : []
    return (named + rest).joined(separator: ", ")
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
