private import Crypto
import Encodings
import Model

/// Names by which other tools refer to things. Each of several that would have the same name gets a digest of what
/// it is: by a number, one more export could give a name, and the value that a tool keeps for it, to another thing.
struct DistinctNames<Thing: Hashable> {
  private let names: [Thing: String]

  /// - Parameters:
  ///   - wanted: names, which may be equal.
  ///   - identity: what a digest is made of.
  init(
    _ wanted: [(thing: Thing, name: String)], separator: String = "_",
    identity: (Thing) -> String
  ) {
    let counts = Dictionary(wanted.map { ($0.name, 1) }, uniquingKeysWith: +)
    var unique = UniqueNames(separator: separator)
    names = Dictionary(
      wanted.map { thing, name in
        if counts[name] == 1 { return (thing, unique.name(for: name)) }
        let digest = hexadecimal(SHA256.hash(data: Array(identity(thing).utf8)).prefix(4))
        return (thing, unique.name(for: "\(name)\(separator)\(digest)"))
      }
    ) { first, _ in first }
  }

  /// - Precondition: it is one of those that were named.
  subscript(thing: Thing) -> String {
    guard let name = names[thing] else { preconditionFailure("only what is exported has a name") }
    return name
  }
}

extension DistinctNames where Thing == FieldAddress {
  /// For the secrets of connections.
  init(
    secretsOf connections: [ExportedConnection],
    name: (ExportedConnection, ExportedConnection.Field) -> String
  ) {
    self.init(
      connections.filter { $0.setupType != nil }.flatMap { connection in
        connection.fields.filter { $0.value == .secret }.map { field in
          (
            thing: FieldAddress(connection.name, field.name), name: name(connection, field)
          )
        }
      }
    ) { "\($0.connection)\0\($0.field)" }
  }
}
