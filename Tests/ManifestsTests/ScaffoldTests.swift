import Manifests
import Model
import Testing

@Suite struct ScaffoldTests {
  @Test(arguments: [
    ("twilio-prod", "twilio-prod"), ("My CRM", "my-crm"), ("a.b_c", "a.b_c"),
    ("-x", "connection--x"),
    ("--help", "connection---help"), (".hidden", "connection-.hidden"), ("...", "connection-..."),
    ("a/../b", "a-..-b"), ("_x", "connection-_x"), ("漢字", "connection---"),
    ("Ünï cødé", "connection--n--c-d-"), ("con", "connection-con"),
    ("NUL.txt", "connection-nul.txt"),
    ("com1", "connection-com1"), ("com10", "com10"), ("console", "console"), ("🔑", "connection--"),
  ])
  func aFileNameIsSafe(name: String, file: String) throws {
    let name = try #require(ConnectionName(name))
    #expect(Scaffold.fileName(for: name) == file)
  }

  @Test(arguments: [
    ("acme-flows", "acme-flows"), ("Acme Flows", "acme-flows"), ("v1.2_x", "v1.2_x"),
    ("Ünï cødé", nil), ("-x", nil), (".config", nil), ("a+b", nil), ("", nil), ("/", nil),
    (String(repeating: "a", count: 101), nil),
  ])
  func aFolderNamesAProjectOrDoesNot(folder: String, name: String?) {
    #expect(Scaffold.projectName(forFolder: folder) == name)
  }

  @Test(arguments: [
    ("Sign Up", "sign-up-slack"), ("Ünï cødé", "ünï-cødé-slack"), ("漢字 2", "漢字-2-slack"),
    ("a/b", "ab-slack"), ("...", "connections-slack"), ("", "connections-slack"),
    (String(repeating: "é", count: 400), String(repeating: "é", count: 100) + "-slack"),
  ])
  func aFlowsNameIsKept(flow: String, name: String) {
    #expect(Scaffold.connectionName(forFlow: flow, "slack") == name)
    #expect(ConnectionName(name) != nil)
  }
}
