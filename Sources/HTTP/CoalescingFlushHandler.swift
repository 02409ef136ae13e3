import NIOCore

/// Joins the flushes of a request's head and body into one write, so that the server does not wake
/// up for half a request.
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
