package import Encodings
private import FoundationEssentials

/// A type that stores keep as our JSON and read by the thousand.
package protocol CanonicallyDecodable: Decodable {
  /// `nil` for JSON with members other than ours, which may still be valid.
  init?(_ scanner: inout JSONScanner)
}

extension CanonicallyDecodable {
  /// Read straight from JSON that has the members that `canonicalJSON` writes. Any other JSON is left
  /// to Foundation's decoder, which takes twenty times as long but reports errors.
  package init(json text: String) throws {
    var scanner = JSONScanner(text)
    if let value = Self(&scanner), scanner.isAtEnd() {
      self = value
    } else {
      self = try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    }
  }
}

extension JSONScanner {
  fileprivate mutating func strings() -> [String]? {
    var texts: [String] = []
    let isWhole = array { scanner in
      guard let text = scanner.string() else { return false }
      texts.append(text)
      return true
    }
    return isWhole ? texts : nil
  }

  /// An enum's case as Swift codes it: an object of the case's name alone, with its values in it.
  fileprivate mutating func enumCase<Value>(
    _ value: (String, inout JSONScanner) -> Value?
  ) -> Value? {
    var found: Value?
    let isWhole = object { name, scanner in
      guard found == nil else { return false }
      found = value(name, &scanner)
      return found != nil
    }
    return isWhole ? found : nil
  }

  /// The value without a name of a case.
  fileprivate mutating func only<Value>(_ value: (inout JSONScanner) -> Value?) -> Value? {
    enumCase { name, scanner in name == "_0" ? value(&scanner) : nil }
  }
}

extension Dictionary: CanonicallyDecodable where Key == String, Value == String {
  package init?(_ scanner: inout JSONScanner) {
    var entries: [String: String] = [:]
    let isWhole = scanner.object { key, scanner in
      guard let text = scanner.string() else { return false }
      return entries.updateValue(text, forKey: key) == nil
    }
    guard isWhole else { return nil }
    self = entries
  }
}

extension PlainValue: CanonicallyDecodable {
  package init?(_ scanner: inout JSONScanner) {
    let value = scanner.enumCase { name, scanner -> PlainValue? in
      switch name {
      case "string": scanner.only { $0.string() }.map { .string($0) }
      case "number": scanner.only { $0.string() }.map { .number($0) }
      case "boolean": scanner.only { $0.boolean() }.map { .boolean($0) }
      default: nil
      }
    }
    guard let value else { return nil }
    self = value
  }
}

extension AppliedField {
  fileprivate init?(_ scanner: inout JSONScanner) {
    let value = scanner.enumCase { name, scanner -> AppliedField? in
      switch name {
      case "plain": scanner.only { PlainValue(&$0) }.map { .plain($0) }
      case "sealed": Self.sealed(&scanner)
      default: nil
      }
    }
    guard let value else { return nil }
    self = value
  }

  private static func sealed(_ scanner: inout JSONScanner) -> AppliedField? {
    var texts: [String: String] = [:]
    let isWhole = scanner.object { key, scanner in
      guard ["ciphertext", "value", "version"].contains(key) else { return false }
      texts[key] = scanner.string()
      return texts[key] != nil
    }
    guard isWhole, let ciphertext = texts["ciphertext"] else { return nil }
    return .sealed(
      ciphertext: CiphertextDigest(ciphertext), value: texts["value"].map { KeyedDigest($0) },
      version: texts["version"].map { StoreVersion($0) })
  }
}

extension AppliedRecord: CanonicallyDecodable {
  package convenience init?(_ scanner: inout JSONScanner) {
    var texts: [String: String] = [:]
    var fields: [FieldName: AppliedField] = [:]
    var labels: [String: String]?
    var scopes: Set<Scope>?
    var destinations: Set<Destination>?
    var preventsDestroy = false
    var provenance: Provenance?
    var owner: Owner?
    let isWhole = scanner.object { key, scanner in
      switch key {
      case "storeID", "version", "app", "setupType":
        texts[key] = scanner.string()
        return texts[key] != nil
      case "owner":
        owner = Owner(&scanner)
        return owner != nil
      case "fields":
        return scanner.object { name, scanner in
          guard let field = AppliedField(&scanner) else { return false }
          fields[FieldName(name)] = field
          return true
        }
      case "labels":
        labels = [String: String](&scanner)
        return labels != nil
      case "scopes":
        scopes = scanner.strings().map { Set($0.map { Scope($0) }) }
        return scopes != nil
      case "destinations":
        destinations = scanner.strings().map { Set($0.map { Destination($0) }) }
        return destinations != nil
      case "preventsDestroy":
        guard let value = scanner.boolean() else { return false }
        preventsDestroy = value
        return true
      case "provenance":
        provenance = Provenance(&scanner)
        return provenance != nil
      default: return false
      }
    }
    guard isWhole, let storeID = texts["storeID"], let version = texts["version"],
      let app = texts["app"], let labels, let provenance
    else { return nil }
    self.init(
      owner: owner, storeID: StoreID(storeID), version: StoreVersion(version), app: AppID(app),
      setupType: texts["setupType"].map { SetupType($0) }, fields: fields, labels: labels,
      scopes: scopes, destinations: destinations, preventsDestroy: preventsDestroy,
      provenance: provenance)
  }
}

extension Owner {
  fileprivate init?(_ scanner: inout JSONScanner) {
    var texts: [String: String] = [:]
    let isWhole = scanner.object { key, scanner in
      guard ["project", "name", "environment"].contains(key) else { return false }
      texts[key] = scanner.string()
      return texts[key] != nil
    }
    guard isWhole, let project = texts["project"].flatMap({ ProjectID($0) }),
      let name = texts["name"]
    else { return nil }
    self.init(project: project, name: name, environment: texts["environment"])
  }
}

extension Provenance {
  fileprivate init?(_ scanner: inout JSONScanner) {
    var texts: [String: String] = [:]
    var at: Int64?
    var redirects: [ConnectionName] = []
    let isWhole = scanner.object { key, scanner in
      if key == "at" {
        at = scanner.integer()
        return at != nil
      }
      if key == "redirects" {
        guard let names = scanner.strings() else { return false }
        redirects = names.compactMap { ConnectionName($0) }
        return redirects.count == names.count
      }
      guard ["who", "toolVersion", "commit", "rolledBackTo"].contains(key) else { return false }
      texts[key] = scanner.string()
      return texts[key] != nil
    }
    guard isWhole, let at, let who = texts["who"], let toolVersion = texts["toolVersion"] else {
      return nil
    }
    self.init(
      who: who, at: Timestamp(milliseconds: at), toolVersion: toolVersion, commit: texts["commit"],
      allowedRedirects: redirects, rolledBackTo: texts["rolledBackTo"].map { StoreVersion($0) })
  }
}
