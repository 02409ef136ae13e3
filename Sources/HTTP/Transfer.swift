import CCurl
import Glibc
import Model
import Synchronization

/// One request and its response, on their way through libcurl.
///
/// One thread at a time uses it: its maker's until it is submitted to a loop, the loop's until it is
/// finished. Only `isCancelled` is for all, which is why it may be sent between threads.
@safe final class Transfer: @unchecked Sendable {
  let handle: EasyHandle
  let isCancelled = Atomic(false)
  /// How often libcurl was about to send the request.
  private(set) var attempts = 0
  private(set) var response: ResponseAssembler
  let limits: HTTPLimits
  /// Where the result goes, once.
  var continuation: CheckedContinuation<Result<HTTPResponse, HTTPFailure>, Never>?

  // What libcurl reads while the transfer lasts.
  private let body: WipedBuffer?
  private let headers: HeaderList
  private let authorities: AuthorityBundle?
  private nonisolated(unsafe) let errorText: UnsafeMutablePointer<CChar>

  init(
    _ request: HTTPRequest, _ library: CurlLibrary, limits: HTTPLimits,
    authorities: AuthorityBundle?
  ) throws(HTTPFailure) {
    try request.check()
    headers = try HeaderList(request.headers)
    // Without a body, these say that it is empty (RFC 9110 section 8.6).
    let isUpdate = request.method == .post || request.method == .patch
    body = (request.body ?? (isUpdate ? [] : nil)).map { WipedBuffer([$0]) }
    handle = try EasyHandle(library)
    response = ResponseAssembler(limit: limits.body)
    self.limits = limits
    self.authorities = authorities
    unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try setRequest(request)
    try setConnection()
    try setProxy(for: request)
    try setCallbacks()
  }

  deinit { unsafe errorText.deallocate() }

  /// libcurl's own words for the failure; they may quote the server, so they are never shown.
  var errorDescription: String { unsafe String(cString: errorText) }

  private func setRequest(_ request: HTTPRequest) throws(HTTPFailure) {
    try handle.set(CURLOPT_URL, request.url)
    unsafe try handle.set(CURLOPT_HTTPHEADER, at: headers.first)
    if let body {
      // One write for head and body, which a read callback would not get.
      try handle.set(CURLOPT_POSTFIELDSIZE, body.count)
      unsafe try handle.set(CURLOPT_POSTFIELDS, at: body.address())
    }
    try handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
  }

  private func setConnection() throws(HTTPFailure) {
    // Over HTTP/2 requests stalled or were lost with some servers.
    try handle.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    try handle.set(CURLOPT_FOLLOWLOCATION, 0)
    // A user name would also make two URLs look like one host.
    try handle.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
    try handle.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    if let authorities {
      try handle.set(CURLOPT_CAINFO, authorities.path)
      // With a folder of authorities libcurl reads all of them again for each handshake, 70 to
      // 114 ms; a file alone it keeps.
      unsafe try handle.set(CURLOPT_CAPATH, at: nil)
    }
    try handle.set(CURLOPT_CONNECTTIMEOUT, Int(limits.connectSeconds))
    try handle.set(CURLOPT_TIMEOUT, Int(limits.responseSeconds))
    // By itself, libcurl replaces only what was idle for two minutes.
    try handle.set(CURLOPT_MAXLIFETIME_CONN, Int(limits.connectionSeconds))
    try handle.set(CURLOPT_NOSIGNAL, 1)
    // Otherwise the end of a slow look-up of a host's address is waited for, by all transfers.
    handle.setIfSupported(CURLOPT_QUICK_EXIT, 1)
  }

  /// The environment names the proxy, but not for a plain request to this machine: nothing may see that on
  /// its way, and libcurl makes no such exception itself.
  private func setProxy(for request: HTTPRequest) throws(HTTPFailure) {
    if let authorities {
      try handle.set(CURLOPT_PROXY_CAINFO, authorities.path)
      unsafe try handle.set(CURLOPT_PROXY_CAPATH, at: nil)
    }
    if request.url.lowercased().hasPrefix("http:"),
      CredentialURL(request.url, allowsPath: true)?.isLoopback == true
    {
      try handle.set(CURLOPT_NOPROXY, "*")
    }
  }

  private func setCallbacks() throws(HTTPFailure) {
    // The loop holds the transfer as long as libcurl may call back.
    let this = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try handle.set(CURLOPT_ERRORBUFFER, at: errorText)
    unsafe try handle.set(CURLOPT_HEADERDATA, at: this)
    unsafe try handle.set(CURLOPT_WRITEDATA, at: this)
    unsafe try handle.set(CURLOPT_PREREQDATA, at: this)
    unsafe try handle.set(CURLOPT_HEADERFUNCTION) { bytes, _, count, context in
      unsafe Transfer.at(context).receive(bytes, count) { unsafe $0.addHeaderLine($1) }
    }
    unsafe try handle.set(CURLOPT_WRITEFUNCTION) { bytes, _, count, context in
      unsafe Transfer.at(context).receive(bytes, count) { unsafe $0.addBody($1) }
    }
    // A server that drops a kept connection without an answer makes libcurl send the request once
    // more, even a POST that may have been carried out.
    unsafe try handle.setBeforeRequest { context, _, _, _, _ in
      let transfer = unsafe Transfer.at(context)
      transfer.attempts += 1
      return CInt(transfer.attempts == 1 ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
    }
    // A child process must not inherit the connection.
    unsafe try handle.setOpenSocket { _, _, address in
      guard let address = unsafe address?.pointee else { return CURL_SOCKET_BAD }
      return socket(
        address.family, address.socktype | CInt(SOCK_CLOEXEC.rawValue), address.protocol)
    }
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context = unsafe context else {
      preconditionFailure("libcurl lost the transfer of a callback")
    }
    return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  /// - Returns: `count`, or another number to end the transfer.
  private func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int,
    _ add: (inout ResponseAssembler, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    unsafe add(&response, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : -1
  }
}

extension HTTPRequest {
  /// Refuses a URL that libcurl might read differently than its author.
  fileprivate func check() throws(HTTPFailure) {
    let scheme = url.prefix { $0 != ":" }.lowercased()
    guard scheme == "https" || scheme == "http",
      url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
    else {
      throw .cannotSend("the URL is not an http or https URL in ASCII")
    }
  }
}
