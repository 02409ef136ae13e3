/// How much trust a setting of the project file needs.
///
/// A setting that no list names needs trust, so that one added later does too.
package enum SettingTrust: Hashable, Sendable {
  /// The file's own value is always used.
  case harmless
  /// It stays on this machine: used as it is, unless a trusted file says otherwise.
  case local
  /// A check or an identity: used as it is, but it may not be looser than in a trusted file.
  case guarded(TighteningRule)
  /// It runs something, or decides where a credential, a token or a request goes.
  case required

  init(_ setting: Setting) {
    let keys = setting.path.keys
    if Self.harmlessPaths.contains(where: { $0.matches(keys) }) {
      self = .harmless
    } else if Self.isOutside(setting) {
      self = .required
    } else if let rule = TighteningRule(setting.path) {
      self = .guarded(rule)
    } else if Self.isLocal(setting) {
      self = .local
    } else {
      self = .required
    }
  }

  /// A file outside of the project: another project's store, or one that is created where another
  /// program finds it.
  private static func isOutside(_ setting: Setting) -> Bool {
    switch (setting.path.withoutEnvironment, setting.value) {
    case (["store", "path"], .text(let path)): path.hasPrefix("/")
    case (["store", "ledger"], .mapping(let members)):
      members.contains { member in
        guard member.key == "path", case .text(let path) = member.value else { return false }
        return path.hasPrefix("/")
      }
    default: false
    }
  }

  /// A SQLite store: a file inside the project, under rules of its own, and no network. And which part of
  /// a store is an environment's; where the store is needs trust of its own.
  private static func isLocal(_ setting: Setting) -> Bool {
    if setting.path.isEnvironmentID { return true }
    return switch setting.path.withoutEnvironment {
    case ["store", "type"]: setting.value == .text("sqlite")
    // Only a SQLite store takes a path.
    case ["store", "path"]: true
    default: false
    }
  }

  /// What a branch may change unasked, and why. A path includes what is below it.
  private static let harmlessPaths = [
    // Only one version and one kind are accepted.
    "apiVersion", "kind",
    // Paths inside the project; the manifests and overlays there are what a branch is about.
    "manifests", "environments.*.overlay",
    // Paths inside the project; a branch can change the flow files as well.
    "flows",
    // They take effect only where a person seals in this work tree, and `diff` names who gains access.
    "recipients", "environments.*.recipients",
    // A label.
    "apps.*.name",
    // Which flow actions exist: findings, and no request.
    "apps.*.actions",
    // Which fields a manifest may have; that a secret field stays secret is checked separately.
    "apps.*.setups",
    // When a token is due, within fixed limits; not where it is sent.
    "tokens.marginSeconds", "tokens.marginPercent",
    // Sealed, in this folder or in the store that has the tokens as well.
    "tokens.journal",
  ].map(KeyPattern.init)
}

/// Keys with `*` for any one of them.
struct KeyPattern: Sendable {
  private let parts: [String]

  init(_ text: String) { parts = text.split(separator: ".").map(String.init) }

  /// Whether the keys begin with the pattern.
  func matches(_ keys: [String]) -> Bool {
    keys.count >= parts.count && zip(parts, keys).allSatisfy { $0 == "*" || $0 == $1 }
  }
}
