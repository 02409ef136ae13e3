import Glibc
import Model
import Pacing

/// Runs a command to its end, and keeps the credentials that it was given fresh.
///
/// 1. The command is started.
/// 2. When a token is due, or another process has renewed it, the files are replaced.
/// 3. The command is sent a signal, or is ended and started again with the new values.
/// 4. When it has ended, a renewal in progress is finished: its response would be lost otherwise.
struct ChildSupervisor: Sendable {
  let child: ChildCommand
  let signals: SignalForwarder
  /// `nil` if the command has its credentials in variables.
  let files: CredentialFiles?
  /// `nil` if nothing is renewed while the command runs.
  let renewal: CredentialRenewal?
  let onRefresh: OnRefresh?
  let signal: SignalName
  let runtime: Runtime

  /// Seconds that a command has to end before it is started again.
  private static let grace: Int64 = 30

  /// - Returns: the exit code of the command.
  func run(_ variables: Variables) async throws -> Int32 {
    var variables = variables
    while true {
      let process = try child.start(try files?.write(variables) ?? variables)
      let (code, next) = await ended(process, variables)
      guard let next else { return code }
      variables = next
    }
  }

  /// Waits for the end of the command.
  ///
  /// - Returns: its exit code, and the values to start it again with, if it was ended for that.
  private func ended(
    _ process: pid_t, _ variables: Variables
  ) async -> (code: Int32, next: Variables?) {
    guard let renewal else { return (await child.exitCode(of: process), nil) }
    let over = Sleepers()
    async let next = renewed(variables, renewal, until: over)
    let code = await child.exitCode(of: process)
    over.wakeAll()
    return (code, await next)
  }

  /// Renews until the command has ended.
  ///
  /// - Returns: the values to start it again with, if it was ended for that.
  private func renewed(
    _ variables: Variables, _ renewal: CredentialRenewal, until over: Sleepers
  ) async -> Variables? {
    var variables = variables
    while !over.isOver {
      await over.sleep(for: await renewal.pause(), runtime)
      if over.isOver { return nil }
      guard let fresh = await renewal.values(differingFrom: variables, writingTo: files) else {
        continue
      }
      variables = fresh
      switch onRefresh {
      case nil: break
      case .signal: signals.send(signal.number)
      case .restart:
        guard signals.endChild() else { return nil }
        await over.sleep(for: .seconds(Self.grace), runtime)
        if !over.isOver { signals.send(SIGKILL) }
        return fresh
      }
    }
    return nil
  }
}
