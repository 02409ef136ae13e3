/// What a store keeps as JSON of ours, and writes by the thousand.
package protocol CanonicallyWritten: Encodable {
  /// Members in the order of their keys.
  func write(to writer: inout CanonicalWriter)
}

/// JSON with sorted keys, as for every other value; Foundation's encoder takes ten times as long.
package func canonicalJSON(_ value: some CanonicallyWritten) -> String {
  var writer = CanonicalWriter()
  value.write(to: &writer)
  return String(decoding: writer.bytes, as: UTF8.self)
}

package struct CanonicalWriter {
  fileprivate private(set) var bytes: [UInt8] = []

  fileprivate init() { bytes.reserveCapacity(512) }

  mutating func object(_ members: (inout CanonicalWriter) -> Void) {
    bytes.append(UInt8(ascii: "{"))
    members(&self)
    bytes.append(UInt8(ascii: "}"))
  }

  /// A member's key; what is written next is its value.
  mutating func key(_ name: String) {
    separate(from: UInt8(ascii: "{"))
    text(name)
    bytes.append(UInt8(ascii: ":"))
  }

  mutating func member(_ name: String, _ value: String?) {
    guard let value else { return }
    key(name)
    text(value)
  }

  mutating func texts(_ texts: [String]) {
    bytes.append(UInt8(ascii: "["))
    for text in texts {
      separate(from: UInt8(ascii: "["))
      self.text(text)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// An enum's case as Swift codes it: an object of the case's name alone, with its values in it.
  fileprivate mutating func enumCase(_ name: String, _ values: (inout CanonicalWriter) -> Void) {
    object {
      $0.key(name)
      $0.object(values)
    }
  }

  /// A number, or a word of JSON.
  mutating func bare(_ word: some CustomStringConvertible) {
    bytes.append(contentsOf: word.description.utf8)
  }

  /// RFC 8259 section 7, escaped no more than it must be.
  mutating func text(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
      case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
      case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
      case 0x0C: bytes.append(contentsOf: #"\f"#.utf8)
      case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
      case ..<0x20: bytes.append(contentsOf: "\\u00\(hexadecimal([byte]))".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func separate(from start: UInt8) {
    if bytes.last != start { bytes.append(UInt8(ascii: ",")) }
  }
}

extension [String: String]: CanonicallyWritten {
  package func write(to writer: inout CanonicalWriter) {
    writer.object { writer in
      for (key, value) in sorted(by: { $0.key < $1.key }) { writer.member(key, value) }
    }
  }
}

extension PlainValue: CanonicallyWritten {
  package func write(to writer: inout CanonicalWriter) {
    switch self {
    case .string(let text): writer.enumCase("string") { $0.member("_0", text) }
    case .number(let text): writer.enumCase("number") { $0.member("_0", text) }
    case .boolean(let value):
      writer.enumCase("boolean") {
        $0.key("_0")
        $0.bare(value)
      }
    }
  }
}

extension AppliedField: CanonicallyWritten {
  package func write(to writer: inout CanonicalWriter) {
    switch self {
    case .plain(let value):
      writer.enumCase("plain") {
        $0.key("_0")
        value.write(to: &$0)
      }
    case .sealed(let ciphertext, let value, let version):
      writer.enumCase("sealed") {
        $0.member("ciphertext", ciphertext.rawValue)
        $0.member("value", value?.rawValue)
        $0.member("version", version?.rawValue)
      }
    }
  }
}

extension AppliedRecord: CanonicallyWritten {
  package func write(to writer: inout CanonicalWriter) {
    writer.object { writer in
      writer.member("app", app.rawValue)
      writer.key("fields")
      writer.object { writer in
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
          writer.key(name.rawValue)
          field.write(to: &writer)
        }
      }
      writer.key("labels")
      labels.write(to: &writer)
      writer.key("preventsDestroy")
      writer.bare(preventsDestroy)
      writer.key("provenance")
      provenance.write(to: &writer)
      if let scopes {
        writer.key("scopes")
        writer.texts(scopes.sorted().map(\.rawValue))
      }
      writer.member("setupType", setupType?.rawValue)
      writer.member("storeID", storeID.rawValue)
      writer.member("version", version.rawValue)
    }
  }
}

extension Provenance: CanonicallyWritten {
  package func write(to writer: inout CanonicalWriter) {
    writer.object { writer in
      writer.key("at")
      writer.bare(at.milliseconds)
      writer.member("commit", commit)
      writer.member("toolVersion", toolVersion)
      writer.member("who", who)
    }
  }
}
