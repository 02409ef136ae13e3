import GRDB

/// Parts of a row, each with its length in front, so that no two rows are encoded alike.
struct Statement {
  private(set) var bytes: [UInt8]

  init(_ purpose: String) {
    bytes = []
    add(purpose)
  }

  mutating func add(_ text: String?) {
    guard let text else {
      bytes.append(UInt8(ascii: "-"))
      return
    }
    add(Array(text.utf8))
  }

  mutating func add(_ part: [UInt8]) {
    bytes += Array("\(part.count):".utf8)
    bytes += part
  }

  mutating func add(_ number: Int64?) { add(number.map { String($0) }) }
  mutating func add(_ flag: Bool) { add(flag ? "1" : "0") }
}
