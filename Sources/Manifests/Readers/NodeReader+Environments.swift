package import Diagnostics
import Model
import SourceYAML

/// `environments:` of a project file.
extension NodeReader {
  /// - Parameters:
  ///   - manifests: the base's paths, which no overlay may contain.
  ///   - base: its store, which environments without a store inherit.
  mutating func readEnvironments(
    _ project: [YAMLEntry], manifests: [LocatedText], base: StoreSettings?
  ) -> [Environment] {
    guard let node = project.given("environments"),
      let entries = anyMapping(node, "environments")
    else { return [] }
    var environments: [Environment] = []
    var places: [StorePlace: String] = [:]
    if let base { places[StorePlace(base.backend, environment: nil)] = "the base" }
    for entry in entries {
      guard entry.keyText.isEnvironmentName else {
        report(.invalidEnvironment(at: location(entry.key)))
        continue
      }
      show(entry.key)
      guard let environment = readEnvironment(entry, base: base) else { continue }
      if let other = environments.first(where: { $0.id == environment.id }) {
        report(
          .environmentsMeet(environment, with: other, at: location(entry.value["id"] ?? entry.key)))
        continue
      }
      let place = StorePlace(environment.store.backend, environment: environment.id)
      if let other = places[place] {
        report(.storesMeet(environment.name, with: other, at: location(entry.key)))
      }
      places[place] = "environment `\(environment.name)`"
      for other in environments where other.overlay.meets(environment.overlay) {
        report(
          .overlaysMeet("the overlay of `\(other.name)`", at: environment.overlay.location))
      }
      for path in manifests where path.text == environment.overlay.text {
        report(.overlaysMeet("a path in `manifests`", at: environment.overlay.location))
      }
      environments.append(environment)
    }
    return environments
  }

  /// `nil` if its id is invalid: it decides where everything else is.
  private mutating func readEnvironment(
    _ entry: YAMLEntry, base: StoreSettings?
  ) -> Environment? {
    let name = entry.keyText
    let path = "environments.\(name)"
    let entries =
      entry.value.isNull
      ? [] : mapping(entry.value, path, keys: ["id", "store", "recipients", "overlay"]) ?? []
    guard let id = readEnvironmentID(entries, path, ofName: name) else { return nil }
    let file = ".vaultctl/\(id).db"
    let rules = entries.given("recipients").map { readRules($0, "\(path).recipients") } ?? []
    let overlay = entries.given("overlay").flatMap { relativePath($0, "\(path).overlay") }
    return Environment(
      name: name, id: id,
      store: readStore(entries, "\(path).store", standardFile: file)
        ?? base?.inherited(by: id) ?? StoreSettings(.sqlite(path: file)),
      recipientRules: rules,
      overlay: overlay.map { LocatedText($0.text.withoutFinalSlashes, at: $0.location) }
        ?? LocatedText("environments/\(id)", at: location(entry.key)))
  }

  private mutating func readEnvironmentID(
    _ entries: [YAMLEntry], _ path: String, ofName name: String
  ) -> String? {
    guard let node = entries.given("id") else { return name }
    guard let id = text(node, "\(path).id") else { return nil }
    guard id.isEnvironmentName else {
      report(.invalidEnvironment(at: location(node)))
      return nil
    }
    return id
  }
}

extension LocatedText {
  fileprivate func meets(_ other: LocatedText) -> Bool {
    let mine = text + "/"
    let theirs = other.text + "/"
    return mine.hasPrefix(theirs) || theirs.hasPrefix(mine)
  }
}

extension String {
  /// As a project's name, but none that is reserved.
  package var isEnvironmentName: Bool {
    isProjectName && !Environment.reservedNames.contains(self)
  }
}

extension Diagnostic {
  package static func invalidEnvironment(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidEnvironment, "invalid environment name", at: location,
      notes: [
        "a name has 1 to 100 of `a-z`, `0-9`, `.`, `_` and `-`, and starts with a letter or digit;"
          + " \(Environment.reservedNamesSummary) are reserved"
      ])
  }

  fileprivate static func environmentsMeet(
    _ environment: Environment, with other: Environment, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .invalidEnvironment,
      "environments `\(other.name)` and `\(environment.name)` have the same id `\(environment.id)`",
      at: location,
      notes: [
        "an environment's id is `id`, or its name; its store, records and sealed values are found by it"
      ], help: ["give the one that is new an id of its own: `id: NAME`"])
  }

  fileprivate static func storesMeet(
    _ name: String, with other: String, at location: Location
  ) -> Diagnostic {
    Diagnostic(
      .storesMeet, "environment `\(name)` and \(other) share a store", at: location,
      notes: ["each would change and delete what the other applied"],
      help: ["give it a store of its own: `store:` in `environments.\(name)`"])
  }

  fileprivate static func overlaysMeet(_ other: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidEnvironment, "overlays must not share a folder", at: location,
      notes: ["the folder is the same as, inside or around \(other)"],
      help: ["give it another folder: `overlay: environments/NAME`"])
  }
}
