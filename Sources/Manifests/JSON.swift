import Encodings

/// JSON whose members keep their order, so that generated schemas read well and never shuffle.
/// Written as a literal, it looks like the JSON that it becomes.
indirect enum JSON: Sendable {
  case object(Members)
  case array([JSON])
  case string(String)
  /// With the digits that it was written with.
  case number(String)
  case boolean(Bool)
  case null

  /// The members of an object, in order.
  struct Members: Sendable {
    private(set) var all: [(key: String, value: JSON)]

    init(_ all: some Sequence<(String, JSON)>) { self.all = all.map { ($0, $1) } }

    static func + (left: Members, right: Members) -> Members { Members(left.all + right.all) }
    static func += (left: inout Members, right: Members) { left.all += right.all }
  }

  static func number(_ number: Int) -> JSON { .number(String(number)) }

  static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

  /// Indented by two spaces, with a line break at the end.
  var text: String { written(indent: "") + "\n" }

  private func written(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .object(let members) where members.all.isEmpty: return "{}"
    case .array(let items) where items.isEmpty: return "[]"
    case .object(let members):
      let lines = members.all.map { "\(inner)\(Self.quoted($0)): \($1.written(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    case .array(let items):
      let lines = items.map { inner + $0.written(indent: inner) }
      return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
    case .string(let text): return Self.quoted(text)
    case .number(let digits): return JSONScanner.isNumber(digits) ? digits : Self.quoted(digits)
    case .boolean(let value): return "\(value)"
    case .null: return "null"
    }
  }

  /// RFC 8259 section 7.
  private static func quoted(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": return "\\\""
      case "\\": return "\\\\"
      case "\n": return "\\n"
      default:
        guard scalar.value < 0x20 else { return String(scalar) }
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}

extension JSON.Members: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral members: (String, JSON)...) { self.init(members) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral members: (String, JSON)...) { self = .object(Members(members)) }
}

extension JSON: ExpressibleByArrayLiteral {
  init(arrayLiteral items: JSON...) { self = .array(items) }
}

extension JSON: ExpressibleByStringInterpolation {
  init(stringLiteral text: String) { self = .string(text) }
}

extension JSON: ExpressibleByIntegerLiteral {
  init(integerLiteral number: Int) { self = .number(number) }
}

extension JSON: ExpressibleByBooleanLiteral {
  init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension JSON: ExpressibleByNilLiteral {
  init(nilLiteral: ()) { self = .null }
}
