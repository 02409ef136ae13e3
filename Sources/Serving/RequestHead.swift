private import Encodings

/// The head of an HTTP/1.1 request, read strictly (RFC 9112): what two readers could understand in two
/// ways is refused.
package struct RequestHead: Hashable, Sendable {
  package let method: String
  /// Of the target, without the query; begins with `/` and is not decoded.
  package let path: String
  /// Without `?`; `nil` if there is none.
  package let query: String?
  /// By names in lower case; each occurs once.
  package let fields: [String: String]
  /// Bytes that follow the head.
  package let bodyLength: Int

  /// Why a request is refused.
  package enum Fault: Error, Hashable, Sendable {
    case malformed, tooLarge, bodyTooLarge, unknownVersion
    /// A body in chunks.
    case encodedBody

    package var status: ServerResponse.Status {
      switch self {
      case .malformed: .badRequest
      case .tooLarge: .headTooLarge
      case .bodyTooLarge: .bodyTooLarge
      case .unknownVersion: .unknownVersion
      case .encodedBody: .notImplemented
      }
    }
  }

  /// Bytes of the head.
  package static let limit = 16 << 10
  private static let maxFields = 64
  /// Bytes of a body.
  package static let bodyLimit = 2 << 20

  /// The fields that a request may have several of; none of them is read here.
  private static let repeatable: Set<String> = ["accept", "accept-encoding", "accept-language"]

  /// - Parameter bytes: up to and without the empty line.
  package init(_ bytes: some Collection<UInt8>) throws(Fault) {
    if bytes.count > Self.limit { throw .tooLarge }
    // Neither controls nor anything but ASCII has a meaning in what is read here.
    guard bytes.allSatisfy({ (0x20..<0x7F).contains($0) || [0x09, 0x0A, 0x0D].contains($0) })
    else { throw .malformed }
    let lines = try Self.lines(String(decoding: bytes, as: UTF8.self))
    let start = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard start.count == 3, !start[0].isEmpty, start[0].utf8.allSatisfy(\.isASCIIUppercase),
      start[1].hasPrefix("/"), !start[1].hasPrefix("//")
    else { throw .malformed }
    guard ["HTTP/1.0", "HTTP/1.1"].contains(start[2]) else {
      throw start[2].hasPrefix("HTTP/") ? .unknownVersion : .malformed
    }
    method = String(start[0])
    let target = start[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = String(target[0])
    query = target.count > 1 ? String(target[1]) : nil
    fields = try Self.fields(lines.dropFirst())
    guard fields["host"] != nil else { throw .malformed }
    if fields["transfer-encoding"] != nil { throw .encodedBody }
    bodyLength = try Self.length(fields["content-length"])
  }

  /// Lines end with CR LF; a CR or LF alone, or a continued line, is a way to hide a field.
  private static func lines(_ text: String) throws(Fault) -> [String] {
    var lines: [String] = []
    for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
      lines.append(String(line))
    }
    let last = lines.count - 1
    for (number, line) in lines.enumerated() {
      guard number == last || line.unicodeScalars.last == "\r" else { throw .malformed }
      if number < last { lines[number].unicodeScalars.removeLast() }
      guard !lines[number].unicodeScalars.contains("\r"), !lines[number].isEmpty,
        !lines[number].hasPrefix(" "), !lines[number].hasPrefix("\t")
      else { throw .malformed }
    }
    return lines
  }

  private static func fields(_ lines: some Collection<String>) throws(Fault) -> [String: String] {
    if lines.count > maxFields { throw .tooLarge }
    var fields: [String: String] = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":") else { throw .malformed }
      let name = line[..<colon].lowercased()
      guard !name.isEmpty, name.utf8.allSatisfy(\.isHTTPTokenByte) else { throw .malformed }
      let value = line[line.index(after: colon)...].trimming { $0 == " " || $0 == "\t" }
      if fields.updateValue(value, forKey: name) != nil, !repeatable.contains(name) {
        throw .malformed
      }
    }
    return fields
  }

  private static func length(_ text: String?) throws(Fault) -> Int {
    guard let text else { return 0 }
    guard !text.isEmpty, text.utf8.allSatisfy(\.isASCIIDigit) else { throw .malformed }
    guard let length = Int(text), length <= bodyLimit else { throw .bodyTooLarge }
    return length
  }
}

extension Substring {
  fileprivate func trimming(_ isSpace: (Character) -> Bool) -> String {
    var text = drop(while: isSpace)
    while let last = text.last, isSpace(last) { text.removeLast() }
    return String(text)
  }
}
