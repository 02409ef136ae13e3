import SourceYAML

/// The trusted values of a branch's entries: of the same key, and for an environment of the same id, so that
/// one which the branch renames keeps its trusted settings.
///
/// A name that the trusted file has keeps its id: what a pipeline selects by it stays the same.
struct TrustedCounterparts {
  private var values: [String: YAMLNode] = [:]
  private var found: Set<String> = []

  init(of own: [YAMLEntry], among trusted: [YAMLEntry], at path: SettingPath) {
    let byKey = Dictionary(trusted.map { ($0.keyText, $0) }) { first, _ in first }
    let keys = Set(own.map(\.keyText))
    let areEnvironments = path.keys == ["environments"]
    let removed = areEnvironments ? trusted.filter { !keys.contains($0.keyText) } : []
    let byID = Dictionary(removed.map { ($0.environmentID, $0) }) { first, _ in first }
    for entry in own {
      guard let other = byKey[entry.keyText] ?? byID[entry.environmentID] else { continue }
      found.insert(other.keyText)
      let isSame = areEnvironments && other.environmentID == entry.environmentID
      values[entry.keyText] = isSame ? other.writingID(as: entry) : other.value
    }
  }

  subscript(own: YAMLEntry) -> YAMLNode? { values[own.keyText] }

  /// Whether a trusted entry is one of them.
  func has(_ trusted: YAMLEntry) -> Bool { found.contains(trusted.keyText) }
}

extension YAMLEntry {
  /// As the reader of environments takes it.
  fileprivate var environmentID: String {
    let given = value["id"].flatMap { $0.isNull ? nil : $0.scalar?.text }
    return given ?? keyText
  }

  /// The value, whose id is the same in other words.
  fileprivate func writingID(as own: YAMLEntry) -> YAMLNode {
    let id = own.value.entry("id")
    if id == nil, value.entry("id") == nil { return value }
    let rest = (value.entries ?? []).filter { $0.keyText != "id" }
    return value.mapping(rest + [id].compactMap(\.self))
  }
}
