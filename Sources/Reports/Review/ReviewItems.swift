import Diagnostics
import Model

/// What a reviewer checks before merging, one item for each cause, the most dangerous first.
struct ReviewItems {
  private let plan: Plan
  private let review: PlanReview?
  private let kinds: [ConnectionName: Set<FindingKind>]
  /// Connections that ask for more scopes than before.
  private let widened: Set<ConnectionName>

  init(plan: Plan, review: PlanReview?) {
    self.plan = plan
    self.review = review
    widened = Set(plan.changes.filter { $0.isOfExisting && $0.addsScopes }.map(\.connection))
    kinds = plan.findingKinds
  }

  var sorted: [ReviewItem] {
    let all =
      plan.changes.flatMap(items) + access + storeKey + undecided + settings
      + FindingGroup.grouped(plan.findings.filter(isShown)).map(item)
    return all.enumerated().sorted {
      ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset)
    }.map(\.element)
  }

  /// The diagnostics' codes that the items name.
  var codes: [String] { plan.findings.filter(isShown).map(\.diagnostic.code.rawValue).sorted() }

  /// What is worth knowing and needs no decision.
  var infos: [Finding] {
    plan.findings.filter {
      $0.diagnostic.severity == .info && $0.diagnostic.code != .undecided
    }
  }

  private func isShown(_ finding: Finding) -> Bool {
    switch finding.diagnostic.code {
    case .undecided: false
    // A change of destinations says that the secret is unknown.
    case .redirected where finding.kind == .undecided: false
    // More access is an item of its own, and the consent to it a task.
    case .scopeMissing: !(finding.connection.map(widened.contains) ?? false)
    default: finding.diagnostic.severity != .info
    }
  }

  private func has(_ wanted: Set<FindingKind>, _ name: ConnectionName) -> Bool {
    kinds[name].map { !$0.isDisjoint(with: wanted) } ?? false
  }

  // MARK: Changes

  private func items(_ change: Change) -> [ReviewItem] {
    let name = Markdown.code(change.connection.rawValue)
    if change.action.endsConnection { return [removal(change, name)] }
    return change.details.compactMap { detail in
      switch detail {
      case .destinations(let added, let removed) where change.isOfExisting && !added.isEmpty:
        return has([.redirect, .allowedRedirect], change.connection)
          ? nil : destination(change, name, added, removed)
      case .scopes(let added, _) where change.isOfExisting && !added.isEmpty:
        return ReviewItem(
          rank: .scope,
          text: "\(name) requests more access from its service: \(list(added.map(\.rawValue)))")
      case .preventDestroy(false):
        return ReviewItem(
          rank: .setting, text: "\(name) may be deleted from now on: `preventDestroy` is lifted")
      case .destinations, .scopes, .preventDestroy, .setupType, .plain, .secret, .label,
        .reauthorize:
        return nil
      }
    }
  }

  private func removal(_ change: Change, _ name: String) -> ReviewItem {
    let broken = change.reach.filter(\.isBroken).prefix(5).map(Self.use)
    let used = change.reach.prefix(5).map(Self.use)
    let secrets = change.details.compactMap(\.removedSecret)
    let what = secrets.isEmpty ? "" : ", with \(list(secrets.map(\.rawValue)))"
    let uses =
      if !broken.isEmpty {
        "**breaks** " + broken.joined(separator: "; ")
      } else if !used.isEmpty {
        "used by " + used.joined(separator: "; ")
      } else {
        review?.hasFlows ?? true ? "used by no flow" : "no flow is known"
      }
    let verb =
      if case .delete = change.action { "is deleted" } else { "is deleted and created again" }
    return ReviewItem(
      rank: broken.isEmpty ? .deletion : .brokenFlow, text: "\(name) \(verb)\(what); \(uses)")
  }

  private func destination(
    _ change: Change, _ name: String, _ added: [Destination], _ removed: [Destination]
  ) -> ReviewItem? {
    let secrets = change.details.compactMap { detail -> (field: FieldName, change: SecretChange)? in
      if case .secret(let field, let change) = detail { (field, change) } else { nil }
    }
    let isNew =
      !secrets.isEmpty && secrets.allSatisfy { $0.change == .rotated || $0.change == .set }
    let hosts = "\(list(removed.map(\.summary))) → \(list(added.map(\.summary)))"
    if isNew {
      return ReviewItem(
        rank: .other, text: "\(name) sends new secrets to a **new destination**: \(hosts)")
    }
    // A secret that stays the same and goes elsewhere is a finding.
    let undecided = secrets.filter { $0.change == .undecided }.map(\.field)
    if undecided.isEmpty { return nil }
    let commands = undecided.prefix(3).map { field in
      Markdown.code(
        "vaultctl set \(shellWord(change.connection.rawValue)) \(shellWord(field.rawValue))")
    }
    return ReviewItem(
      rank: .destination,
      text:
        "\(name) would send \(list(undecided.map(\.rawValue))) to a **new destination**: \(hosts)",
      notes: [
        "accept this only if the same service moved: otherwise another service gets the credential of the old one",
        "if it is another service, create a credential there, set it in this change"
          + " (\(commands.joined(separator: ", "))), and revoke the old one",
        "`vaultctl apply` refuses to send an existing value to the new host without "
          + Markdown.code("--allow-redirect \(shellWord(change.connection.rawValue))"),
      ])
  }

  static func use(_ use: FlowUse) -> String {
    "\(Markdown.code(use.flow)) at \(use.actions.map(Markdown.code).joined(separator: ", "))"
  }

  // MARK: Readers and values

  private var access: [ReviewItem] {
    (review?.readers ?? []).compactMap { reader in
      let name = Markdown.code(reader.name)
      if reader.after > 0, reader.standing == .stranger {
        return ReviewItem(
          rank: .access,
          text:
            "\(name) is no recipient of the project and can read \(counted(reader.after, "secret"))",
          notes: ["seal them for the recipients alone: `vaultctl rekey`"])
      }
      guard reader.isNew else { return nil }
      return ReviewItem(
        rank: .access,
        text: "\(name) gains access"
          + (reader.gained.isEmpty ? "" : " to \(fields(reader.gained, limit: 8))"))
    }
  }

  private var storeKey: [ReviewItem] {
    guard let added = plan.storeKey?.added, !added.isEmpty else { return [] }
    return [
      ReviewItem(
        rank: .access,
        text: "\(list(added)) can open the store's own key after the apply, and all that it holds",
        notes: ["the keyring's names may be the change's own: compare the ids"])
    ]
  }

  private var undecided: [ReviewItem] {
    let fields = plan.secrets(.undecided)
    if fields.isEmpty { return [] }
    let people = (review?.readers ?? []).filter { $0.standing == .recipient && $0.after > 0 }
      .prefix(4)
    let who =
      people.isEmpty
      ? "everyone who has one of their keys"
      : people.map { Markdown.code($0.name) }.joined(separator: " or ")
    let removed = (review?.readers ?? []).filter { !$0.lost.isEmpty }.prefix(4)
      .map { Markdown.code($0.name) }
    let reason =
      removed.isEmpty
      ? []
      : [
        "removing \(removed.joined(separator: ", ")) re-encrypts everything that was readable before: re-encryption alone does not mean a new value"
      ]
    return [
      ReviewItem(
        rank: .value,
        text:
          "\(counted(fields.count, "secret was", "secrets were")) re-encrypted, and may have new values: "
          + self.fields(fields, limit: 12),
        notes: reason + [
          "this run has no key to compare the values; \(who) can compare them: `vaultctl plan`"
        ])
    ]
  }

  // MARK: Settings and findings

  private var settings: [ReviewItem] {
    // Who loses access is in the table of readers.
    (review?.settings ?? []).filter { !$0.isRecipientRule || !$0.added.isEmpty }.map { setting in
      let values =
        setting.removed.prefix(3).map { "− \(Markdown.code($0))" }
        + setting.added.prefix(3).map { "+ \(Markdown.code($0))" }
      let left = setting.removed.count + setting.added.count - values.count
      return ReviewItem(
        rank: setting.isRecipientRule ? .access : .setting,
        text: "`vaultctl.yaml` changes \(Markdown.code(setting.name)): "
          + values.joined(separator: ", ") + (left > 0 ? " and \(left) more" : ""))
    }
  }

  private func item(_ group: FindingGroup) -> ReviewItem {
    let diagnostic = group.first.diagnostic
    var text = Markdown.prose(diagnostic.message)
    if let file = diagnostic.location?.file {
      let line = diagnostic.location?.range.map { ":\($0.start.line)" } ?? ""
      text += " · \(Markdown.code("\(file)\(line)"))"
    }
    text += " · \(diagnostic.code.rawValue)"
    if !group.others.isEmpty {
      let names = group.others.prefix(8).map { Markdown.code($0.rawValue) }.joined(separator: ", ")
      let left = group.others.count - min(8, group.others.count)
      text += "; the same of \(names)" + (left > 0 ? " and \(left) more" : "")
    }
    // What is done after the merge is in the list of that.
    let help = group.first.isTaskAfterMerge ? [] : diagnostic.help
    return ReviewItem(
      rank: group.first.rank, text: text,
      notes: diagnostic.notes.map(Markdown.prose)
        + help.map { ($0.hasPrefix("if ") ? "" : "to do: ") + Markdown.advice($0) })
  }

  private func list(_ texts: [String]) -> String {
    texts.isEmpty ? "none" : texts.map(Markdown.code).joined(separator: ", ")
  }

  private func fields(_ all: [FieldAddress], limit: Int) -> String {
    let shown = all.prefix(limit).map { Markdown.code("\($0.connection).\($0.field)") }
    let left = all.count - shown.count
    return shown.joined(separator: ", ") + (left > 0 ? " and \(left) more" : "")
  }
}

extension ChangeDetail {
  var removedSecret: FieldName? {
    if case .secret(let field, .removed) = self { field } else { nil }
  }
}

extension Plan {
  /// The secrets that it changes in this way.
  func secrets(_ wanted: SecretChange) -> [FieldAddress] {
    changes.flatMap { change in
      change.details.compactMap { detail in
        if case .secret(let field, wanted) = detail {
          FieldAddress(change.connection, field)
        } else {
          nil
        }
      }
    }
  }
}

extension Change {
  fileprivate var isOfExisting: Bool {
    switch action {
    case .update, .record, .rename: true
    case .create, .replace, .delete, .adopt: false
    }
  }

  fileprivate var addsScopes: Bool {
    details.contains { if case .scopes(let added, _) = $0 { !added.isEmpty } else { false } }
  }
}

extension Finding {
  fileprivate var isTaskAfterMerge: Bool {
    switch kind {
    case .empty, .needsAuthorization: true
    default: diagnostic.code == .scopeMissing
    }
  }

  fileprivate var rank: ReviewItem.Rank {
    switch kind {
    case .redirect, .allowedRedirect: .destination
    case .flow where [.flowNamesNone, .flowWrongApp].contains(diagnostic.code): .brokenFlow
    case _ where diagnostic.severity == .error: .error
    case .conflict: .conflict
    case .empty: .empty
    case .scopeDrift, .needsAuthorization: .scope
    case .untrusted, .appOverride, .recipients: .setting
    case .drift, .undecided, .unmanaged, .orphaned, .foreign, .preventDestroy, .flow, .expired,
      .expiring, .renewalFailed, .tokens, .unverified, .projectRenamed, .movedSecret,
      .formerRecipient:
      .other
    }
  }
}
