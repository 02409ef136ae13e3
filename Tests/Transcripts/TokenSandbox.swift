import Foundation
import TestSupport
import Testing

/// A project whose apps get their tokens from a server on this machine.
struct TokenSandbox: Sendable {
  let sandbox: Sandbox

  /// - Parameters:
  ///   - server: where its endpoints are; `/o/token/` and others behind it.
  ///   - oauth: more of each app's `oauth:`, by lines.
  ///   - revokesMachines: the service revokes the tokens of client credentials too.
  init(
    server: String, oauth: [String] = [], revokesMachines: Bool = false, project: String = ""
  ) throws {
    sandbox = try Sandbox()
    let more = oauth.map { "      \($0)\n" }.joined()
    let revoking = revokesMachines ? "      revocationEndpoint: \(server)/o/revoke_token/\n" : ""
    try sandbox.writeProject(
      extra: """
        \(project)
        \(machineApp(oauth: "\n      tokenEndpoint: \(server)/o/token/\n\(revoking)\(more)"))
          crm:
            setups:
              - type: oauth_code
                grant: authorization_code
                fields:
                  - {name: client_id, required: true, secret: false}
                  - {name: client_secret, required: false}
            oauth:
              authorizationEndpoint: \(server)/o/authorize/
              tokenEndpoint: \(server)/o/token/
              deviceEndpoint: \(server)/o/device-authorization/
              revocationEndpoint: \(server)/o/revoke_token/
        \(more)
        """)
  }

  /// A connection, sealed and applied; that is no part of the transcript.
  func apply(
    _ name: String, app: String, id: String, secret: String?, scopes: String = "[read]"
  ) async throws {
    try declare(name, app: app, id: id, secret: secret, scopes: scopes)
    try await expectFine(["encrypt"], isRecorded: false)
    try await expectFine(["apply", "--auto-approve"], isRecorded: false)
  }

  func declare(
    _ name: String, app: String, id: String, secret: String?, scopes: String = "[read]"
  ) throws {
    try sandbox.write(
      """
      apiVersion: vaultctl/v1
      kind: Connection
      metadata: {name: \(name)}
      spec:
        app: \(app)
        setup:
          type: \(app == "crm" ? "oauth_code" : "oauth")
          client_id: \(id)
      \(secret.map { "    client_secret: \($0)" } ?? "")
        scopes: \(scopes)
      """, to: "connections/\(name).yaml")
  }

  func vaultctl(
    _ arguments: [String], input: String = "", isRecorded: Bool = true
  ) async throws -> Finished {
    try await apart { [sandbox] in
      try sandbox.vaultctl(arguments, input: input, isRecorded: isRecorded)
    }
  }

  @discardableResult
  func expectFine(_ arguments: [String], isRecorded: Bool = true) async throws -> Finished {
    let finished = try await vaultctl(arguments, isRecorded: isRecorded)
    #expect(finished.status == 0, "\(arguments): \(finished.text)\(finished.errorText)")
    return finished
  }

  /// Runs a command that waits for a person, and does what that person does as soon as it has printed
  /// what is to be opened.
  ///
  /// - Parameter act: what the person does with what is on standard error so far; whether it was done.
  func withPerson(
    _ arguments: [String], act: @Sendable (_ errors: String) async throws -> Bool
  ) async throws -> Finished {
    let running = try RunningProgram(sandbox, arguments)
    try await eventually("\(arguments) prints what is to be opened") {
      let isRunning = running.isRunning
      return try await act(running.errors) || !isRunning
    }
    let finished = try await running.finished()
    sandbox.transcript.record(["vaultctl"] + arguments, finished)
    return finished
  }

  /// Runs `authorize` for a connection, and gives the consent as a browser does.
  ///
  /// - Parameter status: the exit code that is expected.
  @discardableResult
  func consent(_ arguments: [String], status: Int32 = 0) async throws -> Finished {
    let consented = try await withPerson(["authorize"] + arguments) { errors in
      guard let redirect = errors.firstMatch(of: /redirect_uri=([^&\s]+)/),
        let state = errors.firstMatch(of: /state=([^&\s]+)/),
        let url = String(redirect.1).removingPercentEncoding
      else { return false }
      let answer = "\(url)?code=c0de&state=\(state.1)"
      _ = try await apart { try run("/usr/bin/curl", ["-s", answer]) }
      return true
    }
    #expect(consented.status == status, "\(consented.errorText)")
    return consented
  }

  /// Changes what the store has, by SQL.
  func change(_ sql: String) throws { _ = try sandbox.changeStore(sql) }

  /// What the store has, by its own commands.
  func sql(_ query: String) throws -> String {
    let path = sandbox.folder.path + "/.vaultctl/vault.db"
    return try run("/usr/bin/sqlite3", ["-cmd", ".timeout 30000", path, query]).text
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Makes the kept tokens due: their ends are moved to inside the margin, and far enough ahead that they do
  /// not end while a slow machine looks at them.
  func makeDue(seconds: Int64 = 300) throws {
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    try change(
      """
      UPDATE token SET record = json_set(record, '$.tokens.expiry.at._0', \(now + seconds * 1000),
        '$.tokens.issuedAt', \(now - 3_600_000))
      """)
  }
}
