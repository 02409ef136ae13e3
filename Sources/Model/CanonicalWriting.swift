package import Encodings

/// A type that stores keep as our JSON and write by the thousand.
package protocol CanonicallyWritten: Encodable {
  /// Members in the order of their keys.
  func write(to writer: inout JSONWriter)
}

/// JSON with sorted keys, as for every other value; Foundation's encoder takes ten times as long.
package func canonicalJSON(_ value: some CanonicallyWritten) -> String {
  var writer = JSONWriter()
  value.write(to: &writer)
  return writer.text
}

extension JSONWriter {
  /// An enum's case as Swift codes it: an object of the case's name alone, with its values in it.
  fileprivate mutating func enumCase(_ name: String, _ values: (inout JSONWriter) -> Void) {
    object {
      $0.name(name)
      $0.object(values)
    }
  }
}

extension [String: String]: CanonicallyWritten {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      for (key, value) in sorted(by: { $0.key < $1.key }) { writer.member(key, value) }
    }
  }
}

extension PlainValue: CanonicallyWritten {
  package func write(to writer: inout JSONWriter) {
    switch self {
    case .string(let text): writer.enumCase("string") { $0.member("_0", text) }
    case .number(let text): writer.enumCase("number") { $0.member("_0", text) }
    case .boolean(let value):
      writer.enumCase("boolean") {
        $0.name("_0")
        $0.boolean(value)
      }
    }
  }
}

extension AppliedField: CanonicallyWritten {
  package func write(to writer: inout JSONWriter) {
    switch self {
    case .plain(let value):
      writer.enumCase("plain") {
        $0.name("_0")
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
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("app", app.rawValue)
      if let destinations {
        writer.name("destinations")
        writer.array { writer in
          for destination in destinations.sorted() { writer.string(destination.rawValue) }
        }
      }
      writer.name("fields")
      writer.object { writer in
        for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
          writer.name(name.rawValue)
          field.write(to: &writer)
        }
      }
      writer.name("labels")
      labels.write(to: &writer)
      if let owner {
        writer.name("owner")
        owner.write(to: &writer)
      }
      writer.name("preventsDestroy")
      writer.boolean(preventsDestroy)
      writer.name("provenance")
      provenance.write(to: &writer)
      if let scopes {
        writer.name("scopes")
        writer.array { writer in
          for scope in scopes.sorted() { writer.string(scope.rawValue) }
        }
      }
      writer.member("setupType", setupType?.rawValue)
      writer.member("storeID", storeID.rawValue)
      writer.member("version", version.rawValue)
    }
  }
}

extension Owner: CanonicallyWritten {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("environment", environment)
      writer.member("name", name)
      writer.member("project", project.rawValue)
    }
  }
}

extension Provenance: CanonicallyWritten {
  package func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.name("at")
      writer.integer(at.milliseconds)
      writer.member("commit", commit)
      if !allowedRedirects.isEmpty {
        writer.name("redirects")
        writer.array { writer in
          for name in allowedRedirects { writer.string(name.rawValue) }
        }
      }
      writer.member("rolledBackTo", rolledBackTo?.rawValue)
      writer.member("toolVersion", toolVersion)
      writer.member("who", who)
    }
  }
}
