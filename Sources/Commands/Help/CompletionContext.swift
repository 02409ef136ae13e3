import Encodings
import Manifests
import Model

/// What a shell asks about while a command line is being typed.
///
/// The project is read and nothing else: no store, no keyring, nothing is written, and what cannot be read
/// has no words. Only words that mean nothing to a shell are offered, because bash expands what it is
/// given (compgen(1), `-W`), and a name in a cloned repository may be `$(rm -r ~)`.
struct CompletionContext {
  private let contents: ProjectContents?
  private let environment: Environment?
  private let words: [String]

  /// - Parameter words: the command line, the program's name first.
  init(_ words: [String]) {
    self.words = words
    let folder = Self.value(of: ["-C", "--project"], in: words) ?? GlobalOptions.projectVariable
    let contents = (try? ProjectRoot.find(folder)).flatMap {
      try? ProjectReader.contents(of: ProjectFiles(root: $0))
    }
    let name = Self.value(of: ["--env"], in: words) ?? GlobalOptions.environmentVariable
    environment = name.flatMap { contents?.project.environment(named: $0) }
    self.contents = contents
  }

  var catalog: Catalog { contents?.project.catalog ?? .builtIn }

  var connections: [String] {
    Set(documents.map(\.name.rawValue)).filter(Self.isSafe).sorted()
  }

  var declaredEnvironments: [String] {
    (contents?.project.environments.map(\.name) ?? []).filter(Self.isSafe)
  }

  var environments: [String] {
    let names = declaredEnvironments
    return names.isEmpty ? [] : names + ["all"]
  }

  var setupTypes: [String] {
    let app = Self.value(of: ["--app"], in: words).map { AppID($0) }
    let apps = app.map { [catalog[$0]].compactMap(\.self) } ?? Array(catalog.apps.values)
    return Set(apps.flatMap(\.setups).map(\.type.rawValue)).filter(Self.isSafe).sorted()
  }

  var fields: [String] {
    let named = documents.filter { words.contains($0.name.rawValue) }
    let shapes = named.flatMap { document in
      document.shape.map { [$0] } ?? document.app?.setups ?? []
    }
    let names = shapes.flatMap(\.fields).map(\.name) + named.flatMap(\.slots).map(\.field)
    return Set(names.map(\.rawValue)).filter(Self.isSafe).sorted()
  }

  var rulePaths: [String] {
    let rules = environment?.recipientRules ?? contents?.project.recipientRules ?? []
    return rules.map(\.path.text).filter(Self.isSafe)
  }

  private var documents: [ManifestDocument] {
    (contents?.manifests ?? [])
      .filter { environment == nil || $0.environment == nil || $0.environment == environment?.name }
      .flatMap(\.documents)
  }

  /// The last value of an option; `nil` if it has none.
  private static func value(of names: Set<String>, in words: [String]) -> String? {
    var found: String?
    for (index, word) in words.enumerated() {
      if names.contains(word), index + 1 < words.count { found = words[index + 1] }
      if let equals = word.firstIndex(of: "="), names.contains(String(word[..<equals])) {
        found = String(word[word.index(after: equals)...])
      }
    }
    return found
  }

  private static func isSafe(_ word: String) -> Bool {
    !word.isEmpty && !word.hasPrefix("-")
      && word.utf8.allSatisfy { $0.isASCIIAlphanumeric || "-_.,/@+".utf8.contains($0) }
  }
}
