import Diagnostics
import Model

/// What a person does after the merge, as a checklist. Its numbers continue those of what is checked before,
/// so that each number of the comment means one thing.
struct ReviewTasks {
  private let plan: Plan
  private let review: PlanReview?
  /// Of the first task.
  private let number: Int
  /// The destinations of connections that had others.
  private let moved: [ConnectionName: (to: [String], from: [String])]

  init(plan: Plan, review: PlanReview?, from number: Int) {
    self.plan = plan
    self.review = review
    self.number = number
    moved = plan.changes.reduce(into: [:]) { moved, change in
      for case .destinations(let added, let removed) in change.details
      where !added.isEmpty && !removed.isEmpty {
        moved[change.connection] = (
          added.prefix(3).map { Markdown.code($0.summary) },
          removed.prefix(3).map { Markdown.code($0.summary) }
        )
      }
    }
  }

  /// Markdown, an item each.
  var items: [String] {
    let apply =
      plan.isEmpty
      ? [] : [Item("Run `vaultctl apply`, unless CI does it\(permissions)")]
    let others = (revocations + credentials + consents + flows).map { Item($0) }
    return (apply + replacements + others).enumerated().map { $1.markdown(number + $0) }
  }

  private struct Item {
    let text: String
    let parts: [String]

    init(_ text: String, parts: [String] = []) {
      self.text = text
      self.parts = parts
    }

    func markdown(_ number: Int) -> String {
      let indent = String(repeating: " ", count: "\(number). ".count)
      return "\(number). [ ] \(text)\n" + parts.map { "\(indent)- [ ] \($0)\n" }.joined()
    }
  }

  /// Values that a removed reader may still know.
  private var replacements: [Item] {
    let isNew = Set(plan.secrets(.rotated))
    var knownBy: [FieldAddress: [String]] = [:]
    for reader in review?.readers ?? [] {
      for field in reader.lost where !isNew.contains(field) {
        knownBy[field, default: []].append(Markdown.code(reader.name))
      }
    }
    let undecided = Set(plan.secrets(.undecided))
    let groups = Dictionary(grouping: knownBy.keys.sorted()) { knownBy[$0] ?? [] }
    return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { people, fields in
      let lines = fields.map { field in
        "\(name(field)): \(place(field.connection)); "
          + Markdown.code("vaultctl set \(words(field))")
      }
      let doubt =
        fields.contains(where: undecided.contains) ? ", unless this change has new ones" : ""
      return Item(
        "\(people.joined(separator: ", ")) may still know these values\(doubt)."
          + " Issue a new one at the service, set it in the manifest, apply, then revoke the old one:",
        parts: lines)
    }
  }

  /// Credentials that nothing uses any more.
  private var revocations: [String] {
    plan.changes.flatMap { change in
      change.details.compactMap { detail -> String? in
        guard case .secret(let field, let secret) = detail else { return nil }
        let address = FieldAddress(change.connection, field)
        switch secret {
        case .removed: return "Revoke \(name(address)) at \(service(change.connection))"
        case .rotated:
          return "Revoke the old value of \(name(address)) at \(service(change.connection))"
        case .set, .reencrypted, .restored, .undecided: return nil
        }
      }
    }
  }

  /// Credentials that are missing.
  private var credentials: [String] {
    plan.findings.filter { $0.kind == .empty }.compactMap { finding in
      guard let connection = finding.connection, let help = finding.diagnostic.help.first else {
        return nil
      }
      return
        "Get credentials for \(Markdown.code(connection.rawValue)) from \(service(connection)), and \(Markdown.advice(help)), then commit and apply"
    }
  }

  private var consents: [String] {
    let needing = plan.changes.filter { $0.details.contains(.reauthorize(.byPerson)) }
      .map(\.connection)
    let lacking = plan.findings.filter {
      $0.diagnostic.code == .scopeMissing || $0.kind == .needsAuthorization
    }
    let help = Dictionary(
      lacking.compactMap { finding in finding.connection.map { ($0, finding.diagnostic.help.first) }
      }
    ) { first, _ in first }
    return Set(needing + help.keys).sorted().map { name in
      "\(Markdown.code(name.rawValue)): \(moved[name] == nil ? "" : Self.condition)"
        + ((help[name] ?? nil).map(Markdown.advice)
          ?? "give consent: \(Markdown.code("vaultctl authorize \(shellWord(name.rawValue))"))")
    }
  }

  /// Flows that are in no file: the others are corrected before the merge.
  private var flows: [String] {
    let files = Set(plan.findings.filter { $0.kind == .flow }.map(\.diagnostic.location?.file))
    return plan.changes.flatMap { change in
      change.reach.filter { $0.isBroken && !files.contains($0.file) }.map { use in
        "Change flow \(ReviewItems.use(use)): "
          + (change.action.endsConnection
            ? "\(Markdown.code(change.connection.rawValue)) is gone"
            : "it has to name \(Markdown.code(change.connection.rawValue))")
      }
    }
  }

  private func name(_ field: FieldAddress) -> String {
    Markdown.code("\(field.connection).\(field.field)")
  }

  private func words(_ field: FieldAddress) -> String {
    "\(shellWord(field.connection.rawValue)) \(shellWord(field.field.rawValue))"
  }

  /// Where a new value is issued. A new destination may be another service, which gets no credential of
  /// the old one.
  private func place(_ name: ConnectionName) -> String {
    guard let hosts = moved[name] else { return service(name) }
    return "at \(hosts.to.joined(separator: ", ")) if this new destination was accepted,"
      + " otherwise at \(hosts.from.joined(separator: ", "))"
  }

  private static let condition = "if its new destination was accepted, "

  private var permissions: String {
    let names = moved.keys.sorted().prefix(5)
    if names.isEmpty { return "" }
    let options = names.map { "--allow-redirect \(shellWord($0.rawValue))" }
    return ". For a new destination that was accepted, add "
      + Markdown.code(options.joined(separator: " "))
  }

  private func service(_ name: ConnectionName) -> String {
    review?.services[name]?.markdown ?? "its service"
  }
}
