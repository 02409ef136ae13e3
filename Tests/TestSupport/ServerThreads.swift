import Foundation

/// Threads for the servers of tests, so that they answer while tests block the few threads that
/// tasks run on otherwise.
package final class ServerThreads: TaskExecutor {
  package static let shared = ServerThreads()
  private let queue = DispatchQueue(label: "servers of tests", attributes: .concurrent)

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { [self] in unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }
}
