import Diagnostics
import Manifests
import Model
import Testing

@Suite struct FlowTests {
  private func read(_ text: String) -> (flow: Flow, diagnostics: [Diagnostic]) {
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
    let flow = read.flow
    #expect(flow.gaps.isEmpty)
    #expect(flow.name == "Welcome 😀")
    #expect(
      flow.steps.map(\.title) == [
        "flow.boolean_condition", "twilio.send_sms", "mailjet.send_email", "flow.do_nothing",
      ])
    #expect(flow.steps.map(\.connection) == [nil, "twilio-prod", nil, nil])
    let start = try #require(flow.steps[1].location.range?.start)
    #expect(start.line == 7 && start.column == 34)
  }

  @Test func ofManyFaultsAHundredAreReportedAndTheNumberOfTheOthers() throws {
    let actions = (0..<350).map { "{\"type\": \($0)}" }.joined(separator: ",\n")
    let read = read("{\"id\": \"af_1\", \"actions\": [\n\(actions)\n]}")
    #expect(read.diagnostics.count == 101)
    let last = try #require(read.diagnostics.last)
    #expect(last.code == .tooManyFaults && last.message.hasPrefix("250 more"), "\(last)")
  }

  @Test func aFlowWithoutActionsHasNone() throws {
    for text in [
      #"{"id": "af_1"}"#, #"{"name": "n", "actions": []}"#, #"{"name": "n", "actions": null}"#,
    ] {
      let read = read(text)
      #expect(read.flow.steps.isEmpty && read.flow.gaps.isEmpty && read.diagnostics.isEmpty)
    }
  }

  @Test(arguments: [
    ("", "VC1215 -"), ("[]", "VC1215 1:1"), ("{}", "VC1215 1:1"), (#"{"name": "x""#, "VC1215 1:13"),
    (#"{"name": "x", "actions": {}}"#, "VC1215 1:26"),
    (
      #"{"name": "x", "actions": [{"type": "A", "action": "B", "params": {"connection_id": 1}}]}"#,
      "VC1215 1:84"
    ),
  ])
  func refusesAFileThatIsNotAFlow(text: String, expected: String) {
    let read = read(text)
    #expect(read.flow.gaps.count == 1)
    #expect(read.diagnostics.map(\.inBrief) == [expected])
    #expect(read.diagnostics.hasErrors)
  }

  private static let deep =
    String(repeating: "{\"a\":[", count: 70) + "1" + String(repeating: "]}", count: 70)

  /// Whatever else a definition has, the connection that it uses is found.
  @Test(arguments: [
    // What is beside the action that uses it.
    #"{"type": "A", "action": "B", "params": {"connection_id": ""}}"#,
    #"{"type": "A", "action": "B", "params": {"connection_id": 12}}"#,
    #"{"type": "A", "action": "B", "params": {"connection_id": null}}"#,
    #"{"type": "A", "action": "B", "params": {"connection_id": {"x": []}}}"#,
    #"{"type": "A"}"#, "null", "[]", "17", #""text""#, #"{"type": 1, "action": []}"#,
    #"{"type": "A", "type": "A", "action": "B", "params": {}, "params": {"x": 1, "x": 2}}"#,
    #"{"type": "A", "action": "B", "alias": "\ud800"}"#,
    #"{"type": "A", "action": "B", "alias": "\udfff\ud800 \u0000"}"#,
    "{\"type\": \"A\", \"action\": \"B\", \"alias\": \"\u{7F}\u{85}\u{2028}\u{FFFE}\u{FFFF}\"}",
    "{\"type\": \"A\", \"action\": \"B\", \"\(String(repeating: "k", count: 2000))\": 1}",
    "{\"type\": \"A\", \"action\": \"B\", \"params\": \(deep)}",
    #"{"type": "A", "action": "B", "params": {"x": "\t*a &b !c %d @e `f` - ? : # | >"}}"#,
    #"{"type": "FLOW", "action": "BOOLEAN_CONDITION", "params": {"then": {}, "else": 3}}"#,
  ])
  func findsTheConnectionBeside(_ other: String) {
    let used = #"{"type": "HTTP", "action": "SEND", "params": {"connection_id": "ac_used"}}"#
    for actions in ["[\(other), \(used)]", "[\(used),\(other)]"] {
      let flow = read("{\"name\": \"x\", \"actions\": \(actions)}").flow
      #expect(flow.steps.contains { $0.title == "http.send" && $0.connection == "ac_used" })
    }
  }

  /// Wherever the reference is, and whatever is around it.
  @Test(arguments: [
    #"{"type": "HTTP", "action": "SEND", "params": {"a": [{"connection_id": "ac_used"}]}}"#,
    #"{"type": "HTTP", "action": "SEND", "connection_id": "ac_used"}"#,
    #"{"type": "HTTP", "action": "SEND", "params": [{"connection_id": "ac_used"}]}"#,
    #"{"type": "HTTP", "action": "SEND", "options": {"x": {"connection_id": "ac_used"}}}"#,
    #"{"action": "SEND", "params": {"connection_id": "ac_used"}}"#,
    #"{"params": {"connection\u005fid": "ac\u005fused"}}"#,
    #"{"type": "HTTP", "action": "SEND", "params": {"connection_id": "x", "connection_id": "ac_used"}}"#,
    #"{"type": "HTTP", "action": "SEND", "params": {"connection_id": "ac_used", "connection_id": ""}}"#,
    #"{"type": "HTTP", "action": "SEND", "params": {"connection_id": "ac_used"}, "params": {}}"#,
    #"{"type": "HTTP", "action": "SEND", "params": {"connection_id": {"connection_id": "ac_used"}}}"#,
    #"{"type": "FLOW", "action": "SWITCH", "params": {"cases": [{"match": 1, "then": [{"type": "HTTP", "action": "SEND", "params": {"connection_id": "ac_used"}}]}]}}"#,
    #"{"type": "FLOW", "action": "LOOP", "params": {"body": {"type": "HTTP", "action": "SEND", "params": {"connection_id": "ac_used"}}}}"#,
    #"[[{"connection_id": "ac_used"}]]"#,
  ])
  func findsTheConnectionIn(_ action: String) {
    for text in [
      #"{"name": "x", "actions": [\#(action)]}"#, #"{"name": "x", "then": [\#(action)]}"#,
      #"{"name": "x", "actions": [], "actions": [\#(action)]}"#,
      #"{"name": "x", "actions": {"first": \#(action)}}"#,
    ] {
      #expect(read(text).flow.steps.contains { $0.connection == "ac_used" }, "\(text)")
    }
  }

  @Test func anIdUnderAnotherKeyIsAUse() throws {
    let id = "ac_" + String(repeating: "x", count: 22)
    let flow = read(
      #"{"name": "x", "actions": [{"type": "A", "action": "B", "params": {"vault": ["\#(id)"]}}]}"#
    ).flow
    let step = try #require(flow.steps.first { $0.connection == id })
    #expect(!step.isDirect && step.looksLikeStoreID)
    #expect(flow.steps.first?.connection == nil)
  }

  /// Other data may have that key too: only what the action itself names must exist.
  @Test func aReferenceInAnActionsDataIsNoneOfTheAction() throws {
    let flow = read(
      #"{"name": "x", "actions": [{"type": "HTTP", "action": "SEND", "params": {"payload": {"connection_id": "con_1"}}}]}"#
    ).flow
    #expect(flow.steps.map(\.isDirect) == [true, false])
    #expect(flow.steps.map(\.connection) == [nil, "con_1"])
  }

  @Test(arguments: [
    (#"{"name": "x", "actions": [{"params": {"connection_id": "{{actions.a.id}}"}}]}"#, "run time"),
    (#"{"name": "x", "actions": [{"params": {"connection_id": 1}}]}"#, "must be a string"),
    (#"{"name": "x", "actions": [{"params": {"connection_id": true}}]}"#, "must be a string"),
    (#"{"name": "x", "actions": [{"params": {"connection_id": []}}]}"#, "must be a string"),
    (#"{"name": "x", "actions": "[]"}"#, "must be a list"),
    (#"[{"name": "x", "actions": []}]"#, "must be an object"),
    (#"{"name": "x", "actions": []}}"#, "not JSON"), ("<html>", "not JSON"), ("null", "object"),
  ])
  func whatCannotBeReadIsAGap(_ text: String, _ reason: String) {
    #expect(read(text).flow.gaps.map(\.reason).contains { $0.contains(reason) }, "\(text)")
  }

  /// Exports are often one line; locations in it cost no more than others.
  @Test(.timeLimit(.minutes(10))) func aFlowOfManyMegabytesIsRead() throws {
    let action = #"{"type": "HTTP", "action": "SEND", "params": {"connection_id": "ac_1", "x": 1}}"#
    let list = Array(repeating: action, count: 8000).joined(separator: ",")
    let padding = String(repeating: "x", count: 6_000_000)
    let text =
      #"{"name": "\#(padding)", "actions": [\#(list),{"params": {"connection_id": "ac_2"}}]}"#
    let flow = read(text).flow
    #expect(flow.steps.count == 8001)
    let last = try #require(flow.steps.last)
    #expect(last.connection == "ac_2" && (last.location.range?.start.column ?? 0) > 6_000_000)
    #expect(flow.gaps.isEmpty)
  }

  @Test func columnsCountCharacters() throws {
    let text = "\u{FEFF}{\"name\": \"é😀\", \"actions\":\r\n 1}"
    let read = read(text)
    #expect(read.diagnostics.map(\.inBrief) == ["VC1215 2:2"])
    let other = self.read("\u{FEFF}{\"name\": \"é😀\", \"actions\": 1}")
    #expect(other.diagnostics.map(\.inBrief) == ["VC1215 1:27"])
  }
}
