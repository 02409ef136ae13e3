import CCurl
import Files
import Glibc

extension HTTPFailure {
  /// The failure of a transfer that libcurl ended with `code` (libcurl-errors(3)).
  ///
  /// What counts is whether the request was sent: if it was, the server may have carried it out. The
  /// texts are ours, because libcurl's quote the server.
  init(_ code: CURLcode, of transfer: Transfer) {
    if transfer.response.isTooLarge {
      self = .tooLarge
    } else if transfer.attempts == 0 {
      self.init(beforeSending: code, transfer)
    } else {
      self = .noResponse(Self.reasonAfterSending(code, transfer))
    }
  }

  private static func reasonAfterSending(_ code: CURLcode, _ transfer: Transfer) -> String {
    switch code {
    case CURLE_OPERATION_TIMEDOUT: "no response within \(transfer.limits.responseSeconds) s"
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      "the response is not HTTP/1.1"
    default: "the connection was closed"
    }
  }

  private init(beforeSending code: CURLcode, _ transfer: Transfer) {
    let connectStatus = transfer.handle.number(CURLINFO_HTTP_CONNECTCODE)
    // Some proxies say 401 to a wrong password.
    if connectStatus == 407 || connectStatus == 401 {
      self = .cannotSend("the proxy refused the user name and the password, or requires them")
      return
    }
    if connectStatus != 0, !(200..<300).contains(connectStatus) {
      self = .notConnected("the proxy responded with \(connectStatus)")
      return
    }
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST: self = .notConnected("the host name cannot be resolved")
    case CURLE_COULDNT_RESOLVE_PROXY:
      self = .notConnected("the proxy's host name cannot be resolved")
    case CURLE_COULDNT_CONNECT:
      self = .notConnected(Self.reason(errno: transfer.handle.number(CURLINFO_OS_ERRNO)))
    case CURLE_OPERATION_TIMEDOUT:
      self = .notConnected("no connection within \(transfer.limits.connectSeconds) s")
    case CURLE_PEER_FAILED_VERIFICATION:
      // A proxy has a certificate and a result of its own.
      let proxy = transfer.handle.number(CURLINFO_PROXY_SSL_VERIFYRESULT)
      let server = transfer.handle.number(CURLINFO_SSL_VERIFYRESULT)
      self = .untrusted(.certificate(proxy == 0 ? server : proxy))
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER:
      self =
        transfer.lostConnection
        ? .notConnected("the connection was closed during the TLS handshake")
        : .untrusted(.handshake)
    case CURLE_SSL_CACERT_BADFILE:
      self = .cannotSend("the file of the trusted authorities cannot be read")
    case CURLE_URL_MALFORMAT: self = .cannotSend("the URL is malformed")
    case CURLE_LOGIN_DENIED: self = .cannotSend("the URL contains a user name")
    case CURLE_OUT_OF_MEMORY: self = .cannotSend("out of memory")
    default: self = .notConnected("the connection was closed before the request was sent")
    }
  }

  private static func reason(errno number: Int) -> String {
    switch CInt(number) {
    case ECONNREFUSED: "the connection was refused"
    case 0: "cannot connect"
    default: "cannot connect: \(SystemError(CInt(number)).description.lowercased())"
    }
  }
}

extension Transfer {
  /// Whether the handshake ended because the connection did, which may be different next time.
  ///
  /// libcurl has one code for both, so its text decides.
  fileprivate var lostConnection: Bool {
    ["SSL_ERROR_SYSCALL", "reset by peer", "unexpected eof", "Broken pipe"].contains {
      errorDescription.contains($0)
    }
  }
}

extension TLSFault {
  /// - Parameter result: what OpenSSL found wrong with the certificate
  ///   (X509_STORE_CTX_get_error(3)). libcurl checks the host's name before it asks, and leaves 1.
  fileprivate static func certificate(_ result: Int) -> TLSFault {
    switch result {
    case 0, 1, 62: .wrongHost
    case 9: .notYetValid
    case 10: .expired
    case 2, 18, 19, 20, 21, 27: .unknownAuthority
    default: .invalidCertificate
    }
  }
}
