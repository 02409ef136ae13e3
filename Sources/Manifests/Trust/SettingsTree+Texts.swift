extension SettingsTree {
  /// Every setting as texts by its name, for a comparison of two files: read from the structure of the
  /// file, so that no setting is left out.
  package var texts: [String: [String]] {
    var texts: [String: [String]] = [:]
    for setting in settings { add(setting.value, setting.path.text, to: &texts) }
    return texts
  }

  /// - A list of texts is compared item by item.
  /// - Items that name themselves (a setup by its type, a field by its name) are settings of their
  ///   own: `apps.crm.setups[api_key].fields[token].secret`.
  /// - The first recipient rule that matches a file counts, so their order is a setting as well.
  private func add(_ value: SettingValue, _ name: String, to texts: inout [String: [String]]) {
    switch value {
    case .text(let text), .plain(let text): texts[name, default: []].append(text)
    case .mapping(let members):
      for member in members { add(member.value, "\(name).\(member.key)", to: &texts) }
    case .list(let items):
      if let rules = recipientRules(items, name) {
        for (path, keys) in rules { texts["\(name) of \(path)", default: []] += keys }
        if rules.count > 1 {
          texts["order of \(name)"] = [rules.map(\.path).joined(separator: ", then ")]
        }
      } else if let named = namedItems(items) {
        for (item, members) in named {
          add(.mapping(members), "\(name)[\(item)]", to: &texts)
          // It is there even if it says nothing but its name.
          if members.isEmpty { texts["\(name)[\(item)]"] = ["defined"] }
        }
      } else {
        texts[name, default: []] += items.map { item in
          switch item {
          case .text(let text), .plain(let text): text
          case .list, .mapping: item.text
          }
        }
      }
    }
  }

  private func recipientRules(
    _ items: [SettingValue], _ name: String
  ) -> [(path: String, keys: [String])]? {
    guard name == "recipients" || (name.hasPrefix("environments.") && name.hasSuffix(".recipients"))
    else { return nil }
    var rules: [(path: String, keys: [String])] = []
    for item in items {
      guard case .mapping(let members) = item,
        let keys = members.first(where: { $0.key == "keys" })?.value.listedTexts
      else { return nil }
      let path = members.first { $0.key == "path" }?.value
      guard case .text(let text) = path ?? .text("**") else { return nil }
      rules.append((text, keys))
    }
    return rules
  }

  /// `nil` unless all items are mappings with different names.
  private func namedItems(
    _ items: [SettingValue]
  ) -> [(name: String, members: [SettingValue.Member])]? {
    var named: [(name: String, members: [SettingValue.Member])] = []
    for item in items {
      guard case .mapping(let members) = item,
        let naming = members.first(where: { ["type", "name", "action"].contains($0.key) }),
        case .text(let name) = naming.value
      else { return nil }
      named.append((name, members.filter { $0.key != naming.key }))
    }
    return named.isEmpty || Set(named.map(\.name)).count < named.count ? nil : named
  }
}
