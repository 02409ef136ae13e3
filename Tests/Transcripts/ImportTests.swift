import Foundation
import TestSupport
import Testing

/// Connections of a store become manifests, and the next plan is empty.
@Suite struct ImportTests {
  /// Three connections in the store that nobody declares, and no record of any apply.
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(
      extra: """
        apps:
          ledger:
            setups:
              - {type: key, open: true, fields: [{name: region, secret: false}]}
        """)
    try sandbox.write(
      httpManifest("billing api: #1", token: "line one\\nline two", scopes: "[read, write]")
        .replacingOccurrences(of: "billing api: #1", with: "\"billing api: #1\"")
        .replacingOccurrences(
          of: "token: line one\\nline two", with: "token: \"line one\\nline two\""),
      to: "connections/billing.yaml")
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: Billing-API---1, labels: {team: "true", tier: a}}
      spec:
        app: ledger
        setup: {type: key, region: "on: 'e' #x", count: 5, live: true, word: "5", pin: "0042"}
        publicFields: [count, live, word]
        lifecycle: {preventDestroy: true}
      ---
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: empty}
      spec: {app: slack}
      """, to: "connections/others.yaml")
    #expect(try sandbox.vaultctl(["encrypt"], isRecorded: false).status == 0)
    let applied = try sandbox.vaultctl(["apply", "--auto-approve"])
    #expect(applied.status == 0, "\(applied.errorText)")
    for scopes in [["read", "write"]] {
      #expect(
        try sandbox.vaultctl(["scopes", "record", "billing api: #1"] + scopes).status == 0)
    }
    for file in ["billing", "others"] {
      try FileManager.default.removeItem(atPath: sandbox.folder.path + "/connections/\(file).yaml")
    }
    return sandbox
  }

  private func forgetRecords(_ sandbox: Sandbox) throws {
    _ = try sandbox.changeStore("DELETE FROM applied")
  }

  private func expectEmptyPlan(_ sandbox: Sandbox) throws {
    let plan = try sandbox.vaultctl(["plan", "--detailed-exitcode"])
    #expect(plan.status == 0, "\(plan.text)\(plan.errorText)")
  }

  @Test(arguments: ["with-records", "without-records"])
  func thePlanAfterAnImportIsEmpty(_ records: String) throws {
    let sandbox = try sandbox()
    if records == "without-records" {
      try forgetRecords(sandbox)
      sandbox.transcript.note("The store lost the records of what was applied.")
    }
    let imported = try sandbox.vaultctl(["import", "--all"])
    #expect(imported.status == 0, "\(imported.errorText)")
    try expectEmptyPlan(sandbox)
    #expect(try sandbox.vaultctl(["validate"]).status == 0)
    #expect(
      try sandbox.vaultctl(["decrypt", "billing api: #1", "token"]).text == "line one\nline two")
    #expect(try sandbox.vaultctl(["decrypt", "Billing-API---1", "pin"]).text == "0042")
    #expect(try sandbox.vaultctl(["import", "--all"]).status == 0)
    // The record knows the values: sealed again, they are found to be the same.
    #expect(
      try sandbox.vaultctl(["set", "Billing-API---1", "pin"], input: "0042").status == 0)
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    for name in ["billing-api---1", "billing-api---1-2", "empty"] {
      try sandbox.recordFile("connections/\(name).yaml")
    }
    try sandbox.expectTranscript(case: records)
  }

  @Test func aSecretThatCannotBeReadIsIgnoredAndFlagged() throws {
    let sandbox = try sandbox()
    try forgetRecords(sandbox)
    // A keyring with the public key alone: it seals, and opens nothing.
    let other = try GPGHome()
    try sandbox.home.copyKey(sandbox.key, to: other)
    sandbox.transcript.note("with a public key alone")
    let imported = try sandbox.vaultctl(["import", "--all"], home: other.path)
    // The manifests are written; a record in the store needs its key.
    #expect(imported.status == 4 && imported.errorText.contains("error[VC4010]"))
    sandbox.transcript.note("where a key is")
    #expect(try sandbox.vaultctl(["apply", "--adopt", "--auto-approve"]).status == 0)
    try expectEmptyPlan(sandbox)
    sandbox.transcript.note("The token is taken over later.")
    #expect(
      try sandbox.vaultctl(["set", "billing api: #1", "token"], input: "n3w").status == 0)
    let file = "connections/billing-api---1.yaml"
    let all = try ["connections/billing-api---1-2.yaml", file].map { try sandbox.read($0) }
    let text = try #require(all.first { $0.contains("token") })
    #expect(text.contains("  ignore:\n    - token\n"))
    let location = text == all[1] ? file : "connections/billing-api---1-2.yaml"
    try sandbox.write(
      text.replacingOccurrences(of: "  ignore:\n    - token\n", with: ""), to: location)
    #expect(try sandbox.vaultctl(["plan", "--detailed-exitcode"]).status == 2)
    try sandbox.expectTranscript()
  }

  @Test func allNamesAreCheckedBeforeAnyIsImported() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["import", "empty"]).status == 0)
    #expect(try sandbox.vaultctl(["import", "emty", "empty"]).status == 1)
    #expect(try sandbox.vaultctl(["import"]).status == 64)
    try sandbox.expectTranscript()
  }
}
