package import Model

/// One part of a connection that differs from what was applied.
enum DivergentPart: Hashable {
  case app, setupType
  case field(FieldName)
  case labels, scopes, preventDestroy, destinations
  /// The store does not show what.
  case unseen

  var summary: String {
    switch self {
    case .app: "the app"
    case .setupType: "the setup type"
    case .field(let name): "`\(name)`"
    case .labels: "the labels"
    case .scopes: "the scopes"
    case .preventDestroy: "`preventDestroy`"
    case .destinations: "the destinations"
    case .unseen: "something the store does not reveal"
    }
  }

  /// Whether the store holds it; the applied record alone holds the rest.
  var isInStore: Bool {
    switch self {
    case .app, .setupType, .field, .labels, .unseen: true
    case .scopes, .preventDestroy, .destinations: false
    }
  }
}

/// The parts of a connection that differ from what was applied; ignored fields are left out.
enum Divergence {
  static func declared(
    _ desired: DesiredConnection, since applied: AppliedRecord
  ) -> [DivergentPart] {
    var parts: [DivergentPart] = []
    if desired.app != applied.app { parts.append(.app) }
    if desired.setup?.type != applied.setupType { parts.append(.setupType) }
    let fields = desired.setup?.fields ?? [:]
    let names = Set(fields.keys).union(applied.fields.keys).subtracting(desired.ignoredFields)
    parts += names.sorted().filter { !isSame(fields[$0], applied.fields[$0]) }.map { .field($0) }
    if desired.labels != applied.labels { parts.append(.labels) }
    if desired.scopes != applied.scopes { parts.append(.scopes) }
    if desired.preventsDestroy != applied.preventsDestroy { parts.append(.preventDestroy) }
    if desired.destinations != applied.destinations ?? [] { parts.append(.destinations) }
    return parts
  }

  static func stored(
    _ actual: ActualConnection, since applied: AppliedRecord, ignoring ignored: Set<FieldName>
  ) -> [DivergentPart] {
    if actual.unseen == .change { return [.unseen] }
    var parts: [DivergentPart] = []
    if actual.app != applied.app { parts.append(.app) }
    if actual.setupType != applied.setupType { parts.append(.setupType) }
    let names = Set(actual.fields.keys).union(applied.fields.keys).subtracting(ignored)
    parts += names.sorted().filter { !isSame(actual.fields[$0], applied.fields[$0]) }
      .map { .field($0) }
    if actual.labels != applied.labels { parts.append(.labels) }
    return parts
  }

  /// Whether nothing diverged on either side and the store has what is declared. That is true for
  /// most connections of most plans, so it is decided without building lists.
  static func isInSync(
    _ desired: DesiredConnection, _ actual: ActualConnection, _ applied: AppliedRecord
  ) -> Bool {
    guard desired.ignoredFields.isEmpty, actual.unseen == nil,
      desired.app == applied.app, actual.app == applied.app,
      desired.setup?.type == applied.setupType, actual.setupType == applied.setupType,
      desired.labels == applied.labels, actual.labels == applied.labels,
      desired.scopes == applied.scopes, desired.preventsDestroy == applied.preventsDestroy,
      desired.destinations == applied.destinations ?? []
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

extension ActualConnection {
  /// Whether the store still has what was applied; ignored fields may differ.
  package func isAsApplied(
    _ applied: AppliedRecord, ignoring ignored: Set<FieldName>
  ) -> Bool {
    unseen == nil && Divergence.stored(self, since: applied, ignoring: ignored).isEmpty
  }
}
