import Model

/// Which parts of a connection are no longer as they were applied, in words; sorted.
enum Movement {
  static func declared(
    _ desired: DesiredConnection, since applied: AppliedRecord
  ) -> [String] {
    var moved: [String] = []
    if desired.app != applied.app { moved.append("the app") }
    if desired.setup?.type != applied.setupType { moved.append("the setup's type") }
    let fields = desired.setup?.fields ?? [:]
    let names = Set(fields.keys).union(applied.fields.keys).sorted()
    moved += names.filter { !isSame(fields[$0], applied.fields[$0]) }.map { "`\($0)`" }
    if desired.labels != applied.labels { moved.append("the labels") }
    if desired.scopes != applied.scopes { moved.append("the scopes") }
    if desired.preventsDestroy != applied.preventsDestroy { moved.append("`preventDestroy`") }
    return moved
  }

  static func stored(
    _ actual: ActualConnection, since applied: AppliedRecord
  ) -> [String] {
    var moved: [String] = []
    if actual.app != applied.app { moved.append("the app") }
    if actual.setupType != applied.setupType { moved.append("the setup's type") }
    let names = Set(actual.fields.keys).union(applied.fields.keys).sorted()
    moved += names.filter { !isSame(actual.fields[$0], applied.fields[$0]) }.map { "`\($0)`" }
    if actual.labels != applied.labels { moved.append("the labels") }
    return moved
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
