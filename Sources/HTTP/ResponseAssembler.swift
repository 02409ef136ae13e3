import Encodings

/// Puts a response together from what libcurl delivers: one header line at a time, then the body in
/// pieces (CURLOPT_HEADERFUNCTION(3), CURLOPT_WRITEFUNCTION(3)).
struct ResponseAssembler {
  private(set) var status = 0
  private var headers: [String: String] = [:]
  private var headerBytes = 0
  private var lastName: String?
  /// Whether the head is complete; libcurl also accepts one that breaks off.
  private(set) var hasAllHeaders = false
  private var body: [UInt8] = []
  /// Whether it was given up because it has more bytes than the limits allow.
  private(set) var isTooLarge = false
  private let limit: Int

  /// Bytes of all headers of a response.
  private static let headerLimit = 256 << 10

  /// - Parameter limit: bytes of a body.
  init(limit: Int) { self.limit = limit }

  var response: HTTPResponse { HTTPResponse(status: status, headers: headers, body: body) }

  /// Takes one line, with its line break.
  ///
  /// - Returns: false if the response is too large.
  mutating func addHeaderLine(_ line: some BidirectionalCollection<UInt8>) -> Bool {
    headerBytes += line.count
    if headerBytes > Self.headerLimit { isTooLarge = true }
    guard !isTooLarge else { return false }
    let text = String(decoding: line, as: UTF8.self).trimmedOfBlanks
    if text.hasPrefix("HTTP/") {
      begin(statusLine: text)
    } else if text.isEmpty {
      // Informational responses (RFC 9110 section 15.2) precede the final one.
      hasAllHeaders = status >= 200
    } else if !hasAllHeaders {
      addField(text, isContinuation: line.first.map { $0 == 0x20 || $0 == 0x09 } ?? false)
    }
    return true
  }

  /// - Returns: false if the response is too large.
  mutating func addBody(_ bytes: some Collection<UInt8>) -> Bool {
    if bytes.count > limit - body.count { isTooLarge = true }
    guard !isTooLarge else { return false }
    // One allocation: a body that grows in steps leaves unwiped copies.
    if body.isEmpty, let length = headers["content-length"].flatMap({ Int($0) }) {
      body.reserveCapacity(max(0, min(length, limit)))
    }
    body += bytes
    return true
  }

  private mutating func begin(statusLine: String) {
    let code = statusLine.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    self = ResponseAssembler(limit: limit)
    status = code ?? 0
  }

  private mutating func addField(_ text: String, isContinuation: Bool) {
    // Obsolete line folding (RFC 9112 section 5.2).
    if isContinuation, let lastName {
      headers[lastName] = "\(headers[lastName] ?? "") \(text)"
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return }
    let name = parts[0].lowercased()
    headers[name] = String(parts[1]).trimmedOfBlanks
    lastName = name
  }
}

extension String {
  fileprivate var trimmedOfBlanks: String {
    let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0D, 0x0A].contains(byte) }
    let bytes = utf8.drop(while: isBlank)
    let end = bytes.lastIndex { !isBlank($0) }
    return end.map { String(bytes[...$0]) ?? "" } ?? ""
  }
}
