import CGPGME
private import Glibc

/// Runs one gpgme operation and ends it at a deadline.
///
/// gpgme's own loop checks for a cancellation only when gpg sends something, so an unanswered
/// pinentry would block it forever. This one waits in `poll` with a timeout.
@safe final class EventLoop {
  @safe private struct Watch {
    let descriptor: Int32
    let isForReading: Bool
    let call: gpgme_io_cb_t
    let argument: UnsafeMutableRawPointer?
  }

  private var watches: [Int: Watch] = [:]
  private var lastTag = 0
  private var outcome: gpgme_error_t?

  /// - Parameter start: an operation's `_start` form.
  func run(
    _ context: gpgme_ctx_t, deadline: Duration, start: (gpgme_ctx_t) -> gpgme_error_t
  ) -> GPGError {
    let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
    var callbacks = unsafe gpgme_io_cbs(
      add: addWatch, add_priv: owner, remove: removeWatch, event: noteEvent, event_priv: owner)
    unsafe gpgme_set_io_cbs(context, &callbacks)
    defer { unsafe gpgme_set_io_cbs(context, nil) }
    let error = unsafe start(context)
    if error != 0 { return GPGError(error) }

    let clock = ContinuousClock()
    let end = clock.now + deadline
    while true {
      if let outcome { return GPGError(outcome) }
      let left = (end - clock.now).components
      let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
      guard milliseconds > 0, serve(atMost: Int32(clamping: milliseconds)) else {
        _ = unsafe gpgme_cancel(context)
        return GPGError(gpgme_error(GPG_ERR_CANCELED), isExpired: true)
      }
    }
  }

  /// Waits for descriptors and calls gpgme back for them; false if none was ready in time.
  private func serve(atMost milliseconds: Int32) -> Bool {
    let tags = watches.keys.sorted()
    var polled = tags.map { tag in
      let watch = watches[tag]
      return pollfd(
        fd: watch?.descriptor ?? -1,
        events: Int16(watch?.isForReading == false ? POLLOUT : POLLIN), revents: 0)
    }
    let count = unsafe poll(&polled, nfds_t(polled.count), milliseconds)
    if count < 0 { return errno == EINTR }
    if count == 0 { return false }
    for (tag, state) in zip(tags, polled) where state.revents != 0 {
      // An earlier call may have removed this watch.
      guard let watch = watches[tag] else { continue }
      let error = unsafe watch.call(watch.argument, watch.descriptor)
      if error != 0, outcome == nil { outcome = error }
    }
    return true
  }

  fileprivate func add(
    _ descriptor: Int32, isForReading: Bool, _ call: @escaping gpgme_io_cb_t,
    _ argument: UnsafeMutableRawPointer?
  ) -> Int {
    lastTag += 1
    watches[lastTag] = unsafe Watch(
      descriptor: descriptor, isForReading: isForReading, call: call, argument: argument)
    return lastTag
  }

  fileprivate func remove(_ tag: Int) { watches[tag] = nil }

  fileprivate func finish(_ error: gpgme_error_t) { outcome = error }
}

/// gpgme does not pass the owner when it removes a watch, so the tag has both.
@safe private final class WatchTag {
  let loop: EventLoop
  let number: Int
  init(_ loop: EventLoop, _ number: Int) {
    self.loop = loop
    self.number = number
  }
}

private func addWatch(
  _ owner: UnsafeMutableRawPointer?, _ descriptor: Int32, _ direction: Int32,
  _ call: gpgme_io_cb_t?, _ argument: UnsafeMutableRawPointer?,
  _ tag: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> gpgme_error_t {
  guard let owner = unsafe owner, let call = unsafe call, let tag = unsafe tag else {
    return gpgme_error(GPG_ERR_INV_VALUE)
  }
  let loop = unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue()
  let number = unsafe loop.add(descriptor, isForReading: direction == 1, call, argument)
  unsafe tag.pointee = Unmanaged.passRetained(WatchTag(loop, number)).toOpaque()
  return 0
}

private func removeWatch(_ tag: UnsafeMutableRawPointer?) {
  guard let tag = unsafe tag else { return }
  let watch = unsafe Unmanaged<WatchTag>.fromOpaque(tag).takeRetainedValue()
  watch.loop.remove(watch.number)
}

private func noteEvent(
  _ owner: UnsafeMutableRawPointer?, _ type: gpgme_event_io_t, _ details: UnsafeMutableRawPointer?
) {
  guard type == GPGME_EVENT_DONE, let owner = unsafe owner else { return }
  let done = unsafe details?.assumingMemoryBound(to: gpgme_io_event_done_data.self).pointee
  let loop = unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue()
  let error = done.map { $0.err != 0 ? $0.err : $0.op_err } ?? 0
  loop.finish(error)
}
