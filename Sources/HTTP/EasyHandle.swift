import CCurl

/// Owner of one handle of libcurl (libcurl-easy(3)): typed options in, information out.
@safe struct EasyHandle: ~Copyable {
  let pointer: OpaquePointer
  private let library: CurlLibrary

  init(_ library: CurlLibrary) throws(HTTPFailure) {
    guard let pointer = unsafe library.makeEasyHandle() else { throw .cannotSend("out of memory") }
    unsafe self.pointer = pointer
    self.library = library
  }

  deinit { unsafe library.freeEasyHandle(pointer) }

  borrowing func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
    try check(
      unsafe vaultctl_easy_setopt_long(library.setEasyOption, pointer, option, value), option)
  }

  /// Sets an option that an older library may lack.
  borrowing func setIfSupported(_ option: CURLoption, _ value: Int) {
    _ = unsafe vaultctl_easy_setopt_long(library.setEasyOption, pointer, option, value)
  }

  /// libcurl copies the text.
  borrowing func set(_ option: CURLoption, _ text: String) throws(HTTPFailure) {
    try check(
      unsafe text.withCString {
        unsafe vaultctl_easy_setopt_pointer(library.setEasyOption, pointer, option, $0)
      }, option)
  }

  /// The caller keeps what the address points to until the transfer is over.
  borrowing func set(_ option: CURLoption, at address: UnsafeRawPointer?) throws(HTTPFailure) {
    try check(
      unsafe vaultctl_easy_setopt_pointer(library.setEasyOption, pointer, option, address), option)
  }

  /// `CURLOPT_WRITEFUNCTION` or `CURLOPT_HEADERFUNCTION`.
  borrowing func set(
    _ option: CURLoption, to function: curl_write_callback
  ) throws(HTTPFailure) {
    try check(
      unsafe vaultctl_easy_setopt_write(library.setEasyOption, pointer, option, function), option)
  }

  borrowing func setBeforeRequest(
    to function: curl_prereq_callback
  ) throws(HTTPFailure) {
    try check(
      unsafe vaultctl_easy_setopt_prereq(library.setEasyOption, pointer, function),
      CURLOPT_PREREQFUNCTION)
  }

  borrowing func setOpenSocket(
    to function: curl_opensocket_callback
  ) throws(HTTPFailure) {
    try check(
      unsafe vaultctl_easy_setopt_opensocket(library.setEasyOption, pointer, function),
      CURLOPT_OPENSOCKETFUNCTION)
  }

  /// 0 if it is unknown.
  borrowing func number(_ info: CURLINFO) -> Int {
    var number = 0
    let code = unsafe vaultctl_easy_getinfo_long(library.easyInfo, pointer, info, &number)
    return code == CURLE_OK ? number : 0
  }

  private borrowing func check(_ code: CURLcode, _ option: CURLoption) throws(HTTPFailure) {
    guard code == CURLE_OK else {
      throw .cannotSend(
        "libcurl refused its option \(option.rawValue) (result \(code.rawValue)); install libcurl"
          + " 7.80 or newer")
    }
  }
}
