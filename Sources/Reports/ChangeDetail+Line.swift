import Diagnostics
package import Model

extension ChangeDetail: TitledDetail {
  var title: TerminalText {
    switch self {
    case .setupType: "setup"
    case .plain(let field, _, _), .secret(let field, _): TerminalText(field.rawValue)
    case .label(let key, _, _): "label \(key)"
    case .scopes: "scopes"
    case .preventDestroy: "preventDestroy"
    case .destinations: "sent to"
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
    case .destinations(let added, let removed):
      let hosts = added.map(\.summary)
      if removed.isEmpty { return (.added, TerminalText(hosts.joined(separator: ", "))) }
      let words = hosts.map { "+\($0)" } + removed.map { "-\($0.summary)" }
      return (.changed, TerminalText(words.joined(separator: " ")))
    case .reauthorize(.byItself): return (.changed, "reauthorize (during apply)")
    case .reauthorize(.byPerson): return (.changed, "reauthorize (needs consent)")
    case .preventDestroy(let isSet): return (isSet ? .added : .removed, "\(isSet)")
    case .secret(_, let change): return (change.mark, "(secret: \(change.summary))")
    }
  }
}

extension Destination {
  package var summary: String { sealedField.map { "(sealed \($0))" } ?? rawValue }
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
    case .set, .rotated, .removed, .restored: rawValue
    case .reencrypted: "re-encrypted, same value"
    case .undecided: "re-encrypted; value unknown without a key"
    }
  }
}
