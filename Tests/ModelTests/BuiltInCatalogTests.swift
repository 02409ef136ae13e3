import Model
import Testing

@Suite struct BuiltInCatalogTests {
  @Test func knowsEveryApp() {
    #expect(Catalog.builtIn.apps.count == 21)
    #expect(Catalog.builtIn.apps.values.allSatisfy { !$0.setups.isEmpty && !$0.name.isEmpty })
    #expect(Catalog.builtIn.apps.allSatisfy { $0.key == $0.value.id })
  }

  @Test func spellsIdsInLowerCase() {
    for app in Catalog.builtIn.apps.values {
      let names =
        [app.id.rawValue] + app.setups.map(\.type.rawValue) + app.actions.map(\.name)
      #expect(names.allSatisfy { $0 == $0.lowercased() }, "\(app.id)")
    }
  }

  @Test(arguments: [
    ("twilio", "api_key", ["account_id", "api_key"], ["api_key"]),
    ("stripe", "key_pair", ["private_key", "public_key"], ["private_key"]),
    ("http", "bearer", ["token"], ["token"]),
    ("auth0", "oauth_app", ["client_id", "client_secret", "domain"], ["client_secret"]),
    ("bigquery", "oauth_jwt", [], ["private_key"]),
    ("slack", "webhook", ["url"], ["url"]),
    ("jwt", "jwt", ["algorithm"], []),
  ])
  func knowsWhichFieldsAreRequiredAndSecret(
    app: String, type: String, required: [String], secret: [String]
  ) throws {
    let shape = try #require(Catalog.builtIn[AppID(app)]?.setup(SetupType(type)))
    #expect(shape.missing(from: [] as [FieldName]).map(\.rawValue) == required)
    #expect(shape.fields.filter(\.isSecret).map(\.name.rawValue) == secret)
  }

  @Test func countsUnknownFieldsOfAnOpenSetupAsSecret() throws {
    let shape = try #require(Catalog.builtIn["hubspot"]?.setup("oauth_code"))
    #expect(shape.isOpen)
    #expect(shape.isSecret("realm", publicFields: []))
    #expect(!shape.isSecret("realm", publicFields: ["realm"]))
    #expect(shape.isSecret("code", publicFields: ["code"]))
  }
}
