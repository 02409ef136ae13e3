/// Which store a run writes to, and how it gets there: what a saved plan is bound to.
///
/// It has no credential, and no path of one machine.
package struct StoreIdentity: Hashable, Sendable, Codable {
  /// The display name: `openbao:secret/vaultctl`.
  package let name: String
  /// The server that requests are sent to; `nil` for a file.
  package let address: String?
  /// Everything else that decides what is written where, by the project file's names.
  package let settings: [String: String]

  package init(name: String, address: String? = nil, settings: [String: String] = [:]) {
    self.name = name
    self.address = address
    self.settings = settings
  }

  /// How the store that is configured now differs, for people; empty if it is the same.
  package func differences(from now: StoreIdentity) -> [String] {
    if name != now.name { return ["it is for \(name), not \(now.name)"] }
    func difference(_ name: String, _ old: String?, _ new: String?) -> String? {
      if old == new { return nil }
      func value(_ text: String?) -> String { text.map { "`\($0)`" } ?? "not set" }
      return "the store's `\(name)` was \(value(old)) and is now \(value(new))"
    }
    let names = Set(settings.keys).union(now.settings.keys).sorted()
    return [difference("address", address, now.address)].compactMap { $0 }
      + names.compactMap { difference($0, settings[$0], now.settings[$0]) }
  }
}
