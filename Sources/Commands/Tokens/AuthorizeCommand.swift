import Applying
import ArgumentParser
import Diagnostics
import Foundation
import HTTP
import Manifests
import Model
import Renewing
import Reports
import Serving
import Stores
import Tokens

struct AuthorizeCommand: ReportingSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "authorize",
    abstract: "Authorize a connection: obtain consent for its scopes.",
    discussion: """
      Prints the URL of the service's authorization page and waits on 127.0.0.1 for the browser to \
      return; with --device it prints a code to enter on any device. Requests exactly the applied \
      scopes and keeps the tokens in the store. Previous tokens are revoked once the new ones are \
      saved. If a scope was not granted, or the previous tokens may still be valid, the exit code is 4.
      """)

  @OptionGroup var global: GlobalOptions
  @Argument(help: "Connection.", completion: .connections) var name: String

  @Flag(help: "Use the device flow, for a machine without a browser (RFC 8628).")
  var device = false

  @Option(
    help: ArgumentHelp(
      "Port on 127.0.0.1 of the registered redirect URI; 0 for any free port.", valueName: "port"))
  var port: Int = 0

  @Option(
    help: ArgumentHelp("Path of the registered redirect URI.", valueName: "path"))
  var path: String = "/callback"

  @Option(help: ArgumentHelp("Seconds to wait for consent.", valueName: "seconds"))
  var timeout: Int64 = 600

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard path.hasPrefix("/"), !path.contains(where: { "?# ".contains($0) }) else {
      throw ValidationError("--path must start with `/` and must not contain `?`, `#` or spaces")
    }
    try NumberLimit.port.validate(port, of: "--port")
    try NumberLimit.consentTimeout.validate(timeout, of: "--timeout")
  }

  /// Tokens that an interrupted run left in the journal are newer than those in the store, and are revoked with
  /// them. A new grant needs none of them.
  ///
  /// - Returns: false if they could not be saved, and so may still be valid; that was reported.
  private func saveWaitingResponses(
    _ tokenRenewer: TokenRenewer, of name: ConnectionName, _ console: Console
  ) async -> Bool {
    do {
      try await tokenRenewer.saveWaitingResponses(of: [name], console)
      return true
    } catch {
      console.report(Failure(error, outcome: .failed).diagnostics.map(\.asWarning))
      return false
    }
  }

  func carryOut(_ console: Console) async throws -> Outcome {
    let name = try ConnectionName(argument: name)
    let session = try SessionFactory(console: console).session(for: Workspace.load(global))
    let termination = TerminationSignal(.live)
    let tokenRenewer = try TokenRenewer(session, termination: termination)
    let (subject, client) = try await tokenRenewer.client(of: name)
    guard subject.grant == .authorizationCode else {
      throw Failure(.needsNoPerson(name, session))
    }
    let isSaved = await saveWaitingResponses(tokenRenewer, of: name, console)
    let scopes = subject.declared ?? client.ownScopes
    let (outcome, superseded) = await tokenRenewer.renewer.authorize(
      subject, client, scopes: scopes
    ) {
      (requests) async throws(TokenError) -> RawResponse in
      device
        ? try await onDevice(requests, scopes, termination, console)
        : try await inBrowser(requests, scopes, termination, console)
    }
    switch outcome {
    case .authorized(let record):
      let row = RenewalRow(
        name: name, environment: session.workspace.environment?.name, result: .renewed,
        endsAt: record.tokens?.expiry.time)
      let text = RenewalText(palette: console.palette)
      console.result(text.text([row]))
      console.result(text.json([row]))
      var findings = record.grantFindings(of: subject, session)
      if let superseded {
        findings += await tokenRenewer.revoke(superseded, of: name, client, isReplaced: true)
      }
      console.report(findings)
      return isSaved && !findings.contains { $0.severity == .warning } ? .fine : .partly
    case .refused(.interrupted):
      throw Failure(Diagnostic.interrupted(name, session), outcome: .interrupted)
    case .refused(let fault): throw Failure(.authorizationFailed(name, fault.summary, session))
    case .storeFailed(let error): throw Failure(Diagnostic(error, in: session.store.description))
    case .unsaved(let reason, let journaling):
      throw Failure(
        CompletedRenewal(name: name, outcome: .unsaved(reason, journaling))
          .diagnostic(in: session).map { [$0] } ?? [])
    }
  }

  private func inBrowser(
    _ requests: TokenRequests, _ scopes: Set<Scope>, _ termination: TerminationSignal,
    _ console: Console
  ) async throws(TokenError) -> RawResponse {
    let listener: LoopbackListener
    do throws(LoopbackListener.NotStarted) {
      listener = try await LoopbackListener(
        path: path, port: port,
        page:
          "<!doctype html><title>vaultctl</title><p>vaultctl received the response. You can close this page."
      )
    } catch {
      throw .transient(error.reason, retryAfter: nil)
    }
    let result = await response(to: requests, scopes, listener, termination, console)
    await listener.end()
    return try result.get()
  }

  private func response(
    to requests: TokenRequests, _ scopes: Set<Scope>, _ listener: LoopbackListener,
    _ termination: TerminationSignal, _ console: Console
  ) async -> Result<RawResponse, TokenError> {
    do throws(TokenError) {
      let request = try AuthorizationRequest(
        requests.client, scopes: scopes, redirect: listener.url)
      console.explain(
        "Open this URL in a browser and authorize the connection:\n\n  \(request.url)\n")
      let query = await withTaskGroup(of: String?.self) { group in
        group.addTask { await Self.query(answering: request, from: listener, console) }
        group.addTask { [timeout] in
          await termination.sleep(for: .seconds(timeout))
          return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
      }
      guard let query else {
        return .failure(
          termination.isReceived
            ? .interrupted : .transient("no consent within \(timeout) s", retryAfter: nil))
      }
      return .success(try await requests.send(request.exchange(query: query)))
    } catch {
      return .failure(error)
    }
  }

  /// The query of the service's redirect. Any program on this machine can request the same page, as can an
  /// old tab of the browser.
  private static func query(
    answering request: AuthorizationRequest, from listener: LoopbackListener, _ console: Console
  ) async -> String? {
    var hasNoted = false
    while let query = await listener.query() {
      if request.isAnswered(by: query) { return query }
      if !hasNoted {
        console.note(
          "Ignored a response that does not belong to this request (its `state` differs).")
      }
      hasNoted = true
    }
    return nil
  }

  private func onDevice(
    _ requests: TokenRequests, _ scopes: Set<Scope>, _ termination: TerminationSignal,
    _ console: Console
  ) async throws(TokenError) -> RawResponse {
    let device = try await requests.authorizeDevice(scopes: scopes)
    console.explain(
      "On any device, open \(device.url) and enter the code \(device.userCode)"
        + (device.completeURL.map { "\nor open \($0)" } ?? ""))
    return try await requests.response(to: device, timeout: timeout) {
      (seconds) async throws(TokenError) in
      await termination.sleep(for: .seconds(seconds))
      if termination.isReceived { throw .interrupted }
    }
  }
}

extension TokenRecord {
  /// The scopes that were requested and not granted.
  fileprivate func grantFindings(
    of subject: RenewalSubject, _ session: Session
  ) -> [Diagnostic] {
    guard let granted = tokens?.granted else { return [] }
    let missing = subject.service.scopes.missing(requested, from: granted)
    guard !missing.isEmpty else { return [] }
    return [
      Diagnostic(
        .scopeMissing,
        "`\(subject.name)` was not granted \(missing.map { "`\($0)`" }.joined(separator: ", "))",
        severity: .warning, notes: ["the person who consented, or the service, left it out"],
        help: [
          "authorize again and accept every scope: \(session.command("authorize", subject.name))",
          "or remove the scope from `spec.scopes`",
        ])
    ]
  }
}

extension Diagnostic {
  fileprivate static func needsNoPerson(_ name: ConnectionName, _ session: Session) -> Diagnostic {
    Diagnostic(
      .authorizationFailed, "`\(name)` needs no authorization",
      notes: ["its tokens are obtained with its own credentials"],
      help: ["obtain one: \(session.command("refresh", name))"])
  }

  fileprivate static func interrupted(_ name: ConnectionName, _ session: Session) -> Diagnostic {
    Diagnostic(
      .interrupted, "interrupted by a signal; `\(name)` was not authorized",
      notes: ["no tokens were requested, and those in the store are unchanged"],
      help: ["start again: \(session.command("authorize", name))"])
  }

  fileprivate static func authorizationFailed(
    _ name: ConnectionName, _ reason: String, _ session: Session
  ) -> Diagnostic {
    Diagnostic(
      .authorizationFailed, "`\(name)` was not authorized", notes: [reason],
      help: ["try again: \(session.command("authorize", name))"])
  }
}
