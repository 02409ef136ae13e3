import Foundation
import Synchronization

/// Threads for the servers of tests, so that they answer while tests block the few threads that
/// tasks, and blocks of Dispatch, run on.
package final class ServerThreads: TaskExecutor {
  package static let shared = ServerThreads(count: 4)
  private let jobs = Mutex<[UnownedJob]>([])
  private let waiting = DispatchSemaphore(value: 0)

  private init(count: Int) {
    for _ in 0..<count {
      Thread.detachNewThread { [self] in while true { runNext() } }
    }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    jobs.withLock { $0.append(job) }
    waiting.signal()
  }

  private func runNext() {
    waiting.wait()
    let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    if let job { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
