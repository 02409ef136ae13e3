import Diagnostics
import Model

/// One thing that changes in a connection, as one line for people: `zone = "eu" -> "us"`.
struct DetailLine: Hashable {
  enum Mark: Hashable { case added, changed, removed }

  let mark: Mark
  let text: TerminalText

  /// The details of one change, with their equals signs below each other.
  static func aligned(_ details: [some TitledDetail]) -> [DetailLine] {
    let width = details.map(\.title.width).max() ?? 0
    return details.map { detail in
      let (mark, value) = detail.summary
      return DetailLine(mark: mark, text: "\(detail.title.padded(to: width)) = \(value)")
    }
  }

  /// The values before and after; one of them may be missing.
  static func moved(_ from: TerminalText?, _ to: TerminalText?) -> (Mark, TerminalText) {
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
      case .drifted: "drift: changed in the store; the declared values are restored"
      case .conflicting: "conflict: changed in its manifest and in the store"
      case .noLongerDeclared: "no longer declared"
      case .notInStore: "not yet in the store"
      case .lostInStore: "applied before, and missing from the store"
      case .appChanged: "its app changed, which forces a replacement"
      case .renamed: "renamed"
      case .unmanaged: "already in the store; taken over"
      }
    if case .rename(_, _, let former) = action {
      return "was \"\(former.rawValue)\"" + (reason == .renamed ? "" : "; " + why)
    }
    if case .record = action { return why + " (only the record is written)" }
    return why
  }
}

/// A detail that fits on one line: `title = summary`.
protocol TitledDetail {
  var title: TerminalText { get }
  var summary: (DetailLine.Mark, TerminalText) { get }
}

extension ChangeDetail: TitledDetail {
  var title: TerminalText {
    switch self {
    case .setupType: "setup"
    case .plain(let field, _, _), .secret(let field, _): TerminalText(field.rawValue)
    case .label(let key, _, _): "label \(key)"
    case .scopes: "scopes"
    case .preventDestroy: "preventDestroy"
    case .reauthorize: "tokens"
    }
  }

  var summary: (DetailLine.Mark, TerminalText) {
    switch self {
    case .setupType(let from, let to):
      return DetailLine.moved(
        from.map { TerminalText($0.rawValue) }, to.map { TerminalText($0.rawValue) })
    case .plain(_, let from, let to): return DetailLine.moved(from?.summary, to?.summary)
    case .label(_, let from, let to):
      return DetailLine.moved(from.map { "\"\($0)\"" }, to.map { "\"\($0)\"" })
    case .scopes(let added, let removed):
      let words = added.map { "+\($0)" } + removed.map { "-\($0)" }
      return (.changed, TerminalText(words.joined(separator: " ")))
    case .reauthorize(.byItself): return (.changed, "reauthorize (during apply)")
    case .reauthorize(.byPerson): return (.changed, "reauthorize (needs consent)")
    case .preventDestroy(let isSet): return (isSet ? .added : .removed, "\(isSet)")
    case .secret(_, let change): return (change.mark, "(secret: \(change.summary))")
    }
  }
}

extension PlainValue {
  fileprivate var summary: TerminalText {
    switch self {
    case .string(let text): "\"\(text)\""
    case .number(let text): TerminalText(text)
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
