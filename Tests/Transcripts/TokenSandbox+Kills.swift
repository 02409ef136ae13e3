import TestOpenBao
import TestSupport

extension TokenSandbox {
  /// Runs vaultctl, and kills it right after its nth write to the store.
  ///
  /// - Returns: whether it was killed; else it has ended well.
  func isKilled(
    _ arguments: [String], through proxy: BaoProxy, at number: Int
  ) async throws -> Bool {
    let program = KillableProgram()
    proxy.watch { found, when in
      if found >= number, when == .after { program.kill() }
    }
    defer { proxy.watch { _, _ in } }
    return try await program.isKilled(sandbox, arguments)
  }
}
