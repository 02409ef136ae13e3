package import Reports

/// Events that wait for their command, a bounded number of them.
package struct EventQueue: Sendable {
  /// In the order in which they were added.
  package let lines: AsyncStream<EventLine>
  private let continuation: AsyncStream<EventLine>.Continuation

  /// - Parameter limit: maximum number of events that wait.
  package init(limit: Int) {
    (lines, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
  }

  /// - Returns: false if the queue is full; the line is dropped then.
  package func add(_ line: EventLine) -> Bool {
    if case .dropped = continuation.yield(line) { false } else { true }
  }

  /// No line is added any more; `lines` ends after those that wait.
  package func end() { continuation.finish() }
}
