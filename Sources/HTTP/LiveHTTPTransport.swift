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

  /// - Parameter folder: what relative paths of a request's authorities begin at.
  package init(
    authorities: TrustedAuthorities = .system, limits: HTTPLimits = HTTPLimits(),
    folder: String = ""
  ) {
    client = Client(authorities, folder: folder)
    self.limits = limits
  }

  package func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let (loop, authorities) = try client.parts(trusting: request.authorities)
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
    // A server may have got a certificate of another authority, whose file is on the disk by now.
    if case .failure(.untrusted) = result { client.forgetAuthorities(request.authorities) }
    return try result.get()
  }

  /// What all copies of a transport share: made for the first request, closed with the last copy.
  private final class Client: Sendable {
    private struct Parts {
      let loop: TransferLoop
      let standard: String?
      /// By the file of a request; `nil` for requests without one.
      var bundles: [String?: AuthorityBundle?] = [:]
      /// Those of a server that was not trusted: they are read again.
      var outdated: Set<String?> = []
    }

    private let authorities: TrustedAuthorities
    private let folder: String
    private let made = Mutex<Result<Parts, HTTPFailure>?>(nil)

    init(_ authorities: TrustedAuthorities, folder: String) {
      self.authorities = authorities
      self.folder = folder
    }

    deinit { made.withLock { try? $0?.get().loop.close() } }

    /// The authorities of a request are read again for the next one that has them.
    func forgetAuthorities(_ file: String?) {
      made.withLock { made in
        guard case .success(var parts) = made else { return }
        parts.outdated.insert(file)
        made = .success(parts)
      }
    }

    /// The loop, and the file with the authorities.
    func parts(
      trusting file: String?
    ) throws(HTTPFailure) -> (loop: TransferLoop, authorities: AuthorityBundle?) {
      let result = made.withLock { made in
        var result =
          made
          ?? Result { () throws(HTTPFailure) in
            let library = try CurlLibrary.shared.get()
            return Parts(loop: TransferLoop(library), standard: library.systemAuthorities)
          }
        let found = Result { () throws(HTTPFailure) -> (TransferLoop, AuthorityBundle?) in
          var parts = try result.get()
          let authorities = try bundle(file, &parts)
          result = .success(parts)
          return (parts.loop, authorities)
        }
        made = result
        return found
      }
      let (loop, authorities) = try result.get()
      return (loop, authorities)
    }

    private func bundle(
      _ file: String?, _ parts: inout Parts
    ) throws(HTTPFailure) -> AuthorityBundle? {
      let isOutdated = parts.outdated.contains(file)
      if let bundle = parts.bundles[file], !isOutdated { return bundle }
      let path = file.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
      // The previous one is open until this is: libcurl keeps what it has read from a path.
      let bundle = try AuthorityBundle(
        authorities.adding(path), standard: parts.standard, isCopied: isOutdated)
      parts.bundles[file] = .some(bundle)
      parts.outdated.remove(file)
      return bundle
    }
  }
}
