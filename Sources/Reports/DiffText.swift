package import Diagnostics
import Model

/// A diff for people.
package struct DiffText: Sendable {
  private let palette: Palette
  private let report: DiffReport

  package init(palette: Palette, _ report: DiffReport) {
    self.palette = palette
    self.report = report
  }

  package var text: TerminalText {
    let diff = report.diff
    var parts: [TerminalText] = []
    if !diff.settings.isEmpty {
      parts.append("vaultctl.yaml\n" + diff.settings.map(setting).joined())
    }
    parts += diff.connections.map(connection)
    if !diff.flows.isEmpty { parts.append("flows\n" + diff.flows.map(setting).joined()) }
    let findings = DiagnosticText(palette: palette)
    parts += report.findings.map { findings.text($0.diagnostic) + "\n" }
    parts.append(palette.bold("\(summary)") + "\n")
    return parts.joined(separator: "\n")
  }

  /// `Diff: 1 added, 2 changed, 0 removed; 1 setting and 1 flow changed.`
  package var summary: String {
    let diff = report.diff
    if diff.isEmpty { return "No differences." }
    func count(_ isKind: (ConnectionDiff.Kind) -> Bool) -> Int {
      diff.connections.count { isKind($0.kind) }
    }
    let renamed = count { if case .renamed = $0 { true } else { false } }
    var words = ["\(count { $0 == .added }) added", "\(count { $0 == .changed }) changed"]
    if renamed > 0 { words.append("\(renamed) renamed") }
    words.append("\(count { $0 == .removed }) removed")
    let rules = diff.settings.count(where: \.isRecipientRule)
    let others = [
      (rules, "recipient rule"), (diff.settings.count - rules, "setting"),
      (diff.flows.count, "flow"),
    ].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }
    let rest = others.isEmpty ? "" : "; \(others.joined(separator: ", ")) changed"
    return "Diff: \(words.joined(separator: ", "))\(rest)."
  }

  private func setting(_ setting: SettingDiff) -> TerminalText {
    let removed: [TerminalText] = setting.removed.map {
      "      \(palette.red("-")) \(named($0))\n"
    }
    let added: [TerminalText] = setting.added.map {
      "      \(palette.green("+")) \(named($0))\n"
    }
    let title: TerminalText =
      "  \(palette.yellow("~")) \(palette.bold(TerminalText(setting.title)))\n"
    return title + (removed + added).joined()
  }

  private func connection(_ diff: ConnectionDiff) -> TerminalText {
    let name: TerminalText = "connection \"\(diff.connection.rawValue)\""
    let environment: TerminalText = diff.environment.map { " in \($0)" } ?? ""
    var head: TerminalText =
      "  \(mark(diff.kind)) \(palette.bold(name))\(environment) (app: \(diff.app.rawValue))"
    if case .renamed(let former) = diff.kind { head += ", was \"\(former.rawValue)\"" }
    let details = diff.details.map { NamedDetail(detail: $0, names: report.names) }
    let lines =
      [TerminalText(diff.location.file ?? ""), head]
      + DetailLine.aligned(details).map { "      \(palette.coloured($0.mark)) \($0.text)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func mark(_ kind: ConnectionDiff.Kind) -> TerminalText {
    switch kind {
    case .added: palette.green("+")
    case .removed: palette.red("-")
    case .changed, .renamed: palette.yellow("~")
    }
  }

  private func named(_ text: String) -> String { report.names[text] ?? text }
}

extension SettingDiff {
  /// Whether it is a rule of the project file, or of an environment, that says who can read. The rest of a
  /// name is the file's own text.
  var isRecipientRule: Bool {
    name.prefixMatch(of: #/(environments\.[a-z0-9._-]+\.)?recipients of /#) != nil
  }

  /// `recipients of **: who can read all connections`.
  fileprivate var title: String {
    guard isRecipientRule else { return name }
    return name.hasSuffix(" **")
      ? "\(name) (who can read all connections)" : "\(name) (who can read them)"
  }
}

/// A detail that shows keys with their owners.
private struct NamedDetail: TitledDetail {
  let detail: DiffDetail
  let names: [String: String]

  var title: TerminalText {
    switch detail {
    case .app: "app"
    case .declared(let detail): detail.title
    case .secret(let field, _): TerminalText(field.rawValue)
    case .annotation(let key, _, _): "annotation \(key)"
    case .ignored: "ignore"
    }
  }

  var summary: (DetailLine.Mark, TerminalText) {
    switch detail {
    case .app(let from, let to):
      return DetailLine.moved(TerminalText(from.rawValue), TerminalText(to.rawValue))
    case .declared(let detail): return detail.summary
    case .annotation(_, let from, let to):
      return DetailLine.moved(from.map { "\"\($0)\"" }, to.map { "\"\($0)\"" })
    case .ignored(let added, let removed):
      let words = added.map { "+\($0)" } + removed.map { "-\($0)" }
      return (.changed, TerminalText(words.joined(separator: " ")))
    case .secret(_, let secret):
      let people = recipients(secret)
      return (secret.value.mark, "(secret: \(secret.value.summary)\(people))")
    }
  }

  private func recipients(_ secret: SecretDiff) -> TerminalText {
    switch secret.value {
    case .set, .removed: return ""
    case .rotated, .reencrypted, .changed, .moved: break
    }
    func list(_ ids: [String], _ word: TerminalText) -> TerminalText {
      let keys = ids.map { TerminalText(names[$0] ?? $0) }
      return keys.isEmpty ? "" : "; \(word) \(keys.joined(separator: ", "))"
    }
    return list(secret.gained, "new reader:") + list(secret.lost, "removed reader:")
  }
}

extension SecretDiff.Value {
  fileprivate var mark: DetailLine.Mark {
    switch self {
    case .set: .added
    case .removed: .removed
    case .rotated, .reencrypted, .changed, .moved: .changed
    }
  }

  fileprivate var summary: TerminalText {
    switch self {
    case .set: "set"
    case .removed: "removed"
    case .rotated: "rotated"
    case .reencrypted: "re-encrypted, same value"
    case .changed: "re-encrypted; value unknown without a key"
    case .moved(let home):
      "moved from \(home.field.rawValue) of \"\(home.connection.rawValue)\""
    }
  }
}
