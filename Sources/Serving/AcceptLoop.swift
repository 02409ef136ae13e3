/// Accepts connections until the task is cancelled.
package enum AcceptLoop {
  /// - Parameters:
  ///   - pause: after a failure: a process without a free descriptor has one again later.
  ///   - serve: takes a connection, and returns at once.
  /// - Throws: `CancellationError`.
  package static func run<Connection>(
    accept: () async throws -> Connection, pause: () async throws -> Void,
    serve: (Connection) -> Void
  ) async throws {
    while true {
      try Task.checkCancellation()
      let connection: Connection
      do {
        connection = try await accept()
      } catch let error as CancellationError {
        throw error
      } catch {
        try await pause()
        continue
      }
      serve(connection)
    }
  }
}
