import Foundation
import TestSupport
import Testing

/// A secret in a place where it is refused is shown by no output: neither in a message nor in an excerpt,
/// nor in what a CI service is given.
@Suite struct RefusedValueTests {
  /// One word for all of them, of letters that every rule for names forbids or allows alike.
  private static let secret = "S3CR3T.hunter2"

  /// Documents; `@` stands for the secret.
  private static let manifests: [String: String] = [
    "tag": "spec: {app: http, setup: {type: bearer, token: !@}}",
    "alias": "spec: {app: http, setup: {type: bearer, token: *@}}",
    "anchor": "spec: {app: http, setup: {type: bearer, token: &@}}",
    "anchor-of-a-value": "spec: {app: http, setup: {type: bearer, token: &@ @}}",
    "verbatim-tag": "spec: {app: http, setup: {type: bearer, token: !<@> x}}",
    "value": "spec: {app: http, setup: {type: bearer, token: @}}",
    "comment": "spec:\n  app: http\n  setup:\n    type: bearer\n    token: x #@",
    "folded": "spec:\n  app: http\n  setup:\n    type: bearer\n    token: >\n      x\n      @",
    "url-with-a-user":
      "spec: {app: http, setup: {type: oauth_client_credentials, client_id: a, token_endpoint: https://user:@@host}}",
    "plain-field-format":
      "spec: {app: auth0, setup: {type: oauth_app, client_id: a, domain: \"https://@/\"}}",
    "field": "spec: {app: http, setup: {type: bearer, @: x}}",
    "field-as-key": "spec: {app: http, setup: {type: bearer, token: x, ? [@] : x}}",
    "setup-type": "spec: {app: http, setup: {type: @}}",
    "setup": "spec: {app: http, setup: @}",
    "app": "spec: {app: @}",
    "key-of-spec": "spec: {app: http, @: x}",
    "value-of-an-unknown-key": "spec: {app: http, password: @}",
    "top-level-key": "spec: {app: slack}\n@: x",
    "key-twice": "spec: {app: slack}\n@: x\n@: x",
    "scope": "spec: {app: slack, scopes: [\"@ x\"]}",
    "scope-list": "spec: {app: slack, scopes: {@: x}}",
    "label-key": "metadata: {name: a, labels: {\"@ x\": y}}",
    "label-value": "metadata: {name: a, labels: {a: [@]}}",
    "label-of-a-list": "metadata: {name: a, labels: {@: [x]}}",
    "annotation": "metadata: {name: a, annotations: {@: [x], b: @}, oops: 1}",
    "name-with-a-break": "metadata: {name: \"@\\n\"}",
    "name-too-long": "metadata: {name: @@@@@@@@@@@@@@@@@@@@@@@@@@}",
    "name-with-a-colon": "metadata:\n  name: user: @",
    "renamed-from": "metadata: {name: a, renamedFrom: [\" @\"]}",
    "lifecycle": "spec: {app: slack, lifecycle: {preventDestroy: @}}",
    "lifecycle-key": "spec: {app: slack, lifecycle: {@: true}}",
    "public-field": "spec: {app: http, publicFields: [@], setup: {type: bearer}}",
    "ignored-field": "spec: {app: http, ignore: [@], setup: {type: bearer}}",
    "api-version": "apiVersion: @",
    "kind": "kind: @",
    "never-closed": "spec: {app: http, setup: {type: bearer, token: \"@",
    "bracket": "spec: [@",
    "escape": "spec: {app: \"\\q@\"}",
    "tab": "spec:\n\ttoken: @",
    "reserved": "spec: @@",
    "percent": "spec: %@",
    "merge-key": "<<: @",
    "damaged-message":
      "spec: {app: http, setup: {type: bearer, token: \"-----BEGIN PGP MESSAGE-----\\n\\n@\"}}",
  ]

  /// Lines of a project file.
  private static let settings: [String: String] = [
    "name": "name: \"@ x\"", "id": "id: @", "key": "@: x", "fingerprint": "signers: [@]",
    "recipient": "recipients: [{keys: [@]}]",
    "address": "store: {type: openbao, address: \"https://u:@@host\"}",
    "base-url": "store: {type: auth0, domain: a.example.com, baseURL: \"https://u:@@host\"}",
    "domain": "store: {type: auth0, domain: \"https://@\"}", "store": "store: {type: @}",
    "store-key": "store: {type: sqlite, @: x}", "ledger": "store: {type: sqlite, ledger: @}",
    "method": "store: {type: openbao, login: {method: @}}",
    "jwt": "store: {type: openbao, login: {method: jwt, role: r, jwtFrom: @}}",
    "mount": "store: {type: openbao, mount: \"/@\"}", "policy": "policy: {failOn: [@]}",
    "signing": "signing: @", "environment": "environments: {\"@ x\": }",
    "environment-key": "environments: {prod: {@: x}}", "app": "apps: {@: {setups: []}}",
    "app-key": "apps: {a: {@: x, setups: [{type: t}]}}",
    "app-field": "apps: {a: {setups: [{type: t, fields: [{name: @}]}]}}",
    "endpoint": "apps: {a: {setups: [{type: t}], oauth: {tokenEndpoint: \"https://u:@@host/\"}}}",
    "path": "manifests: [../@]", "flows": "flows: [/@]", "percent": "tokens: {marginPercent: @}",
    "credentials": "store: {type: auth0, domain: a.example.com, credentialsCommand: @}",
  ]

  private static func text(_ template: String) -> String {
    template.replacing("@@", with: "\u{0}").replacing("@", with: secret)
      .replacing("\u{0}", with: secret + "@")
  }

  /// A document that lacks nothing but what the template is about.
  private static func document(_ template: String) -> String {
    let lines = text(template)
    var text = ""
    for (key, line) in [
      ("apiVersion:", "apiVersion: vaultctl/v1"), ("kind:", "kind: Connection"),
      ("metadata:", "metadata: {name: a}"),
    ] where !lines.hasPrefix(key) { text += line + "\n" }
    return text + lines + (lines.contains("spec:") ? "\n" : "\nspec: {app: slack}\n")
  }

  private static let runs: [[String]] = [
    ["validate"], ["plan"], ["diff"], ["hooks", "check"], ["encrypt"], ["rekey"],
    ["validate", "--format", "json"], ["validate", "--format", "sarif"],
    ["validate", "--format", "junit"], ["validate", "--format", "code-quality"],
    ["plan", "--format", "markdown"],
  ]

  private func expectNothingShown(_ sandbox: Sandbox, _ commands: [[String]], _ what: String) throws
  {
    for command in commands {
      let finished = try sandbox.vaultctl(
        command, environment: ["GITHUB_ACTIONS": "true"], isRecorded: false)
      for output in [finished.text, finished.errorText] {
        #expect(!output.contains("S3CR3T"), "\(what), \(command): \(output)")
        #expect(!output.contains("hunter2"), "\(what), \(command): \(output)")
      }
    }
  }

  @Test func noManifestsValueIsShown() throws {
    let sandbox = try Sandbox()
    #expect(try sandbox.git(["init", "--quiet"]).status == 0)
    try sandbox.git(["add", "vaultctl.yaml"])
    #expect(try sandbox.git(["commit", "--quiet", "-m", "it"]).status == 0)
    for (name, template) in Self.manifests {
      try sandbox.write(Self.document(template), to: "connections/\(name).yaml")
    }
    try sandbox.git(["add", "--all"])
    try expectNothingShown(sandbox, Self.runs, "all")
    // And each of them is refused.
    let found = try sandbox.vaultctl(["validate"], isRecorded: false).errorText
    for name in Self.manifests.keys {
      #expect(found.contains("--> connections/\(name).yaml:"), "\(name) has no fault")
    }
  }

  @Test(arguments: settings.keys.sorted())
  func noSettingsValueIsShown(_ name: String) throws {
    let sandbox = try Sandbox()
    let line = Self.text(try #require(Self.settings[name]))
    let key = line.prefix { $0 != ":" }
    let rest = try sandbox.read("vaultctl.yaml").split(separator: "\n").filter {
      !$0.hasPrefix("\(key):") && !(key == "recipients" && $0.hasPrefix("  "))
    }
    try sandbox.write(rest.joined(separator: "\n") + "\n\(line)\n", to: "vaultctl.yaml")
    #expect(try sandbox.vaultctl(["validate"], isRecorded: false).status == 1)
    try expectNothingShown(
      sandbox, [["validate"], ["plan"], ["validate", "--format", "sarif"]], name)
  }

  /// What a typo most likely is may be shown: a secret is not near to a word of ours.
  @Test func aTypoIsStillNamed() throws {
    let sandbox = try Sandbox()
    try sandbox.write(
      "apiVersion: vaultctl/v1\nkind: Connection\nmetadata: {name: a}\nspec: {aap: slack, app: slakc}\n",
      to: "connections/a.yaml")
    let found = try sandbox.vaultctl(["validate"], isRecorded: false).errorText
    #expect(found.contains("unknown key `aap` in `spec`") && found.contains("did you mean `app`?"))
    #expect(found.contains("unknown app `slakc`") && found.contains("did you mean `slack`?"))
    #expect(found.contains("spec: {aap: •••, app: slakc}"), "\(found)")
  }

  @Test(arguments: [
    ["set", "a", "token", "@"], ["set", "a", "token", "--@"], ["set", "a", "token", "-@"],
    ["set", "a", "token", "--stdin=@"], ["set", "a", "token", "--@=x"], ["set", "a", "@"],
    ["set", "a", "token", "x", "@"], ["set", "a", "token", "it's@"], ["edit", "a", "token", "@"],
    ["edit", "a", "@"], ["decrypt", "a", "token", "@"], ["decrypt", "a", "@"], ["@"],
    ["plan", "--format", "@"], ["plan", "--format=@"], ["plan", "--color=@"],
    ["apply", "--parallelism", "@"], ["new", "b", "--app", "@"],
    ["new", "b", "--app", "http", "--type", "@"], ["plan", "--fail-on", "@"], ["hooks", "@"],
    ["set", "b", "token", "@"], ["set", "a", "@", "@"],
    ["new", "b", "--app", "twilio", "--set", "@"],
    ["new", "b", "--app", "twilio", "--set", "api_key=@"],
    ["new", "b", "--app", "twilio", "--set", "@=x"],
  ])
  func noArgumentIsShown(_ arguments: [String]) throws {
    let sandbox = try Sandbox()
    try sandbox.write(httpManifest("a", token: "x"), to: "connections/a.yaml")
    #expect(try sandbox.vaultctl(["encrypt"]).status == 0)
    let command = arguments.map { Self.text($0) }
    let finished = try sandbox.vaultctl(command, input: "y", isRecorded: false)
    #expect(finished.status != 0)
    for output in [finished.text, finished.errorText] {
      #expect(!output.contains("S3CR3T") && !output.contains("hunter2"), "\(command): \(output)")
    }
  }

  @Test func wrongUsageStillSaysWhatIsWrong() throws {
    let sandbox = try Sandbox()
    for (arguments, text) in [
      (["plan", "--formt", "json"], "Unknown option '--formt'. Did you mean '--format'?"),
      (["plan", "--format", "jsn"], "The value '•••' is invalid"),
      (["plna"], "there is no command `plna`; did you mean `plan`?"),
      (["set", "a"], "Missing expected argument '<field>'"),
      (["set", "a", "b", "c", "d"], "the value must not be an argument"),
    ] {
      let finished = try sandbox.vaultctl(arguments, isRecorded: false)
      #expect(finished.status == 64)
      #expect(finished.errorText.contains(text), "\(finished.errorText)")
    }
  }
}
