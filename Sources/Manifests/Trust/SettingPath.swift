/// The keys that lead to a setting of the project file: `environments`, `prod`, `store`, `address`.
package struct SettingPath: Hashable, Comparable, Sendable {
  package let keys: [String]

  package init(_ keys: [String]) { self.keys = keys }

  func appending(_ key: String) -> SettingPath { SettingPath(keys + [key]) }

  /// The path below an environment, if it is in one: what holds for the base holds for each
  /// environment.
  var withoutEnvironment: [String] {
    keys.count > 2 && keys.first == "environments" ? Array(keys.dropFirst(2)) : keys
  }

  /// What its environment is found by.
  var isEnvironmentID: Bool {
    keys.count == 3 && keys.first == "environments" && keys.last == "id"
  }

  /// `environments.prod.store.address`; a key with a dot in it is quoted.
  package var text: String {
    keys.map { $0.contains(".") ? "\"\($0)\"" : $0 }.joined(separator: ".")
  }

  package static func < (left: SettingPath, right: SettingPath) -> Bool {
    left.keys.lexicographicallyPrecedes(right.keys)
  }
}
