import CCurl

/// Owner of a multi handle of libcurl, and of the transfers on it.
///
/// One thread uses it; only `wakeUp` is for all, until `close`.
@safe final class MultiHandle: @unchecked Sendable {
  private nonisolated(unsafe) let pointer: OpaquePointer
  private let library: CurlLibrary
  private var transfers: [OpaquePointer: Transfer] = unsafe [:]

  /// Idle connections that are kept for the next requests; libcurl's own number depends on how many
  /// transfers there are just then.
  private static let keptConnections = 64

  /// `nil` if there is no memory.
  init?(_ library: CurlLibrary) {
    guard let pointer = unsafe library.makeMultiHandle() else { return nil }
    unsafe self.pointer = pointer
    self.library = library
    _ = unsafe vaultctl_multi_setopt_long(
      library.setMultiOption, pointer, CURLMOPT_MAXCONNECTS, Self.keptConnections)
  }

  /// Ends a `poll`, the running or else the next one (curl_multi_wakeup(3)).
  func wakeUp() { _ = unsafe library.wakeUp(pointer) }

  /// - Returns: false if libcurl did not take the transfer, which would never end then.
  func add(_ transfer: Transfer) -> Bool {
    guard unsafe library.add(pointer, transfer.handle.pointer) == CURLM_OK else { return false }
    unsafe transfers[transfer.handle.pointer] = transfer
    return true
  }

  /// - Returns: false if the transfer is not on the handle any more.
  func remove(_ transfer: Transfer) -> Bool {
    guard unsafe transfers.removeValue(forKey: transfer.handle.pointer) != nil else { return false }
    _ = unsafe library.remove(pointer, transfer.handle.pointer)
    return true
  }

  /// Does what can be done without waiting. If libcurl itself fails, all transfers are over.
  ///
  /// - Returns: the transfers that are over, with libcurl's result; they are on the handle no more.
  func perform() -> [(Transfer, CURLcode)] {
    var running: CInt = 0
    guard unsafe library.perform(pointer, &running) == CURLM_OK else {
      return removeAll().map { ($0, CURLE_OUT_OF_MEMORY) }
    }
    var finished: [(Transfer, CURLcode)] = []
    var waiting: CInt = 0
    while let message = unsafe library.nextMessage(pointer, &waiting) {
      guard unsafe message.pointee.msg == CURLMSG_DONE,
        let transfer = unsafe message.pointee.easy_handle.flatMap({ unsafe transfers[$0] })
      else { continue }
      finished.append((transfer, unsafe vaultctl_result(message)))
      _ = remove(transfer)
    }
    return finished
  }

  /// Sleeps until a connection or a timeout of libcurl needs attention, or until `wakeUp`.
  func poll() {
    let longest: CInt = 3_600_000  // milliseconds
    _ = unsafe library.poll(pointer, nil, 0, longest, nil)
  }

  /// Closes all connections and frees the handle.
  func close() {
    _ = removeAll()
    _ = unsafe library.freeMultiHandle(pointer)
  }

  private func removeAll() -> [Transfer] {
    let all = unsafe Array(transfers.values)
    for transfer in all { _ = remove(transfer) }
    return all
  }
}
