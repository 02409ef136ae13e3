/// One line of source that breaks a rule.
struct Violation: Hashable, CustomStringConvertible {
  let file: String
  /// 1-based.
  let line: Int
  let reason: String

  var description: String { "\(file):\(line): \(reason)" }
}

/// Looks for what a target of the pure core must not import or name.
struct PurityCheck {
  /// The modules that the target may import.
  let allowedImports: Set<String>

  func violations(in source: String, file: String) -> [Violation] {
    let tokens = SwiftTokens(source).all
    let imports = SwiftImport.all(in: tokens).filter { !allowedImports.contains($0.module) }
      .map { Violation(file: file, line: $0.line, reason: "imports `\($0.module)`") }
    let code = tokens.filter { $0.kind != .string }
    let names = PurityRule.allCases.flatMap { rule in
      found(rule, in: code).map { name, line in
        Violation(file: file, line: line, reason: "names `\(name)`, which \(rule.reason)")
      }
    }
    return (imports + names).sorted { $0.line < $1.line }
  }

  private func found(_ rule: PurityRule, in code: [SwiftToken]) -> [(String, Int)] {
    let phrases = rule.phrases.map { ($0, SwiftTokens($0).all.map(\.text)) }
    return code.indices.flatMap { index -> [(String, Int)] in
      let token = code[index]
      var names = phrases.filter { _, phrase in
        let rest = code[index...]
        // `write(to: &stream)` writes into a value.
        return rest.prefix(phrase.count).map(\.text) == phrase
          && !(phrase.last == ":" && rest.dropFirst(phrase.count).first?.text == "&")
      }.map { name, _ in name }
      let before = index > 0 ? code[index - 1] : nil
      if rule.functions.contains(token.text), index + 1 < code.count, code[index + 1].text == "(",
        !(before.map { [".", "func", "case"].contains($0.text) } ?? false)
      {
        names.append("\(token.text)()")
      }
      if token.text == ".", !(before?.endsOperand ?? false) {
        names += rule.implicitMembers.filter { member in
          let wanted = SwiftTokens(member).all.map(\.text)
          return code[(index + 1)...].prefix(wanted.count).map(\.text) == wanted
        }.map { ".\($0)" }
      }
      if rule == .disguise, token.text == "typealias", let type = aliased(code[index...]) {
        names.append("typealias of \(type)")
      }
      return names.map { ($0, token.line) }
    }
  }
}

extension PurityCheck {
  /// What the type alias at the start is a name for, where that is a type that phrases know by its name.
  private func aliased(_ code: ArraySlice<SwiftToken>) -> String? {
    let path = code.drop { $0.text != "=" }.dropFirst()
    let words = path.enumerated().prefix { $0 % 2 == 0 || $1.text == "." }.map(\.element)
    let last = words.last { $0.kind == .identifier }
    return last.flatMap { ["Date", "UUID", "Hasher"].contains($0.text) ? $0.text : nil }
  }
}

/// An import declaration.
struct SwiftImport {
  let module: String
  let line: Int

  static func all(in tokens: [SwiftToken]) -> [SwiftImport] {
    let kinds = ["typealias", "struct", "class", "enum", "protocol", "let", "var", "func"]
    return tokens.indices.compactMap { index in
      guard tokens[index].kind == .identifier, tokens[index].text == "import",
        index == 0 || tokens[index - 1].text != "."
      else { return nil }
      let path = tokens[(index + 1)...].drop { kinds.contains($0.text) }
      return path.first.map { SwiftImport(module: $0.text, line: tokens[index].line) }
    }
  }
}

extension SwiftToken {
  /// Whether a `.` after this token is a member access, and not an implicit member.
  var endsOperand: Bool {
    switch kind {
    case .identifier: !["return", "in", "case", "else", "try", "await", "where"].contains(text)
    case .number, .string: true
    case .punctuation: [")", "]", "}", "?", "!", ">"].contains(text)
    }
  }
}
