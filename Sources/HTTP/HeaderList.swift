import CCurl
import Encodings

/// The headers of a request as libcurl reads them (CURLOPT_HTTPHEADER(3)): a linked list whose texts
/// are in one buffer that is wiped, because some of them are credentials.
@safe final class HeaderList: Sendable {
  private let texts: WipedBuffer
  private nonisolated(unsafe) let nodes: UnsafeMutableBufferPointer<curl_slist>

  /// What libcurl would add on its own: a request here has only the headers that it names.
  private static let implied = ["Accept", "Content-Type", "Expect"]

  /// - Throws: for a name that is not a token, or a value with a control character (RFC 9110
  ///   section 5.5), which could begin another header.
  init(_ headers: [(name: String, value: String)]) throws(HTTPFailure) {
    let names = Set(headers.map { $0.name.lowercased() })
    // A name with a colon and nothing after it removes a header; with a semicolon it is sent empty.
    var lines = Self.implied.filter { !names.contains($0.lowercased()) }.map { [$0, ":"] }
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(\.isHTTPTokenByte),
        value.utf8.allSatisfy({ !$0.isASCIIControl || $0 == UInt8(ascii: "\t") })
      else {
        throw .cannotSend("the header `\(name)` has a character that no header may have")
      }
      lines.append(value.isEmpty ? [name, ";"] : [name, ": ", value])
    }
    texts = WipedBuffer(lines.flatMap { $0.map(\.utf8) + ["\0".utf8] })
    unsafe nodes = .allocate(capacity: lines.count)
    var offset = 0
    for (index, line) in lines.enumerated() {
      let next = unsafe index + 1 < lines.count ? nodes.baseAddress?.advanced(by: index + 1) : nil
      unsafe nodes.initializeElement(
        at: index, to: curl_slist(data: texts.address(at: offset), next: next))
      offset += line.reduce(1) { $0 + $1.utf8.count }
    }
  }

  deinit {
    unsafe nodes.deallocate()
  }

  /// Valid as long as the list is.
  var first: UnsafeMutablePointer<curl_slist>? { unsafe nodes.baseAddress }
}
