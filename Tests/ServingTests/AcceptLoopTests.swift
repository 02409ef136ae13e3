import Foundation
import Serving
import Testing

@Suite struct AcceptLoopTests {
  /// A process without a free descriptor has one again later.
  @Test func aFailureEndsNothingAndCancellationDoes() async {
    var results: [Result<Int, any Error>] = [
      .success(1), .failure(POSIXError(.EMFILE)), .failure(POSIXError(.ENFILE)), .success(2),
      .failure(CancellationError()), .success(3),
    ]
    var served: [Int] = []
    var pauses = 0
    await #expect(throws: CancellationError.self) {
      try await AcceptLoop.run {
        try results.removeFirst().get()
      } pause: {
        pauses += 1
      } serve: {
        served.append($0)
      }
    }
    #expect(served == [1, 2])
    #expect(pauses == 2)
  }

  @Test func aCancelledTaskAcceptsNothing() async {
    let task = Task { () async -> Int in
      var accepted = 0
      while !Task.isCancelled { await Task.yield() }
      try? await AcceptLoop.run {
        accepted += 1
      } pause: {
      } serve: { _ in
      }
      return accepted
    }
    task.cancel()
    #expect(await task.value == 0)
  }
}
