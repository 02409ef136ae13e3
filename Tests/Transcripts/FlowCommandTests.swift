import Foundation
import TestSupport
import Testing

/// Flows beside a project: what they need is found, made, and drawn.
@Suite struct FlowCommandTests {
  private func sandbox() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.writeProject(extra: "flows: [\"flows/**/*.json\"]")
    try sandbox.write(
      """
      {"id": "af_1", "name": "Sign Up", "actions": [
        {"id": "1", "type": "SLACK", "action": "POST_MESSAGE", "params": {"connection_id": "chat"}},
        {"id": "2", "type": "TWILIO", "action": "SEND_SMS", "params": {}},
        {"id": "3", "type": "TWILIO", "action": "MAKE_CALL", "params": {}},
        {"id": "4", "type": "HTTP", "action": "SEND_REQUEST", "params": {"url": "https://x"}},
        {"id": "5", "type": "AUTH0", "action": "SEND_EMAIL", "params": {}},
        {"id": "6", "type": "STRIPE", "action": "GET_CUSTOMER",
          "params": {"connection_id": "ac_1234567890123456789012"}}
      ]}
      """, to: "flows/deep/sign-up.json")
    return sandbox
  }

  @Test func everyActionWithoutAConnectionGetsAnEmptyOne() throws {
    let sandbox = try sandbox()
    let made = try sandbox.vaultctl(["new", "--from-flow", "flows/deep/sign-up.json"])
    #expect(made.status == 0, "\(made.errorText)")
    let plan = try sandbox.vaultctl(["plan", "--fail-on", "flow"])
    #expect(plan.status == 3, "two actions name no connection yet")
    let flow = try sandbox.read("flows/deep/sign-up.json")
    try sandbox.write(
      flow.replacingOccurrences(
        of: "\"params\": {}", with: "\"params\": {\"connection_id\": \"sign-up-twilio\"}"
      )
      .replacingOccurrences(
        of: "\"SEND_EMAIL\", \"params\": {\"connection_id\": \"sign-up-twilio\"}",
        with: "\"SEND_EMAIL\", \"params\": {}"),
      to: "flows/deep/sign-up.json")
    sandbox.transcript.note("The flow names the new connection in all of its actions.")
    let complete = try sandbox.vaultctl(["plan", "--fail-on", "flow"])
    #expect(complete.status == 0, "\(complete.text)")
    #expect(try sandbox.vaultctl(["new", "--from-flow", "flows/deep/sign-up.json"]).status == 0)
    try sandbox.expectTranscript()
  }

  @Test func validateReportsWhatThePlanReports() throws {
    let sandbox = try sandbox()
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 0)
    #expect(!validated.errorText.contains("ac_1234567890123456789012"), "a store may know it")
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    try sandbox.write("{\"name\": 1, \"actions\": 2}", to: "flows/bad.json")
    #expect(try sandbox.vaultctl(["plan"]).status == 1)
    try sandbox.expectTranscript()
  }

  @Test func theGraphIsDrawn() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"]).status == 0)
    for format in ["text", "dot", "mermaid"] {
      #expect(try sandbox.vaultctl(["graph", "--format", format]).status == 0)
    }
    try sandbox.expectTranscript()
  }

  @Test func renamingListsTheFlowsThatStillUseTheOldName() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"]).status == 0)
    #expect(try sandbox.vaultctl(["rename", "chat", "talk"]).status == 0)
    #expect(try sandbox.vaultctl(["plan"]).status == 0)
    try sandbox.expectTranscript()
  }
}
