import Diagnostics
import Model
import Planning
import TestSupport
import Testing

/// One connection in three states: declared, in the store, as last applied. Each test moves some
/// of it and looks at the plan.
struct Scenario {
  static let location = ConnectionOrigin(
    file: "connections/it.yaml", name: SourceRange(at: .start), app: SourceRange(at: .start))
  static let catalog = Catalog([
    App(
      id: "crm", name: "CRM",
      setups: [
        SetupShape(
          type: "key",
          fields: [
            FieldShape("zone"), FieldShape("api_key", secret: true),
            FieldShape("note", required: false),
          ]),
        SetupShape(type: "token", fields: [FieldShape("token", secret: true)]),
      ]),
    App(id: "mail", name: "Mail", setups: [SetupShape(type: "key", fields: [])]),
  ])

  var name: ConnectionName
  var app: AppID = "crm"
  var setup: SetupType? = "key"
  var fields: [FieldName: FieldValue]
  var labels = ["team": "sales"]
  var scopes: Set<Scope>?
  var preventsDestroy = false
  var ignored: Set<FieldName> = []
  /// The name in the store, where that is another one.
  var former: ConnectionName?
  var actual: ActualConnection?
  var applied: AppliedRecord?
  var options = PlanningOptions(store: "test")
  var comparison: SecretComparison?

  /// Declared, applied, and in the store as applied.
  init(_ name: String = "it") throws {
    let name = try #require(ConnectionName(name))
    self.name = name
    fields = ["zone": .plain(.string("eu")), "api_key": .sealed(try message(1))]
    actual = Self.actual(name)
    applied = Self.applied(
      name,
      [
        "zone": .plain(.string("eu")),
        "api_key": .sealed(ciphertext: try message(1).digest, value: "v1", version: "1"),
      ])
  }

  static func actual(
    _ name: ConnectionName, app: AppID = "crm", setup: SetupType? = "key",
    zone: String = "eu", secretVersion: StoreVersion? = "1", labels: [String: String]? = nil,
    granted: Set<Scope>? = nil, version: StoreVersion = "1"
  ) -> ActualConnection {
    var fields: [FieldName: ActualField] = ["zone": .plain(.string(zone))]
    if let secretVersion { fields["api_key"] = .secret(version: secretVersion) }
    return ActualConnection(
      id: "id", name: name, app: app, setupType: setup, fields: fields,
      labels: labels ?? ["team": "sales"], grantedScopes: granted, version: version,
      updatedAt: Timestamp(milliseconds: 0))
  }

  static func applied(
    _ name: ConnectionName, _ fields: [FieldName: AppliedField], scopes: Set<Scope>? = nil
  ) -> AppliedRecord {
    AppliedRecord(
      storeID: "id", version: "1", app: "crm", setupType: "key", fields: fields,
      labels: ["team": "sales"], scopes: scopes,
      provenance: Provenance(
        who: "ann", at: Timestamp(milliseconds: 0), toolVersion: "0", commit: nil))
  }

  var desired: DesiredConnection {
    DesiredConnection(
      name: name, formerNames: former.map { [$0] } ?? [], app: app, labels: labels,
      setup: setup.map { DesiredSetup(type: $0, fields: fields) }, scopes: scopes,
      preventsDestroy: preventsDestroy, ignoredFields: ignored, origin: Self.location)
  }

  /// - Parameter others: declared connections that are not in the store.
  func planned(
    declared: Bool = true, others: Int = 0, flows: [Flow] = [], foreign: [ForeignEntry] = []
  ) -> Plan {
    let stored = former ?? name
    let more = (0..<others).compactMap { ConnectionName("other-\($0)") }.map {
      DesiredConnection(name: $0, app: "mail", setup: nil, origin: Self.location)
    }
    return Planner(
      PlanningInput(
        desired: (declared ? [desired] : []) + more,
        snapshot: Snapshot(
          actual: actual.map { [stored: $0] } ?? [:],
          applied: applied.map { [stored: $0] } ?? [:], foreignEntries: foreign),
        catalog: Self.catalog,
        comparisons: comparison.map { [FieldAddress(name, "api_key"): $0] } ?? [:],
        options: options, flows: flows)
    ).plan()
  }
}

func message(_ number: UInt8) throws -> SealedMessage {
  try SealedMessage(armored: sealedText(number))
}

extension Plan {
  var codes: [DiagnosticCode] { findings.map(\.diagnostic.code) }
}
