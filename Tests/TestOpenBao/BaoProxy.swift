import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import TestServer

/// A proxy in front of a server, by which a test sees each request before it is carried out, and again
/// before its answer.
package final class BaoProxy: Sendable {
  package enum Moment: Sendable { case before, after }

  private let target: String
  private let forwarding = Forwarding()
  private let watcher = Mutex<@Sendable (Int, Moment) async -> Void>({ _, _ in })
  private let counter = Mutex(0)
  private let server = Mutex<LoopbackServer?>(nil)

  package init(_ target: String) async throws {
    self.target = target
    let server = try await LoopbackServer { [unowned self] request in
      try await answer(request)
    }
    self.server.withLock { $0 = server }
  }

  package func end() { server.withLock { $0?.end() } }
  deinit { end() }

  package var address: String { server.withLock { $0?.address ?? "" } }

  /// Calls a closure for every request that writes, with its number from 1.
  package func watch(_ watcher: @escaping @Sendable (Int, Moment) async -> Void) {
    counter.withLock { $0 = 0 }
    self.watcher.withLock { $0 = watcher }
  }

  private func answer(_ request: Request) async throws -> Response {
    let body = try await request.body.collect(upTo: 8 << 20)
    let writes = request.method != .get
    let number =
      writes
      ? counter.withLock {
        $0 += 1
        return $0
      } : 0
    let watcher = watcher.withLock { $0 }
    if writes { await watcher(number, .before) }
    let answer = try await forwarding.send(
      request.method.rawValue, target + request.uri.string,
      headers: request.headers.compactMap { field in
        let name = field.name.canonicalName
        return name.hasPrefix("x-vault") || name == "content-type" ? (name, field.value) : nil
      }, body: body.readableBytes > 0 ? Array(body.readableBytesView) : nil)
    if writes { await watcher(number, .after) }
    var headers = HTTPFields()
    for (name, value) in answer.headers where name.hasPrefix("x-vault") || name == "content-type" {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    return Response(
      status: .init(code: answer.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
  }
}
