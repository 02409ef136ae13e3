import Diagnostics

/// The faults that ``TreeBuilder`` finds; the parser's own are in `Diagnostic+SyntaxFault`.
extension Diagnostic {
  static func nestedTooDeep(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .nestedTooDeep, "mappings and sequences are nested more than \(limit) levels deep",
      at: location,
      label: "too deep", notes: ["the rest of the file was not read"],
      help: ["reduce the nesting"])
  }

  static func tooManyAliases(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .tooManyAliases, "the file's aliases expand to more than \(limit) values", at: location,
      notes: [
        "each use of an alias counts as everything it expands to; the rest of the file was not read"
      ],
      help: ["replace aliases with values"])
  }

  static func unknownAlias(_ name: String, known: [String], at location: Location) -> Diagnostic {
    let near = nearestName(to: name, among: known)
    return Diagnostic(
      .unknownAlias, "alias \(quoted("*" + name)) has no anchor", at: location,
      notes: ["an anchor must come before its alias, in the same document"],
      help: near.map { ["did you mean `*\($0)`?"] } ?? ["write the value instead"])
  }

  static func aliasOfItself(_ name: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unknownAlias, "alias \(quoted("*" + name)) is inside the value that it refers to",
      at: location, notes: ["such a value would be infinite"], help: ["write the value instead"])
  }

  static func mergeKey(at location: Location) -> Diagnostic {
    Diagnostic(
      .mergeKey, "merge keys are not supported", at: location, label: "`<<` is YAML 1.1",
      notes: ["YAML 1.2 has no merge key"],
      help: ["write the merged keys out, or quote the key if its name is \"<<\""])
  }

  static func duplicateKey(_ key: String, firstLine: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "duplicate key \(quoted(key)) in this mapping", at: location,
      notes: ["first defined on line \(firstLine)"], help: ["remove one of the two"])
  }

  static func unsupportedTag(_ tag: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unsupportedTag, "tag \(quoted(tag.shortTag)) is not supported", at: location,
      notes: ["supported tags: !!str, !!int, !!float, !!bool, !!null, !!map and !!seq"],
      help: ["remove the tag"])
  }

  static func tagDoesNotFit(_ tag: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unsupportedTag, "the value does not match its tag \(quoted(tag.shortTag))", at: location,
      help: ["remove the tag"])
  }

  static func keyIsNotText(isMissing: Bool, at location: Location) -> Diagnostic {
    Diagnostic(
      .keyIsNotText, isMissing ? "a key is missing" : "a key is a mapping or sequence",
      at: location,
      notes: ["every key must be a string"],
      help: [isMissing ? "write a key before the colon" : "use a string as the key"])
  }
}

/// A name of the document between backticks, cut if it is long, without control characters.
private func quoted(_ name: String) -> String {
  var text = ""
  for scalar in name.unicodeScalars.prefix(48) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: text += "?"
    default: text.unicodeScalars.append(scalar == "`" ? "'" : scalar)
    }
  }
  return "`\(text)\(name.unicodeScalars.count > 48 ? "…" : "")`"
}

extension String {
  /// `!!name` for a tag of YAML's own, else the tag.
  fileprivate var shortTag: String {
    let prefix = "tag:yaml.org,2002:"
    return hasPrefix(prefix) ? "!!" + dropFirst(prefix.count) : self
  }
}
