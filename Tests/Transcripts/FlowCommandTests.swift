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

  @Test func everyActionThatLacksAConnectionGetsAnEmptyOne() throws {
    let sandbox = try sandbox()
    let made = try sandbox.vaultctl(["new", "--from-flow", "flows/deep/sign-up.json"])
    #expect(made.status == 0, "\(made.errorText)")
    #expect(
      made.text == """
        Made connections/ac_1234567890123456789012.yaml
        Made connections/chat.yaml
        Made connections/signup-twilio.yaml

        """)
    #expect(
      made.errorText == """
        name `signup-twilio` as the connection of twilio.make_call in the flow
        name `signup-twilio` as the connection of twilio.send_sms in the flow

        """)
    let plan = try sandbox.vaultctl(["plan", "--fail-on", "flow"])
    #expect(plan.text.contains("Plan: 3 to create, 0 to update, 0 to delete. 3 empty connections."))
    #expect(plan.text.contains("used by flow \"Sign Up\": slack.post_message"))
    #expect(plan.status == 3, "two actions name no connection yet")
    let flow = try sandbox.read("flows/deep/sign-up.json")
    try sandbox.write(
      flow.replacingOccurrences(
        of: "\"params\": {}", with: "\"params\": {\"connection_id\": \"signup-twilio\"}"
      )
      .replacingOccurrences(
        of: "\"SEND_EMAIL\", \"params\": {\"connection_id\": \"signup-twilio\"}",
        with: "\"SEND_EMAIL\", \"params\": {}"),
      to: "flows/deep/sign-up.json")
    let mended = try sandbox.vaultctl(["plan", "--fail-on", "flow"])
    #expect(mended.status == 0, "\(mended.text)")
    #expect(
      try sandbox.vaultctl(["new", "--from-flow", "flows/deep/sign-up.json"]).text
        == "No action of `Sign Up` lacks a connection.\n")
  }

  @Test func validateTellsWhatThePlanTells() throws {
    let sandbox = try sandbox()
    let validated = try sandbox.vaultctl(["validate"])
    #expect(validated.status == 0)
    #expect(
      validated.errorText.contains("warning[VC3019]: flow `Sign Up` uses a connection `chat`"))
    #expect(validated.errorText.contains("flows/deep/sign-up.json:2:86"), "\(validated.errorText)")
    #expect(!validated.errorText.contains("ac_1234567890123456789012"), "a store may know it")
    #expect(try sandbox.vaultctl(["plan"]).text.contains("it looks like a tenant's id"))
    try sandbox.write("{\"name\": 1, \"actions\": 2}", to: "flows/bad.json")
    let refused = try sandbox.vaultctl(["plan"])
    #expect(refused.status == 1 && refused.errorText.contains("error[VC1215]"))
  }

  @Test func theGraphIsDrawn() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"]).status == 0)
    #expect(try sandbox.vaultctl(["graph"]).text.contains("slack.post_message  -> chat [empty]"))
    #expect(try sandbox.vaultctl(["graph", "--format", "dot"]).text.hasPrefix("digraph"))
    #expect(try sandbox.vaultctl(["graph", "--format", "mermaid"]).text.hasPrefix("flowchart LR"))
  }

  @Test func renamingNamesTheFlowsThatLagBehind() throws {
    let sandbox = try sandbox()
    #expect(try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"]).status == 0)
    let renamed = try sandbox.vaultctl(["rename", "chat", "talk"])
    #expect(renamed.errorText == "flows/deep/sign-up.json still names `chat`\n")
    #expect(try sandbox.vaultctl(["plan"]).text.contains("it is called `talk` now"))
  }
}
