import ArgumentParser
import Diagnostics
import Manifests
import Model

extension CompletionKind {
  /// Names of connections.
  static var connections: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).connections }
  }

  /// Names of environments, and `all`.
  static var environments: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).environments }
  }

  static var declaredEnvironments: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).declaredEnvironments }
  }

  static var apps: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).catalog.appNames }
  }

  /// Types of the setups of the app that `--app` names; without it, of all.
  static var setupTypes: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).setupTypes }
  }

  /// Fields of the connection before it.
  static var fields: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).fields }
  }

  static var codes: CompletionKind { .list(DiagnosticCode.allCases.map(\.rawValue)) }

  /// Paths of the recipient rules.
  static var rulePaths: CompletionKind {
    .custom { words, _, _ in CompletionContext(words).rulePaths }
  }

  /// A comma-separated list of findings that a report can have.
  static func findings(of reporter: FindingKind.Reporter) -> CompletionKind {
    .custom { words, index, _ in
      let typed = words.indices.contains(index) ? words[index] : ""
      let parts = typed.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let head = parts.dropLast().map { "\($0)," }.joined()
      return FindingKind.allCases
        .filter { $0.reporters.contains(reporter) && !parts.dropLast().contains($0.rawValue) }
        .map { head + $0.rawValue }
    }
  }
}
