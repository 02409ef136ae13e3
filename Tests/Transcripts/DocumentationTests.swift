import Foundation
import TestSupport
import Testing

/// Every command in README and the catalogue runs, or says in the page why no test runs it.
@Suite struct DocumentationTests {
  /// What a block says in its first line, by page: so many blocks are not run.
  private static let notRun = [
    "Auth0Tenants": 1, "GettingStarted": 1, "OpenBaoStores": 1, "TokensAndServices": 1,
  ]
  private static let mark = "# Not run by the tests: "
  /// README's first block is run by `.ci/run`, its others by `FirstSuccessTests` or here.
  private static let ofReadme = ["swift build", "gpg --batch"]

  private static let pages = ((try? Documentation.pages()) ?? [:]).filter {
    !Documentation.blocks(in: $0.value).isEmpty
  }

  @Test func thePagesAreThere() {
    #expect(Self.pages.count >= 8, "\(Self.pages.keys.sorted())")
    var marked: [String: Int] = [:]
    for (name, page) in Self.pages {
      let count = Documentation.blocks(in: page).count { $0.hasPrefix(Self.mark) }
      if count > 0 { marked[name] = count }
    }
    #expect(marked == Self.notRun)
  }

  @Test(arguments: pages.keys.sorted()) func everyCommandRuns(page: String) throws {
    let sandbox = try project()
    for block in Documentation.blocks(in: Self.pages[page] ?? "") {
      if block.hasPrefix(Self.mark) { continue }
      if page == "README", Self.ofReadme.contains(where: block.hasPrefix) { continue }
      // Nobody is asked, as in a pipeline.
      let finished = try sandbox.shell(
        block, environment: ["VAULTCTL_KEY": try key(sandbox)])
      #expect(finished.status == 0, "\(page):\n\(block)\n\(finished.text)\(finished.errorText)")
    }
  }

  private func key(_ sandbox: Sandbox) throws -> String {
    try sandbox.home.gpg(["--armor", "--export-secret-keys", sandbox.key]).text
  }

  /// An applied project with the connections that the pages name, on a branch that changes one.
  private func project() throws -> Sandbox {
    let sandbox = try Sandbox()
    try sandbox.home.launchAgent()
    let other = try GPGHome()
    let bob = try other.makeKey("Bob <bob@example.com>")
    try sandbox.write(other.gpg(["--armor", "--export", bob]).text, to: "keys/bob.asc")
    try sandbox.writeProject(
      extra:
        "flows: [flows/**/*.json]\nstore: {type: sqlite}\nenvironments: {staging: {}, prod: {}}")
    try sandbox.write(".vaultctl/\n", to: ".gitignore")
    try sandbox.write("key\n", to: "key.txt")
    for (name, spec) in [
      ("twilio-prod", "{app: twilio, setup: {type: api_key, account_id: AC1, api_key: k}}"),
      ("crm", "{app: slack}"),
    ] {
      try sandbox.write(
        "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: \(name)}\nspec: \(spec)\n",
        to: "connections/\(name).yaml")
    }
    let script = """
      git init --quiet --initial-branch=main
      vaultctl encrypt
      git add --all
      git commit --quiet -m main
      vaultctl apply --auto-approve
      git update-ref refs/remotes/origin/main HEAD
      vaultctl set twilio-prod account_id AC2
      git commit --quiet --all -m change
      """
    let finished = try sandbox.shell(script)
    #expect(finished.status == 0, "\(finished.errorText)")
    return sandbox
  }

  @Test func thePictureIsCurrent() throws {
    let finished = try run(
      "/usr/bin/python3",
      [
        Documentation.root.path + "/Tests/make-picture", try Sandbox.builtProgram(), "--check",
      ])
    #expect(finished.status == 0, "\(finished.text)\(finished.errorText)")
  }
}
