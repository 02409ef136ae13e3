package import Model

/// A connection as another tool's files declare it: without the values of its secrets.
package struct ExportedConnection: Sendable {
  package enum Value: Hashable, Sendable {
    case plain(PlainValue)
    /// The tool gets its value from elsewhere.
    case secret
  }

  package struct Field: Hashable, Sendable {
    package let name: FieldName
    package let value: Value
  }

  package let name: ConnectionName
  package let app: AppID
  /// `nil`: it has no setup that a service would take.
  package let setupType: SetupType?
  /// By name.
  package let fields: [Field]
  package let preventsDestroy: Bool
  /// The store's; `nil` if it is not known to have it.
  package let id: StoreID?

  package init(
    name: ConnectionName, app: AppID, setupType: SetupType?, fields: [FieldName: Value],
    preventsDestroy: Bool, id: StoreID?
  ) {
    self.name = name
    self.app = app
    self.setupType = setupType
    self.fields = fields.sorted { $0.key < $1.key }.map { Field(name: $0.key, value: $0.value) }
    self.preventsDestroy = preventsDestroy
    self.id = id
  }
}
