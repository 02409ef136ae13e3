import Model

/// One part of a connection that is no longer as it was applied.
enum DivergentPart: Hashable {
  case app, setupType
  case field(FieldName)
  case labels, scopes, preventDestroy
  /// Something, and the store does not show what.
  case unseen

  var summary: String {
    switch self {
    case .app: "the app"
    case .setupType: "the setup's type"
    case .field(let name): "`\(name)`"
    case .labels: "the labels"
    case .scopes: "the scopes"
    case .preventDestroy: "`preventDestroy`"
    case .unseen: "something that the store does not show"
    }
  }

  /// Whether the store holds it; the rest is of the applied record alone.
  var isInStore: Bool {
    switch self {
    case .app, .setupType, .field, .labels, .unseen: true
    case .scopes, .preventDestroy: false
    }
  }
}

/// Which parts of a connection are no longer as they were applied; ignored fields are not looked
/// at.
enum Divergence {
  static func declared(
    _ desired: DesiredConnection, since applied: AppliedRecord
  ) -> [DivergentPart] {
    var moved: [DivergentPart] = []
    if desired.app != applied.app { moved.append(.app) }
    if desired.setup?.type != applied.setupType { moved.append(.setupType) }
    let fields = desired.setup?.fields ?? [:]
    let names = Set(fields.keys).union(applied.fields.keys).subtracting(desired.ignoredFields)
    moved += names.sorted().filter { !isSame(fields[$0], applied.fields[$0]) }.map { .field($0) }
    if desired.labels != applied.labels { moved.append(.labels) }
    if desired.scopes != applied.scopes { moved.append(.scopes) }
    if desired.preventsDestroy != applied.preventsDestroy { moved.append(.preventDestroy) }
    return moved
  }

  static func stored(
    _ actual: ActualConnection, since applied: AppliedRecord, ignoring ignored: Set<FieldName>
  ) -> [DivergentPart] {
    if actual.unseen == .change { return [.unseen] }
    var moved: [DivergentPart] = []
    if actual.app != applied.app { moved.append(.app) }
    if actual.setupType != applied.setupType { moved.append(.setupType) }
    let names = Set(actual.fields.keys).union(applied.fields.keys).subtracting(ignored)
    moved += names.sorted().filter { !isSame(actual.fields[$0], applied.fields[$0]) }
      .map { .field($0) }
    if actual.labels != applied.labels { moved.append(.labels) }
    return moved
  }

  /// Whether nothing moved on either side, and the store has what is declared: what most connections
  /// of most plans are, told without a list of parts.
  static func isNone(
    _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedRecord
  ) -> Bool {
    guard desired.ignoredFields.isEmpty, actual.unseen == nil,
      desired.app == applied.app, actual.app == applied.app,
      desired.setup?.type == applied.setupType, actual.setupType == applied.setupType,
      desired.labels == applied.labels, actual.labels == applied.labels,
      desired.scopes == applied.scopes, desired.preventsDestroy == applied.preventsDestroy
    else { return false }
    let before = applied.fields
    let declared = desired.setup?.fields ?? [:]
    let stored = actual.fields
    return declared.count == before.count && stored.count == before.count
      && before.allSatisfy { isSame(declared[$0], $1) && isSame(stored[$0], $1) }
  }

  private static func isSame(_ declared: FieldValue?, _ applied: AppliedField?) -> Bool {
    switch (declared, applied) {
    case (nil, nil): true
    case (.plain(let value), .plain(let before)): value == before
    case (.sealed(let message), .sealed(let ciphertext, _, _)): message.digest == ciphertext
    case (nil, .some), (.some, nil), (.plain, .sealed), (.sealed, .plain): false
    }
  }

  private static func isSame(_ actual: ActualField?, _ applied: AppliedField?) -> Bool {
    switch (actual, applied) {
    case (nil, nil): true
    case (.plain(let value), .plain(let before)): value == before
    case (.secret(let found?), .sealed(_, _, let version?)): found == version
    case (.secret, .sealed): true
    case (nil, .some), (.some, nil), (.plain, .sealed), (.secret, .plain): false
    }
  }
}
