import Diagnostics
import SourceYAML

/// Walks two trees of settings at once, and takes each setting from one of them.
struct SettingsMerger {
  private let file: String
  private let origin: String
  private let requiresSignatures: Bool
  private(set) var diagnostics: [Diagnostic] = []

  init(file: String, origin: String, requiresSignatures: Bool) {
    self.file = file
    self.origin = origin
    self.requiresSignatures = requiresSignatures
  }

  /// - Parameter place: the branch's node that is nearest to the path, for locations.
  /// - Returns: `nil` if the merged file has nothing there.
  mutating func merged(
    _ own: YAMLNode?, _ trusted: YAMLNode?, at path: SettingPath, near place: YAMLNode
  ) -> YAMLNode? {
    if own == nil, path.isNamed, let trusted { return removed(trusted, at: path, near: place) }
    if TighteningRule(path) == nil, let (mine, theirs) = Self.members(own, trusted) {
      return mapping(own, mine, theirs, at: path, near: place)
    }
    return setting(own, trusted, at: path, near: place)
  }

  /// The entries of two mappings, if at least one is a mapping; nothing and `null` have none.
  private static func members(
    _ own: YAMLNode?, _ trusted: YAMLNode?
  ) -> (own: [YAMLEntry], trusted: [YAMLEntry])? {
    func entries(_ node: YAMLNode?) -> [YAMLEntry]? {
      node.map { $0.isNull ? [] : $0.entries } ?? []
    }
    guard own?.entries != nil || trusted?.entries != nil, let mine = entries(own),
      let theirs = entries(trusted)
    else { return nil }
    return (mine, theirs)
  }

  private mutating func mapping(
    _ own: YAMLNode?, _ mine: [YAMLEntry], _ theirs: [YAMLEntry], at path: SettingPath,
    near place: YAMLNode
  ) -> YAMLNode? {
    var entries: [YAMLEntry] = []
    let pairs = TrustedCounterparts(of: mine, among: theirs, at: path)
    for entry in mine {
      let other = pairs[entry]
      let below = path.appending(entry.keyText)
      if let node = merged(entry.value, other, at: below, near: entry.value) {
        entries.append(entry.replacingValue(node))
      }
    }
    for entry in theirs where !pairs.has(entry) {
      let below = path.appending(entry.keyText)
      if let node = merged(nil, entry.value, at: below, near: place) {
        entries.append(entry.replacingValue(node).located(at: place.range.start))
      }
    }
    // An app or an environment of which nothing is left is still declared.
    if entries.isEmpty, !mine.isEmpty || own == nil, !path.isNamed { return nil }
    return (own ?? place).mapping(entries)
  }

  private mutating func setting(
    _ own: YAMLNode?, _ trusted: YAMLNode?, at path: SettingPath, near place: YAMLNode
  ) -> YAMLNode? {
    func setting(_ node: YAMLNode?) -> Setting? {
      node.flatMap { $0.isNull ? nil : Setting(path: path, value: SettingValue($0), node: $0) }
    }
    let (mine, theirs) = (setting(own), setting(trusted))
    guard let either = mine ?? theirs, mine?.value != theirs?.value else { return own }
    switch SettingTrust(either) {
    case .harmless: return own
    case .guarded(let rule):
      if rule.accepts(
        mine?.value, instead: theirs?.value, requiresSignatures: requiresSignatures)
      {
        return own
      }
      diagnostics.append(.looserSetting(path, mine, theirs, origin: origin, file: file))
    case .local, .required:
      diagnostics.append(.untrustedSetting(path, mine, theirs, origin: origin, file: file))
    }
    return trusted?.located(at: place.range.start)
  }

  /// An app or an environment that the branch removes: the trusted one stays as a whole, unless
  /// nothing of it needs trust.
  private mutating func removed(
    _ trusted: YAMLNode, at path: SettingPath, near place: YAMLNode
  ) -> YAMLNode? {
    guard
      SettingsTree(trusted, at: path).settings.contains(where: { SettingTrust($0) != .harmless })
    else { return nil }
    let theirs = Setting(path: path, value: SettingValue(trusted), node: trusted)
    diagnostics.append(.untrustedSetting(path, nil, theirs, origin: origin, file: file))
    return trusted.located(at: place.range.start)
  }
}

extension SettingPath {
  /// An app or an environment: its name is a key, and the project's own.
  fileprivate var isNamed: Bool {
    keys.count == 2 && (keys[0] == "apps" || keys[0] == "environments")
  }
}
