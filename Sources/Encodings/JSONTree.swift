/// A JSON value in memory, with where it was read.
///
/// For JSON that others write and that must be searched: names keep their order, a name that occurs
/// twice has both values, and half of a surrogate pair is U+FFFD.
package struct JSONTree: Sendable {
  package enum Content: Sendable {
    case object([Member])
    case array([JSONTree])
    case string(String)
    case number, boolean, null
  }

  package struct Member: Sendable {
    package let name: String
    package let value: JSONTree
  }

  package let content: Content
  /// Indices of the bytes.
  package let range: Range<Int>

  /// Why bytes are no JSON, and where reading stopped.
  package struct Fault: Error, Hashable, Sendable {
    package let reason: String
    package let offset: Int

    package init(reason: String, offset: Int) {
      (self.reason, self.offset) = (reason, offset)
    }
  }

  /// Objects and lists may be nested that deep. Values are read by recursion, which fits in the
  /// stack of any thread.
  package static let depthLimit = 500

  /// One value with nothing but white space around it. A byte order mark is skipped, as RFC 8259
  /// section 8.1 allows.
  package init(_ bytes: [UInt8]) throws(Fault) {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var scanner = JSONScanner(
      bytes[start...], depthLimit: Self.depthLimit, replacesInvalidText: true)
    guard let tree = Self.parsed(&scanner), scanner.isAtEnd() else {
      throw Fault(
        reason: scanner.isTooDeep
          ? "it is nested more than \(Self.depthLimit) levels deep" : "it is not JSON",
        offset: scanner.offset)
    }
    self = tree
  }

  private init(_ content: Content, _ range: Range<Int>) {
    self.content = content
    self.range = range
  }

  private static func parsed(_ scanner: inout JSONScanner) -> JSONTree? {
    guard let kind = scanner.kind() else { return nil }
    let start = scanner.offset
    var content: Content?
    switch kind {
    case .object:
      var members: [Member] = []
      let isWhole = scanner.object { name, scanner in
        guard let value = parsed(&scanner) else { return false }
        members.append(Member(name: name, value: value))
        return true
      }
      if isWhole { content = .object(members) }
    case .array:
      var elements: [JSONTree] = []
      let isWhole = scanner.array { scanner in
        guard let value = parsed(&scanner) else { return false }
        elements.append(value)
        return true
      }
      if isWhole { content = .array(elements) }
    case .string: content = scanner.string().map { .string($0) }
    case .number: content = scanner.number().map { _ in .number }
    case .boolean: content = scanner.boolean().map { _ in .boolean }
    case .null: content = scanner.null() ? .null : nil
    }
    return content.map { JSONTree($0, start..<scanner.offset) }
  }

  /// The value of a name; the last one if there are several, as most readers have it.
  package subscript(name: String) -> JSONTree? { all(name).last }

  /// The values of a name.
  package func all(_ name: String) -> [JSONTree] {
    guard case .object(let members) = content else { return [] }
    return members.filter { $0.name == name }.map(\.value)
  }

  package var string: String? {
    if case .string(let text) = content { text } else { nil }
  }

  package var isNull: Bool {
    if case .null = content { true } else { false }
  }
}
