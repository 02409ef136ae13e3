import Diagnostics
import Model

/// What becomes of one connection.
struct Judgement {
  var change: Change?
  var findings: [Finding] = []
  /// Whether the store has it as ours.
  var isManaged = true
}

/// One declared connection against the store and the applied record.
struct ConnectionPlanning {
  private let desired: DesiredConnection
  private let input: PlanningInput
  private let actual: ActualConnection?
  private let applied: AppliedRecord?

  init(_ desired: DesiredConnection, _ input: PlanningInput) {
    self.desired = desired
    self.input = input
    actual = input.snapshot.actual[desired.name]
    applied = input.snapshot.applied[desired.name]
  }

  func judged() -> Judgement {
    guard let actual else { return created() }
    guard let applied else { return unmanaged(actual) }
    if actual.app != desired.app { return replaced(actual, applied) }
    return compared(actual, applied)
  }

  private func created() -> Judgement {
    let isLost = applied != nil
    return Judgement(
      change: change(
        .create, isLost ? .lostInStore : .notInStore, details(against: nil, applied: nil)),
      findings: isLost ? [.missingInStore(desired, store: input.options.store)] : [])
  }

  private func unmanaged(_ actual: ActualConnection) -> Judgement {
    guard input.options.adopts else {
      return Judgement(findings: [.adoptable(desired)], isManaged: false)
    }
    if actual.app != desired.app {
      return replacement(of: actual, .unmanaged)
    }
    return Judgement(
      change: change(
        .adopt(actual.id, from: actual.version), .unmanaged,
        details(against: actual, applied: nil)))
  }

  private func replaced(_ actual: ActualConnection, _ applied: AppliedRecord) -> Judgement {
    guard applied.app == actual.app else {
      var judgement = replacement(of: actual, .drifted)
      judgement.findings.append(.drift(desired, ["the app"]))
      return judgement
    }
    return replacement(of: actual, .appChanged)
  }

  private func replacement(of actual: ActualConnection, _ reason: ChangeReason) -> Judgement {
    if desired.preventsDestroy { return Judgement(findings: [.destroyPrevented(desired)]) }
    return Judgement(
      change: change(
        .replace(actual.id, from: actual.version, app: actual.app), reason,
        details(against: nil, applied: nil)))
  }

  private func compared(_ actual: ActualConnection, _ applied: AppliedRecord) -> Judgement {
    let here = Movement.declared(desired, since: applied)
    let there = Movement.stored(actual, since: applied)
    let details = details(against: actual, applied: applied)
    if here.isEmpty, there.isEmpty, details.isEmpty { return Judgement() }

    var judgement = Judgement()
    let reason: ChangeReason
    switch (here.isEmpty, there.isEmpty) {
    case (false, false) where !details.isEmpty:
      reason = .conflicting
      judgement.findings.append(.conflict(desired, here: here, there: there))
    case (true, false):
      reason = .drifted
      judgement.findings.append(.drift(desired, there))
    default: reason = .declared
    }
    let action: ChangeAction =
      details.allSatisfy(\.isOfRecordOnly)
      ? .record(actual.id, at: actual.version) : .update(actual.id, from: actual.version)
    judgement.change = change(action, reason, details)
    let undecided = details.compactMap(\.undecidedField)
    if !undecided.isEmpty { judgement.findings.append(.undecided(desired, undecided)) }
    return judgement
  }

  private func change(
    _ action: ChangeAction, _ reason: ChangeReason, _ details: [ChangeDetail]
  ) -> Change {
    Change(
      connection: desired.name, app: desired.app, action: action, reason: reason,
      details: details, place: desired.origin.namePlace)
  }

  private func details(
    against actual: ActualConnection?, applied: AppliedRecord?
  ) -> [ChangeDetail] {
    DetailPlanning(
      desired: desired, actual: actual, applied: applied,
      shape: input.catalog.shape(of: desired), comparisons: input.comparisons
    ).details()
  }
}

extension Catalog {
  /// The declared setup's shape; for a connection without one, that of the app's first.
  func shape(of connection: DesiredConnection) -> SetupShape? {
    guard let app = self[connection.app] else { return nil }
    return connection.setup.flatMap { app.setup($0.type) } ?? app.setups.first
  }
}

extension ChangeDetail {
  /// Nothing in the store's values differs by it.
  fileprivate var isOfRecordOnly: Bool {
    switch self {
    case .secret(_, .reencrypted), .scopes, .preventDestroy: true
    case .secret, .plain, .setupType, .label: false
    }
  }

  fileprivate var undecidedField: FieldName? {
    switch self {
    case .secret(let field, .undecided): field
    case .secret, .plain, .setupType, .label, .scopes, .preventDestroy: nil
    }
  }
}
