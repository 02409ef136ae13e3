import CCurl
import Glibc

/// libcurl (libcurl-easy(3), libcurl-multi(3)), loaded at first use.
///
/// If it were linked, the dynamic loader would load its 35 libraries at every start of the program:
/// 5 ms, also for commands that use no network.
@safe struct CurlLibrary: Sendable {
  /// libcurl, or why it cannot be used; loaded and initialized once (curl_global_init(3)).
  static let shared = Result { () throws(HTTPFailure) in try CurlLibrary() }

  typealias MakeFunction = @convention(c) () -> OpaquePointer?
  typealias EasyFunction = @convention(c) (OpaquePointer?) -> Void
  typealias MultiFunction = @convention(c) (OpaquePointer?) -> CURLMcode
  typealias MembershipFunction = @convention(c) (OpaquePointer?, OpaquePointer?) -> CURLMcode
  typealias PerformFunction =
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<CInt>?) -> CURLMcode
  typealias PollFunction =
    @convention(c) (
      OpaquePointer?, UnsafeMutableRawPointer?, CUnsignedInt, CInt, UnsafeMutablePointer<CInt>?
    ) -> CURLMcode
  typealias MessageFunction =
    @convention(c) (OpaquePointer?, UnsafeMutablePointer<CInt>?) -> UnsafeMutablePointer<CURLMsg>?

  let makeEasyHandle: MakeFunction
  let freeEasyHandle: EasyFunction
  let makeMultiHandle: MakeFunction
  let freeMultiHandle: MultiFunction
  let add: MembershipFunction
  let remove: MembershipFunction
  let perform: PerformFunction
  let poll: PollFunction
  let wakeUp: MultiFunction
  let nextMessage: MessageFunction
  /// The file of the system's authorities that libcurl was built for; `nil` if it has none.
  let systemAuthorities: String?

  // Variadic functions: the shim calls them.
  nonisolated(unsafe) let setEasyOption: UnsafeRawPointer
  nonisolated(unsafe) let easyInfo: UnsafeRawPointer
  nonisolated(unsafe) let setMultiOption: UnsafeRawPointer

  private static let fileName = "libcurl.so.4"

  private init() throws(HTTPFailure) {
    guard let library = unsafe dlopen(Self.fileName, RTLD_NOW | RTLD_LOCAL) else {
      throw .cannotSend(
        "libcurl (\(Self.fileName)) cannot be loaded; on Debian, install it with"
          + " `apt-get install libcurl4`")
    }
    func function<F>(_ name: String, as type: F.Type) throws(HTTPFailure) -> F {
      unsafe unsafeBitCast(try Self.address(of: name, in: library), to: type)
    }

    // OpenSSL's own handler at exit would free what the loop's thread may be using.
    if let initialize = unsafe dlsym(library, "OPENSSL_init_crypto") {
      let noExitHandler: UInt64 = 0x0008_0000  // OPENSSL_INIT_NO_ATEXIT
      typealias Initialize = @convention(c) (UInt64, UnsafeRawPointer?) -> CInt
      _ = unsafe unsafeBitCast(initialize, to: Initialize.self)(noExitHandler, nil)
    }
    let everything = 3  // CURL_GLOBAL_ALL
    let initialize = try function("curl_global_init", as: (@convention(c) (Int) -> CURLcode).self)
    guard initialize(everything) == CURLE_OK else {
      throw .cannotSend("libcurl cannot be initialized")
    }

    unsafe makeEasyHandle = try function("curl_easy_init", as: MakeFunction.self)
    unsafe freeEasyHandle = try function("curl_easy_cleanup", as: EasyFunction.self)
    unsafe makeMultiHandle = try function("curl_multi_init", as: MakeFunction.self)
    unsafe freeMultiHandle = try function("curl_multi_cleanup", as: MultiFunction.self)
    unsafe add = try function("curl_multi_add_handle", as: MembershipFunction.self)
    unsafe remove = try function("curl_multi_remove_handle", as: MembershipFunction.self)
    unsafe perform = try function("curl_multi_perform", as: PerformFunction.self)
    unsafe poll = try function("curl_multi_poll", as: PollFunction.self)
    unsafe wakeUp = try function("curl_multi_wakeup", as: MultiFunction.self)
    unsafe nextMessage = try function("curl_multi_info_read", as: MessageFunction.self)
    unsafe setEasyOption = UnsafeRawPointer(try Self.address(of: "curl_easy_setopt", in: library))
    unsafe easyInfo = UnsafeRawPointer(try Self.address(of: "curl_easy_getinfo", in: library))
    unsafe setMultiOption = UnsafeRawPointer(try Self.address(of: "curl_multi_setopt", in: library))
    typealias VersionFunction =
      @convention(c) (CURLversion) -> UnsafeMutablePointer<curl_version_info_data>?
    let version = unsafe try function("curl_version_info", as: VersionFunction.self)(
      CURLVERSION_SEVENTH)
    systemAuthorities = unsafe version.flatMap { version in
      // The field exists since the seventh form of the structure (libcurl 7.70).
      unsafe version.pointee.age.rawValue >= CURLVERSION_SEVENTH.rawValue
        ? version.pointee.cainfo.map { unsafe String(cString: $0) } : nil
    }
  }

  private static func address(
    of name: String, in library: UnsafeMutableRawPointer
  ) throws(HTTPFailure) -> UnsafeMutableRawPointer {
    guard let address = unsafe dlsym(library, name) else {
      throw .cannotSend("\(fileName) has no `\(name)`; install libcurl 7.80 or newer")
    }
    return unsafe address
  }
}
