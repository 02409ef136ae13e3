import NIOCore

/// Lets a request's head and body, which the client flushes one after the other, leave in one write:
/// the server need not wake up for half a request.
final class CoalescingFlushHandler: ChannelOutboundHandler {
  typealias OutboundIn = NIOAny

  private var isFlushing = false

  func flush(context: ChannelHandlerContext) {
    if isFlushing { return }
    isFlushing = true
    context.eventLoop.assumeIsolated().execute {
      self.isFlushing = false
      context.flush()
    }
  }
}
