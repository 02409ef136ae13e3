import Model

/// One connection's secret as it was last seen or written.
struct ConnectionEntry: Sendable {
  var metadata: KVMetadata
  var custom: CustomMetadata
  /// The applied record that counts: of the current version, else of the last one before it.
  var record: AppliedRecord?

  static let none = ConnectionEntry(metadata: .none, custom: CustomMetadata(), record: nil)

  var version: StoreVersion { StoreVersion(String(metadata.current)) }

  /// The version whose record counts.
  static func effective(_ metadata: KVMetadata, _ custom: CustomMetadata) -> Int64? {
    custom.slots.keys.filter { $0 <= metadata.current }.max()
  }

  var isAsRecorded: Bool { record?.version == version }

  /// The store's id: its own if we created it, else its name, which is its path.
  func id(named name: ConnectionName) -> StoreID { custom.id ?? .byName(name) }
}

extension StoreID {
  /// The id of a connection that has none of its own.
  static func byName(_ name: ConnectionName) -> StoreID { StoreID("name:\(name)") }
}
