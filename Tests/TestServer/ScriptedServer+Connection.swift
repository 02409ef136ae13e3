extension ScriptedServer {
  /// An accepted connection, to be used only on the thread of its script.
  package final class Connection {
    /// From 1.
    package let number: Int
    private let socket: TCPSocket
    private var reader: RequestReader
    private let record: (String) -> Void

    init(number: Int, _ socket: TCPSocket, record: @escaping (String) -> Void) {
      self.number = number
      self.socket = socket
      self.record = record
      reader = RequestReader(socket)
    }

    /// Waits for the next request, its body included; `nil` at the end of the stream.
    package func readRequest() throws -> ServerRequest? {
      let request = try reader.next()
      if let request { record(request.head) }
      return request
    }

    /// Drops whatever arrives until the end of the stream.
    package func drain() throws { while try !socket.receive().isEmpty {} }

    package func write(_ bytes: [UInt8]) throws { try socket.send(bytes) }
    package func write(_ text: String) throws { try write(Array(text.utf8)) }

    /// Closes it in good order: the peer reads what was written, and then the end of the stream.
    package func close() { socket.close() }

    /// Breaks it: the peer sees `ECONNRESET`, perhaps before it has read all that was written.
    package func reset() { socket.reset() }
  }
}
