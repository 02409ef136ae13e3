/// The targets of Package.swift, in its order, with what each declares to depend on.
struct TargetTable {
  struct Target {
    let name: String
    /// Of this package.
    let dependencies: [String]
    let line: Int
  }

  let targets: [Target]

  /// Reads the calls `.systemLibrary(name: "…")` and `layer("…", […])`.
  init(manifest: String) {
    let tokens = SwiftTokens(manifest).all
    var found: [(name: String, strings: [String], line: Int)] = []
    for index in tokens.indices where ["layer", "systemLibrary"].contains(tokens[index].text) {
      let strings = Self.strings(ofCallAt: index, in: tokens)
      // The declaration of `layer` has no string in it.
      guard let name = strings.first else { continue }
      let isLayer = tokens[index].text == "layer"
      found.append((name, isLayer ? Array(strings.dropFirst()) : [], tokens[index].line))
    }
    let own = Set(found.map(\.name))
    targets = found.map {
      Target(name: $0.name, dependencies: $0.strings.filter(own.contains), line: $0.line)
    }
  }

  private static func strings(ofCallAt index: Int, in tokens: [SwiftToken]) -> [String] {
    var depth = 0
    var strings: [String] = []
    for token in tokens[(index + 1)...] {
      if token.kind == .string { strings.append(token.text) }
      if token.text == "(", token.kind == .punctuation { depth += 1 }
      if token.text == ")", token.kind == .punctuation { depth -= 1 }
      if depth == 0 { break }
    }
    return strings
  }

  /// Dependencies that do not point upward in the table.
  func violations(file: String) -> [Violation] {
    targets.enumerated().flatMap { position, target in
      let above = Set(targets[..<position].map(\.name))
      return target.dependencies.filter { !above.contains($0) }.map {
        Violation(
          file: file, line: target.line, reason: "`\(target.name)` depends on `\($0)` below it")
      }
    }
  }

  /// Imports of a target of this package that the importing target does not declare. SwiftPM
  /// itself lets those pass where another target happens to have built the module.
  func violations(in source: String, file: String, target: Target) -> [Violation] {
    let own = Set(targets.map(\.name))
    return SwiftImport.all(in: SwiftTokens(source).all).filter {
      own.contains($0.module) && !target.dependencies.contains($0.module)
    }.map {
      Violation(
        file: file, line: $0.line,
        reason: "imports `\($0.module)`, which `\(target.name)` does not depend on")
    }
  }
}
