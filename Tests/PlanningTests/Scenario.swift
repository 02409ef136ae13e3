import Diagnostics
import Model
import Planning

/// One connection in three states: declared, in the store, as last applied. Each test moves some
/// of it and looks at the plan.
struct Scenario {
  static let place = ConnectionOrigin(
    file: "connections/it.yaml", name: Span(at: .start), app: Span(at: .start))
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
  var actual: ActualConnection?
  var applied: AppliedRecord?
  var options = PlanningOptions(store: "test")
  var comparison: SecretComparison?

  /// Declared, applied, and in the store as applied.
  init(_ name: String = "it") throws {
    guard let name = ConnectionName(name) else { throw Missing() }
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
      name: name, app: app, labels: labels,
      setup: setup.map { DesiredSetup(type: $0, fields: fields) }, scopes: scopes,
      preventsDestroy: preventsDestroy, origin: Self.place)
  }

  func planned(declared: Bool = true) -> Plan {
    plan(
      PlanningInput(
        desired: declared ? [desired] : [],
        snapshot: Snapshot(
          actual: actual.map { [name: $0] } ?? [:], applied: applied.map { [name: $0] } ?? [:]),
        catalog: Self.catalog,
        comparisons: comparison.map { [FieldAddress(name, "api_key"): $0] } ?? [:],
        options: options))
  }
}

struct Missing: Error {}

/// A message of which only the outside matters here: session-key packet for one key id, and an
/// encrypted data packet (RFC 4880 sections 5.1 and 5.13); `number` makes it another one.
func message(_ number: UInt8) throws -> SealedMessage {
  let key: [UInt8] = [
    0x84, 0x0E, 3, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18, 18, 0, 1, 1, 1,
  ]
  let data: [UInt8] = [0xD2, 4, 1, 0xFF, 0xFF, number]
  return try SealedMessage(
    armored: "-----BEGIN PGP MESSAGE-----\n\n\(base64(key + data))\n-----END PGP MESSAGE-----\n")
}

private func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  var text = ""
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    var word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    word <<= UInt32(3 - group.count) * 8
    for place in 0..<4 {
      text.append(
        place <= group.count ? digits[Int(word >> UInt32(18 - 6 * place)) & 63] : "=")
    }
  }
  return text
}

extension Plan {
  var codes: [DiagnosticCode] { findings.map(\.diagnostic.code) }
}
