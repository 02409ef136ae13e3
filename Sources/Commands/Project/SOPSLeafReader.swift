import Crypto
import Encodings
import Manifests

/// Opens leaves in their order, and digests them for the authentication code.
struct SOPSLeafReader {
  let key: SymmetricKey
  let rule: SOPSRule
  let macsOnlyEncrypted: Bool
  /// Values that are not encrypted, without empty texts.
  private(set) var plainCount = 0
  private var hash = SHA512()
  /// Of keys; most occur often.
  private var matched: [String: Bool] = [:]
  private var matchingCost = 0

  private static let maxPathBytes = 65_536
  /// About two seconds: a file's author chooses the rule and the keys.
  private static let maxMatchingCost = 40_000_000

  init(key: SymmetricKey, rule: SOPSRule, macsOnlyEncrypted: Bool) {
    (self.key, self.rule, self.macsOnlyEncrypted) = (key, rule, macsOnlyEncrypted)
    // So that this code and that over all leaves never are the same.
    if macsOnlyEncrypted { hash.update(data: Array(SHA256.hash(data: Array("sops".utf8)))) }
  }

  /// Upper-case hexadecimal digits.
  var digest: String { hexadecimal(hash.finalize()).uppercased() }

  /// The keys above a leaf.
  private struct Path {
    private(set) var keys: [String] = []
    /// With what joins them.
    private(set) var byteCount = 0
    /// Whether one of them matches the rule.
    var isMatched = false

    func appending(_ key: String) -> Path {
      var longer = self
      longer.keys.append(key)
      longer.byteCount += key.utf8.count + 1
      return longer
    }

    /// For people.
    var text: String { keys.joined(separator: ".") }
    var additionalData: String { keys.map { "\($0):" }.joined() }
  }

  mutating func opened(_ document: ImportedData) throws(SOPSFile.Fault) -> ImportedData {
    try opened(document, Path())
  }

  private mutating func opened(
    _ data: ImportedData, _ path: Path
  ) throws(SOPSFile.Fault) -> ImportedData {
    switch data {
    case .mapping(let members):
      var opened: [ImportedData.Member] = []
      for member in members {
        var below = path.appending(member.key)
        // Every value is authenticated with the whole of its path.
        guard below.byteCount <= Self.maxPathBytes else { throw .pathTooLong }
        if !below.isMatched { below.isMatched = try matches(member.key) }
        opened.append(
          ImportedData.Member(key: member.key, value: try self.opened(member.value, below)))
      }
      return .mapping(opened)
    case .list(let items):
      var opened: [ImportedData] = []
      for item in items { opened.append(try self.opened(item, path)) }
      return .list(opened)
    case .null: return .null
    case .text(let text), .entry(let text, _): return try leaf(text, isText: true, path)
    case .literal(let text): return try leaf(text, isText: false, path)
    }
  }

  private mutating func matches(_ key: String) throws(SOPSFile.Fault) -> Bool {
    if let known = matched[key] { return known }
    matchingCost += rule.cost(of: key)
    guard matchingCost <= Self.maxMatchingCost else { throw .unsupportedRule(rule.text) }
    let matches = rule.matches(key)
    matched[key] = matches
    return matches
  }

  private mutating func leaf(
    _ text: String, isText: Bool, _ path: Path
  ) throws(SOPSFile.Fault) -> ImportedData {
    guard rule.isEncrypted(path.isMatched) else {
      if !text.isEmpty { plainCount += 1 }
      let plain = isText ? text : SOPSLiteral.authenticated(text)
      if !macsOnlyEncrypted { hash.update(data: Array(plain.utf8)) }
      return isText ? .text(text) : .literal(text)
    }
    // SOPS leaves an empty text as it is.
    if text.isEmpty { return .text("") }
    guard let value = SOPSValue(text) else { throw .notEncrypted(path: path.text) }
    guard let plain = value.opened(with: key, path: path.additionalData) else {
      throw .undecryptable(path: path.text)
    }
    hash.update(data: plain)
    guard let opened = String(validating: plain, as: UTF8.self) else {
      throw .notText(path: path.text)
    }
    // Nothing authenticates the type: another one must not change the value.
    guard let data = SOPSValueType(rawValue: value.type)?.data(opened) else {
      throw .wrongType(path: path.text)
    }
    return data
  }
}
