import Manifests
import Model
import Testing

/// What other tools' files say becomes connections, and nothing of it is lost without a word.
@Suite struct ForeignFormatTests {
  private func read(
    _ json: String, as format: ForeignFormat = .json
  ) throws -> (found: [ForeignConnection], unread: [UnreadPart]) {
    format.connections(in: try ImportedData(json: Array(json.utf8)), file: "it", .builtIn)
  }

  private func one(_ json: String, as format: ForeignFormat = .json) throws -> ForeignConnection {
    let (found, unread) = try read(json, as: format)
    #expect(found.count == 1 && unread.isEmpty, "\(unread)")
    return try #require(found.first)
  }

  /// The fields are in `setup` or `fields`, or beside the app.
  @Test(arguments: [
    #"{"crm": {"name": "crm", "app_id": "http", "type": "bearer", "token": "t"}}"#,
    #"{"crm": {"app_id": "http", "fields": {"type": "bearer", "token": "t"}}}"#,
    #"{"crm": {"name": "crm", "appId": "http", "setup": null, "type": "bearer", "token": "t"}}"#,
    #"{"crm": {"name": "crm", "app_id": "http", "setup": null, "fields": {"type": "bearer", "token": "t"}}}"#,
    #"{"crm": {"app": "http", "setup": {"type": "bearer"}, "fields": {"token": "t"}}}"#,
    #"{"crm": {"app": null, "app_id": "http", "type": "bearer", "token": "t", "user": null}}"#,
    #"{"name": "crm", "app_id": "http", "setup": {"type": "bearer", "token": "t"}, "id": "ac_1", "fingerprint": "f", "environment": null, "account_name": "a", "ready": true, "created_at": "c"}"#,
  ])
  func theFieldsAreFound(json: String) throws {
    let connection = try one(json)
    #expect(connection.name == "crm" && connection.app == "http" && connection.type == "bearer")
    #expect(connection.fields == ["token": "t"])
    #expect(connection.left == [])
  }

  @Test(arguments: [#"["a", "b"]"#, #""a b""#])
  func scopesAreAListOrOneText(scopes: String) throws {
    for app in ["app", "app_id"] {
      #expect(
        try one(#"{"name": "crm", "\#(app)": "http", "scopes": \#(scopes)}"#).scopes == ["a", "b"])
    }
  }

  @Test(arguments: [
    (#""setup": {"type": "bearer", "token": ["t"]}"#, "`token`, which is not a text"),
    (#""setup": {"type": "bearer"}, "token": "t""#, "`token`, which is beside the setup"),
    (#""setup": "bearer""#, "`setup`, which is not a mapping"),
    (#""type": ["bearer"]"#, "`type`, which is not a text"),
    (#""token": {"a": "t"}"#, "`token`, which is not a text"),
    (#""setup": {"token": "t"}, "fields": {"token": "u"}"#, "`token`, which has several values"),
    (#""scopes": ["a", {}]"#, "`scopes`, which are neither a list of texts nor one text"),
    (#""scopes": {"a": 1}"#, "`scopes`, which are neither a list of texts nor one text"),
  ])
  func whatIsNotTakenIsNamed(members: String, reason: String) throws {
    for app in ["app", "app_id"] {
      #expect(
        try one(#"{"name": "crm", "\#(app)": "http", \#(members)}"#).left == [reason])
    }
  }

  @Test(arguments: [ForeignFormat.terraform, .deployCLI, .auth0])
  func aFieldThatIsNotATextIsNamed(format: ForeignFormat) throws {
    let object =
      #"{"name": "crm", "app_id": "HTTP", "setup": {"type": "BEARER", "token": ["t"], "url": null}}"#
    let resource = #"{"type": "auth0_flow_vault_connection", "name": "crm", "instances": "#
    let json =
      format == .terraform
      ? #"{"version": 4, "resources": [\#(resource)[{"attributes": \#(object)}]}]}"# : object
    let connection = try one(json, as: format)
    #expect(connection.left == ["`token`, which is not a text"] && connection.fields.isEmpty)
    let draft = try ImportDraft(connection, .builtIn, hasKeywords: false)
    #expect(draft.left == connection.left)
  }

  @Test func aManifestKeepsWhatCanBeKept() throws {
    let json = #"""
      {"apiVersion": "vaultctl/v1", "kind": "Connection",
       "metadata": {"name": "crm", "labels": {"team": "a", "b c": "d"}, "annotations": {"x": "y"}},
       "spec": {"app": "http", "setup": {"type": "bearer", "token": "t"}, "scopes": ["a"],
         "lifecycle": {"preventDestroy": true}, "publicFields": ["x"], "ignore": ["y"]}}
      """#
    let connection = try one(json)
    let draft = try ImportDraft(connection, .builtIn, hasKeywords: false)
    #expect(draft.labels == ["team": "a"] && draft.preventsDestroy)
    #expect(draft.secrets == ["token": "t"] && draft.scopes == ["a"])
    #expect(
      draft.left == [
        "`metadata.labels.b c`, which cannot be a label",
        "`metadata.annotations`, which is not imported",
        "`spec.publicFields`, which is not imported",
        "`spec.ignore`, which is not imported",
      ])
  }

  /// What is neither true nor false, or not a mapping.
  @Test(arguments: [
    (
      #""preventDestroy": "yes""#,
      "`spec.lifecycle.preventDestroy`, which is neither true nor false"
    ),
    (#""preventDestroy": []"#, "`spec.lifecycle.preventDestroy`, which is neither true nor false"),
    (#""other": 1"#, "`spec.lifecycle.other`, which is not imported"),
  ])
  func aManifestsOddLifecycleIsNamed(members: String, reason: String) throws {
    let connection = try one(
      #"{"kind": "Connection", "metadata": {"name": "a"}, "spec": {"app": "http", "lifecycle": {\#(members)}}}"#
    )
    #expect(connection.left == [reason] && !connection.preventsDestroy)
  }

  /// What belongs to nothing, and why.
  @Test(arguments: [
    (
      ForeignFormat.json, #"{"a": {"b": "c"}}"#, "it, `a`.`b`",
      "its keys do not show which connection it belongs to"
    ),
    (.auth0, #"[{"name": "a"}]"#, "it", "it has no `name` or no `app_id`"),
    (.deployCLI, #"{"app_id": "HTTP"}"#, "it", "it has no `name` or no `app_id`"),
    (
      .terraform,
      #"{"resources": [{"type": "auth0_flow_vault_connection", "name": "x", "instances": [{"attributes": {}}]}]}"#,
      "auth0_flow_vault_connection.x", "it has no `name` or no `app_id`"
    ),
  ])
  func whatIsUnreadHasAReason(
    format: ForeignFormat, json: String, origin: String, reason: String
  ) throws {
    let unread = try read(json, as: format).unread
    #expect(unread.map(\.origin) == [origin] && unread.map(\.reason) == [reason])
  }

  /// What a replacement left, by its key in a state and in what `terraform show -json` prints.
  @Test(arguments: [
    #"{"resources": [{"type": "auth0_flow_vault_connection", "name": "x", "instances": [{"attributes": {"name": "new", "app_id": "HTTP"}}, {"deposed": "0123abcd", "attributes": {"name": "old", "app_id": "HTTP"}}]}]}"#,
    #"{"values": {"root_module": {"resources": [{"type": "auth0_flow_vault_connection", "address": "auth0_flow_vault_connection.x", "values": {"name": "new", "app_id": "HTTP"}}, {"type": "auth0_flow_vault_connection", "address": "auth0_flow_vault_connection.x", "deposed_key": "0123abcd", "values": {"name": "old", "app_id": "HTTP"}}]}}}"#,
  ])
  func aDeposedObjectIsNoConnection(json: String) throws {
    let (found, unread) = try read(json, as: .terraform)
    #expect(found.map(\.name) == ["new"])
    #expect(unread.map(\.origin) == ["auth0_flow_vault_connection.x (deposed 0123abcd)"])
    #expect(unread.map(\.reason) == ["it was replaced, and the next `terraform apply` destroys it"])
  }

  /// A mapping can make one of it, and a manifest would have the key twice.
  @Test func aFieldIsNotCalledType() throws {
    for (app, type) in [("http", "bearer"), ("open", "any")] {
      let catalog = Catalog.builtIn.adding([
        App(
          id: "open", name: "Open", setups: [SetupShape(type: "any", fields: [], isOpen: true)])
      ])
      let draft = try ImportDraft(
        ForeignConnection(
          name: "a", app: app, fields: ["type": "x", "token": "t"], origin: "it"),
        catalog, hasKeywords: false)
      #expect(draft.shape?.type == SetupType(type))
      #expect(draft.left == ["`type`, which is the setup's type and not a field"])
      #expect(draft.secrets == ["token": "t"] && draft.plain.isEmpty)
    }
  }

  @Test func anEmptyTextIsNamed() throws {
    let draft = try ImportDraft(
      one(#"{"name": "a", "app": "http", "type": "bearer", "token": ""}"#), .builtIn,
      hasKeywords: false)
    #expect(draft.left == ["`token`, which is empty"] && draft.secrets.isEmpty)
  }

  @Test func aKeywordIsNoName() throws {
    let connection = try one(###"{"name": "##ENV##-crm", "app_id": "HTTP"}"###, as: .deployCLI)
    #expect(throws: ImportDraft.Refusal.keywordInName) {
      _ = try ImportDraft(connection, .builtIn, hasKeywords: true)
    }
  }
}
