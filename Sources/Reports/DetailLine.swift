import Model

/// One thing that changes in a connection, as one line for people: `zone = "eu" -> "us"`.
struct DetailLine: Hashable {
  enum Mark: Hashable { case added, changed, removed }

  let mark: Mark
  let text: String

  /// The details of one change, with their equals signs below each other.
  static func aligned(_ details: [some TitledDetail]) -> [DetailLine] {
    let width = details.map(\.title.unicodeScalars.count).max() ?? 0
    return details.map { detail in
      let (mark, value) = detail.summary
      return DetailLine(mark: mark, text: "\(detail.title.padded(to: width)) = \(value)")
    }
  }

  /// What stands before and after, where one of them may be missing.
  static func moved(_ from: String?, _ to: String?) -> (Mark, String) {
    switch (from, to) {
    case (nil, let to): (.added, to ?? "")
    case (let from?, nil): (.removed, from)
    case (let from?, let to?): (.changed, "\(from) -> \(to)")
    }
  }
}

extension Change {
  /// Why it is planned: `not in the store yet`.
  var reasonInWords: String {
    let why =
      switch reason {
      case .declared: "its manifest changed"
      case .drifted: "changed in the store; what is declared is restored"
      case .conflicting: "changed in its manifest and in the store"
      case .noLongerDeclared: "no manifest declares it any more"
      case .notInStore: "not in the store yet"
      case .lostInStore: "was applied, and is gone from the store"
      case .appChanged: "its app changed, which forces a replacement"
      case .renamed: "renamed"
      case .unmanaged: "in the store already; it is taken over"
      }
    if case .rename(_, _, let former) = action {
      return "was \"\(shown(former.rawValue))\"" + (reason == .renamed ? "" : "; " + why)
    }
    if case .record = action { return why + " (only the record is written)" }
    return why
  }
}

/// A detail that can be told in one line: `title = summary`.
protocol TitledDetail {
  var title: String { get }
  var summary: (DetailLine.Mark, String) { get }
}

extension ChangeDetail: TitledDetail {
  var title: String {
    switch self {
    case .setupType: "setup"
    case .plain(let field, _, _), .secret(let field, _): shown(field.rawValue)
    case .label(let key, _, _): "label \(shown(key))"
    case .scopes: "scopes"
    case .preventDestroy: "preventDestroy"
    case .reauthorize: "tokens"
    }
  }

  var summary: (DetailLine.Mark, String) {
    switch self {
    case .setupType(let from, let to):
      return DetailLine.moved(from.map { shown($0.rawValue) }, to.map { shown($0.rawValue) })
    case .plain(_, let from, let to): return DetailLine.moved(from?.summary, to?.summary)
    case .label(_, let from, let to):
      return DetailLine.moved(from.map { "\"\(shown($0))\"" }, to.map { "\"\(shown($0))\"" })
    case .scopes(let added, let removed):
      let words = added.map { "+\($0)" } + removed.map { "-\($0)" }
      return (.changed, shown(words.joined(separator: " ")))
    case .reauthorize(.byItself): return (.changed, "reauthorize (the apply does it)")
    case .reauthorize(.byPerson): return (.changed, "reauthorize (a person must consent)")
    case .preventDestroy(let isSet): return (isSet ? .added : .removed, "\(isSet)")
    case .secret(_, let change): return (change.mark, "(secret: \(change.summary))")
    }
  }
}

extension PlainValue {
  fileprivate var summary: String {
    switch self {
    case .string(let text): "\"\(shown(text))\""
    case .number(let text): shown(text)
    case .boolean(let value): "\(value)"
    }
  }
}

extension SecretChange {
  fileprivate var mark: DetailLine.Mark {
    switch self {
    case .set: .added
    case .rotated, .reencrypted, .restored, .undecided: .changed
    case .removed: .removed
    }
  }

  fileprivate var summary: String {
    switch self {
    case .set, .rotated, .removed, .restored, .undecided: rawValue
    case .reencrypted: "re-encrypted, same value"
    }
  }
}
