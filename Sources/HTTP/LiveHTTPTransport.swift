import Synchronization

/// The network, by libcurl: HTTP/1.1, connections kept, TLS verified, no redirects followed, and no
/// request sent twice.
///
/// The proxy is the one that the environment names, by curl's own rules (libcurl-env(3)):
/// `https_proxy` and `HTTPS_PROXY`, `http_proxy`, `ALL_PROXY`, `NO_PROXY`. Retries are the caller's:
/// only it knows which requests may be repeated.
package struct LiveHTTPTransport: HTTPTransport {
  private let client: Client
  private let limits: HTTPLimits

  package init(authorities: TrustedAuthorities = .system, limits: HTTPLimits = HTTPLimits()) {
    client = Client(authorities)
    self.limits = limits
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let (loop, authorities) = try client.parts()
    let transfer = try Transfer(
      request, CurlLibrary.shared.get(), limits: limits, authorities: authorities)
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.continuation = continuation
        loop.submit(transfer)
      }
    } onCancel: {
      loop.cancel(transfer)
    }
    return try result.get()
  }

  /// What all copies of a transport share: made for the first request, closed with the last copy.
  private final class Client: Sendable {
    private struct Parts {
      let loop: TransferLoop
      let authorities: AuthorityBundle?
    }

    private let authorities: TrustedAuthorities
    private let made = Mutex<Result<Parts, HTTPFailure>?>(nil)

    init(_ authorities: TrustedAuthorities) { self.authorities = authorities }

    deinit { made.withLock { try? $0?.get().loop.close() } }

    /// The loop, and the path of the file with the authorities.
    func parts() throws(HTTPFailure) -> (loop: TransferLoop, authorities: String?) {
      let parts = try made.withLock { made in
        let result =
          made
          ?? Result { () throws(HTTPFailure) in
            let library = try CurlLibrary.shared.get()
            return Parts(
              loop: TransferLoop(library),
              authorities: try AuthorityBundle(authorities, standard: library.systemAuthorities))
          }
        made = result
        return result
      }.get()
      return (parts.loop, parts.authorities?.path)
    }
  }
}
