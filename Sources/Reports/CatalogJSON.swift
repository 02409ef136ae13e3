package import Model

/// Apps for programs.
package enum CatalogJSON {
  package static func text(_ apps: [App]) -> JSONReport {
    JSONReport(Form(apps: apps.map(AppForm.init)))
  }

  private struct Form: Encodable {
    let apps: [AppForm]
  }

  private struct AppForm: Encodable {
    let id: String
    let name: String
    let setups: [SetupForm]
    let actions: [ActionForm]
    let scopes: [String]

    init(_ app: App) {
      id = app.id.rawValue
      name = app.name
      setups = app.setups.map(SetupForm.init)
      actions = app.actions.map(ActionForm.init)
      scopes = app.knownScopes.map(\.rawValue)
    }
  }

  private struct SetupForm: Encodable {
    let type: String
    let fields: [FieldForm]
    let accepts_other_fields: Bool
    let grant: String?

    init(_ setup: SetupShape) {
      type = setup.type.rawValue
      fields = setup.fields.map(FieldForm.init)
      accepts_other_fields = setup.isOpen
      grant = setup.grant?.rawValue
    }
  }

  private struct FieldForm: Encodable {
    let name: String
    let required: Bool
    let secret: Bool
    let min_length: Int
    let max_length: Int?
    let one_of: [String]?
    let format: String?

    init(_ field: FieldShape) {
      name = field.name.rawValue
      required = field.isRequired
      secret = field.isSecret
      min_length = field.constraint.minLength
      max_length = field.constraint.maxLength
      one_of = field.constraint.oneOf.isEmpty ? nil : field.constraint.oneOf
      format = field.constraint.format?.rawValue
    }
  }

  private struct ActionForm: Encodable {
    let name: String
    let connection: String
    let scopes: [String]

    init(_ action: FlowAction) {
      name = action.name
      connection = action.connection.rawValue
      scopes = action.scopes.map(\.rawValue)
    }
  }
}
