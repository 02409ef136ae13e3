import Diagnostics
import Manifests
import Model
import Testing

@Suite struct FlowTests {
  private func read(_ text: String) -> (flow: Flow?, diagnostics: [Diagnostic]) {
    let read = FlowFile(Array(text.utf8), file: "flows/it.json")
    return (read.flow, read.diagnostics)
  }

  @Test func findsActionsAtAnyDepthWithTheirLocations() throws {
    let read = read(
      """
      {
      \t"id": "af_1", "name": "Welcome \\ud83d\\ude00", "unknown": [1, null],
      \t"actions": [
      \t\t{"id": "a", "type": "FLOW", "action": "BOOLEAN_CONDITION", "params": {
      \t\t\t"then": [
      \t\t\t\t{"id": "b", "type": "TWILIO", "action": "SEND_SMS",
      \t\t\t\t "params": {"connection_id": "twilio-prod", "to": "{{secret}}"}}
      \t\t\t],
      \t\t\t"else": [{"id": "c", "type": "MAILJET", "action": "SEND_EMAIL", "params": {"x": 1}}]
      \t\t}},
      \t\t{"id": "d", "type": "FLOW", "action": "DO_NOTHING"}
      \t]
      }
      """)
    #expect(read.diagnostics.isEmpty)
    let flow = try #require(read.flow)
    #expect(flow.name == "Welcome 😀")
    #expect(
      flow.steps.map(\.title) == [
        "flow.boolean_condition", "twilio.send_sms", "mailjet.send_email", "flow.do_nothing",
      ])
    #expect(flow.steps.map(\.connection) == [nil, "twilio-prod", nil, nil])
    let start = try #require(flow.steps[1].location.range?.start)
    #expect(start.line == 7 && start.column == 34)
  }

  @Test func aFlowWithoutActionsHasNone() throws {
    #expect(try #require(read(#"{"id": "af_1"}"#).flow).steps.isEmpty)
    #expect(try #require(read(#"{"name": "n", "actions": []}"#).flow).steps.isEmpty)
  }

  @Test(arguments: [
    ("", "VC1215 -"), ("[]", "VC1215 1:1"), ("{}", "VC1215 1:1"), (#"{"name": "x""#, "VC1215 1:13"),
    (#"{"name": "x", "actions": {}}"#, "VC1215 1:26"),
    (#"{"name": "x", "actions": [{"type": "A"}]}"#, "VC1215 1:27"),
    (
      #"{"name": "x", "actions": [{"type": "A", "action": "B", "params": {"connection_id": 1}}]}"#,
      "VC1215 1:84"
    ),
  ])
  func refusesAFileThatIsNotAFlow(text: String, expected: String) {
    let read = read(text)
    #expect(read.flow == nil)
    #expect(read.diagnostics.map(\.inBrief) == [expected])
  }
}
