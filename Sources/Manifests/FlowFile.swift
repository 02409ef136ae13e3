package import Diagnostics
import Encodings
package import Model
import SourceYAML

/// A flow definition: one JSON object, in the format that Auth0's tools export.
package struct FlowFile: Sendable {
  /// `nil` if the file has an error.
  package let flow: Flow?
  package let diagnostics: [Diagnostic]
  package let source: RedactedSource

  /// JSON is YAML, so the YAML parser reads it, which knows locations. Unknown keys are ignored;
  /// `connection_id` is looked for in every action's `params`, whatever its type.
  package init(_ bytes: [UInt8], file: String) {
    let (yaml, faults) = YAMLFile.parse(Self.withoutSurrogates(bytes), file: file)
    var reader = NodeReader(file: file)
    let roots = yaml.documents.compactMap(\.root)
    var flow: Flow?
    if let root = roots.first, !faults.hasErrors {
      flow = reader.flow(root)
    } else if faults.isEmpty {
      reader.report(.invalidFlow("it is empty", at: .file(file)))
    }
    diagnostics = reader.diagnostics(after: faults.map { $0.inFlow() })
    self.flow = diagnostics.hasErrors ? nil : flow
    let hidden = faults.hasErrors ? nil : reader.hiddenRanges(under: roots)
    source = RedactedSource(yaml.bytes, hidden: hidden)
  }

  /// JSON escapes a code point above U+FFFF as two surrogates (RFC 8259 section 7), YAML as one
  /// escape of eight digits.
  private static func withoutSurrogates(_ bytes: [UInt8]) -> [UInt8] {
    let slash = UInt8(ascii: "\\")
    guard bytes.contains(slash) else { return bytes }
    func unit(at index: Int) -> UInt32? {
      guard index + 6 <= bytes.count, bytes[index] == slash, bytes[index + 1] == UInt8(ascii: "u")
      else { return nil }
      return hexadecimalNumber(bytes[(index + 2)..<(index + 6)])
    }
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
      if let high = unit(at: index), (0xD800..<0xDC00).contains(high),
        let low = unit(at: index + 6), (0xDC00..<0xE000).contains(low)
      {
        let digits = String(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00), radix: 16)
        result += Array(("\\U" + String(repeating: "0", count: 8 - digits.count) + digits).utf8)
        index += 12
      } else {
        // An escaped backslash begins no escape.
        let length = bytes[index] == slash ? min(2, bytes.count - index) : 1
        result += bytes[index..<(index + length)]
        index += length
      }
    }
    return result
  }
}

extension NodeReader {
  fileprivate mutating func flow(_ root: YAMLNode) -> Flow? {
    guard case .mapping(let entries) = root.content else {
      report(.invalidFlow("a flow must be an object", at: location(root)))
      return nil
    }
    let name = ["name", "id"].compactMap { entries.value($0)?.string }.first ?? file
    // A flow without actions lacks the key.
    guard let actions = entries.given("actions") else {
      if entries.value("id") == nil, entries.value("name") == nil {
        report(.invalidFlow("it has neither `actions` nor `id` nor `name`", at: location(root)))
      }
      return Flow(name: name, file: file, steps: [])
    }
    return Flow(name: name, file: file, steps: steps(actions, "actions"))
  }

  private mutating func steps(_ node: YAMLNode, _ path: String) -> [FlowStep] {
    guard let items = node.items else {
      report(.invalidFlow("`\(path)` must be a list", at: location(node)))
      return []
    }
    return items.flatMap { step($0, path) }
  }

  private mutating func step(_ node: YAMLNode, _ path: String) -> [FlowStep] {
    guard let type = node["type"]?.string, let action = node["action"]?.string else {
      report(
        .invalidFlow(
          "an action in `\(path)` needs the strings `type` and `action`", at: location(node)))
      return []
    }
    for known in ["type", "action"] { node[known].map { show($0) } }
    var location = location(node["action"] ?? node)
    var connection: String?
    let params = node["params"]
    if let reference = params?["connection_id"], !reference.isNull {
      guard let text = reference.string, !text.isEmpty else {
        report(.invalidFlow("`connection_id` must be a string", at: self.location(reference)))
        return []
      }
      show(reference)
      connection = text
      location = self.location(reference)
    }
    let step = FlowStep(
      app: AppID(type.lowercased()), action: action.lowercased(), connection: connection,
      looksLikeStoreID: connection?.looksLikeConnectionID ?? false, location: location)
    // Only a condition's `then` and `else` are branches; another action's are its own values.
    guard step.app == "flow" else { return [step] }
    return ["then", "else"].reduce(into: [step]) { found, branch in
      if let nested = params?[branch], !nested.isNull {
        found += steps(nested, "params.\(branch)")
      }
    }
  }
}

extension String {
  /// The form of the ids that an Auth0 tenant gives to connections.
  fileprivate var looksLikeConnectionID: Bool {
    hasPrefix("ac_") && utf8.count > 20
      && dropFirst(3).allSatisfy(\.isASCIIAlphanumeric)
  }
}

extension Diagnostic {
  fileprivate static func invalidFlow(_ reason: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidFlow, "invalid flow definition: \(reason)", at: location,
      help: ["export it again, or remove it from `flows` in \(Project.fileName)"])
  }

  /// The parser's fault, which names YAML, for a flow.
  fileprivate func inFlow() -> Diagnostic {
    guard severity == .error else { return self }
    return .invalidFlow("it is not JSON (\(message))", at: location ?? .file(""))
  }
}
