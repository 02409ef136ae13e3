/// Reads the requests of one connection (RFC 9112), each with a body of at most 8 MiB.
struct RequestReader {
  enum Failure: Error { case malformed, tooLarge, incomplete }

  private static let maxBodySize = 8 << 20
  private let socket: TCPSocket
  private var buffer: [UInt8] = []
  /// The index in the buffer of the next byte to read.
  private var position = 0

  init(_ socket: TCPSocket) { self.socket = socket }

  /// The next request; `nil` at the end of the stream.
  mutating func next() throws -> ServerRequest? {
    var head: [String] = []
    while let line = try nextLine() {
      if line.isEmpty, head.isEmpty { continue }
      if !line.isEmpty {
        head.append(line)
        continue
      }
      guard var request = ServerRequest(head: head) else { throw Failure.malformed }
      request.body = try body(request.headers)
      return request
    }
    if !head.isEmpty { throw Failure.incomplete }
    return nil
  }

  private mutating func body(_ headers: [String: String]) throws -> [UInt8] {
    if headers["expect"]?.lowercased() == "100-continue" {
      try socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    if headers["transfer-encoding"] != nil { return try chunks() }
    guard let text = headers["content-length"] else { return [] }
    guard let length = Int(text), length >= 0 else { throw Failure.malformed }
    return try bytes(length)
  }

  private mutating func chunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      guard let line = try nextLine() else { throw Failure.incomplete }
      let size = line.prefix { $0 != ";" }
      guard let count = Int(size, radix: 16), count >= 0 else { throw Failure.malformed }
      if count == 0 { break }
      body += try bytes(count)
      guard body.count <= Self.maxBodySize else { throw Failure.tooLarge }
      guard try nextLine()?.isEmpty == true else { throw Failure.malformed }
    }
    // The trailer: header lines up to an empty one.
    while let line = try nextLine() {
      if line.isEmpty { return body }
    }
    throw Failure.incomplete
  }

  /// A line without its end; `nil` at the end of the stream.
  private mutating func nextLine() throws -> String? {
    while true {
      if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[position..<end]
        position = end + 1
        guard line.last == UInt8(ascii: "\r") else { throw Failure.malformed }
        return String(decoding: line.dropLast(), as: UTF8.self)
      }
      guard try receive() else { return nil }
    }
  }

  private mutating func bytes(_ count: Int) throws -> [UInt8] {
    guard count <= Self.maxBodySize else { throw Failure.tooLarge }
    while buffer.count - position < count {
      guard try receive() else { throw Failure.incomplete }
    }
    defer { position += count }
    return Array(buffer[position..<(position + count)])
  }

  /// `false` at the end of the stream.
  private mutating func receive() throws -> Bool {
    buffer.removeFirst(position)
    position = 0
    let received = try socket.receive()
    buffer += received
    return !received.isEmpty
  }
}
