import CCurl
import Dispatch
import Synchronization

/// The thread that carries out transfers, all on one multi handle of libcurl (libcurl-multi(3)), so
/// that they share connections.
///
/// It starts with the first transfer and ends with `close()`.
@safe final class TransferLoop: Sendable {
  private enum State {
    case idle
    case running(MultiHandle)
    case closed
  }

  /// What other threads leave for the loop's.
  private struct Mailbox {
    var state = State.idle
    var submitted: [Transfer] = []
    var cancelled: [Transfer] = []
  }

  private let library: CurlLibrary
  private let mailbox = Mutex(Mailbox())
  private let end = DispatchSemaphore(value: 0)

  init(_ library: CurlLibrary) { self.library = library }

  /// Starts a transfer; its continuation gets the result.
  func submit(_ transfer: Transfer) {
    let isAccepted = mailbox.withLock { mailbox in
      switch mailbox.state {
      case .running(let multi):
        mailbox.submitted.append(transfer)
        multi.wakeUp()
        return true
      case .idle:
        guard let multi = MultiHandle(library) else { return false }
        mailbox.submitted.append(transfer)
        mailbox.state = .running(multi)
        DispatchQueue(label: "vaultctl.http").async { self.run(multi) }
        return true
      case .closed: return false
      }
    }
    if !isAccepted { transfer.finish(.failure(.cannotSend("out of memory"))) }
  }

  /// Ends a transfer early, also one that is submitted only later.
  func cancel(_ transfer: Transfer) {
    transfer.isCancelled.store(true, ordering: .releasing)
    mailbox.withLock { mailbox in
      guard case .running(let multi) = mailbox.state else { return }
      mailbox.cancelled.append(transfer)
      multi.wakeUp()
    }
  }

  /// Closes all connections, and returns when the thread uses libcurl no more: the program may exit
  /// then.
  ///
  /// - Precondition: no transfer is in progress.
  func close() {
    let wasRunning = mailbox.withLock { mailbox in
      defer { mailbox.state = .closed }
      guard case .running(let multi) = mailbox.state else { return false }
      multi.wakeUp()
      return true
    }
    if wasRunning { end.wait() }
  }

  // MARK: On the loop's thread

  /// Takes transfers from the mailbox, lets libcurl work, hands out results, sleeps until there is
  /// something to do.
  private func run(_ multi: MultiHandle) {
    while let (submitted, cancelled) = mail() {
      for transfer in submitted {
        if transfer.isCancelled.load(ordering: .acquiring) {
          transfer.finish(.failure(transfer.cancellation))
        } else if !multi.add(transfer) {
          transfer.finish(.failure(.cannotSend("out of memory")))
        }
      }
      for transfer in cancelled where multi.remove(transfer) {
        transfer.finish(.failure(transfer.cancellation))
      }
      for (transfer, code) in multi.perform() { transfer.finish(transfer.result(code)) }
      multi.poll()
    }
    multi.close()
    end.signal()
  }

  /// `nil` if the loop is to end.
  private func mail() -> (submitted: [Transfer], cancelled: [Transfer])? {
    mailbox.withLock { mailbox in
      guard case .running = mailbox.state else { return nil }
      defer {
        mailbox.submitted = []
        mailbox.cancelled = []
      }
      return (mailbox.submitted, mailbox.cancelled)
    }
  }
}

extension Transfer {
  fileprivate func finish(_ result: Result<HTTPResponse, HTTPFailure>) {
    continuation?.resume(returning: result)
    continuation = nil
  }

  fileprivate var cancellation: HTTPFailure {
    attempts == 0 ? .notConnected("it was cancelled") : .noResponse("it was cancelled")
  }

  fileprivate func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPFailure> {
    code == CURLE_OK && response.hasAllHeaders
      ? .success(response.response) : .failure(HTTPFailure(code, of: self))
  }
}
