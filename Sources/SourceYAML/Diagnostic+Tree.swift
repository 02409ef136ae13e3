import Diagnostics

/// The faults that ``TreeBuilder`` finds; the parser's own are in `Diagnostic+SyntaxFault`.
extension Diagnostic {
  static func nestedTooDeep(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .nestedTooDeep, "more than \(limit) mappings and sequences inside one another", at: location,
      label: "this one is too deep", notes: ["the rest of the file was not read"],
      help: ["write it with less nesting"])
  }

  static func tooManyAliases(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .tooManyAliases, "the file's aliases stand for more than \(limit) values", at: location,
      notes: ["every use of an alias counts as all that it stands for; the rest was not read"],
      help: ["write values out where they are needed"])
  }

  static func unknownAlias(_ name: String, known: [String], at location: Location) -> Diagnostic {
    let near = nearestName(to: name, among: known)
    return Diagnostic(
      .unknownAlias, "alias \(quoted("*" + name)) refers to no anchor", at: location,
      notes: ["an anchor must stand before its alias, in the same document"],
      help: near.map { ["did you mean `*\($0)`?"] } ?? ["write the value instead"])
  }

  static func aliasOfItself(_ name: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unknownAlias, "alias \(quoted("*" + name)) stands inside the value that it refers to",
      at: location, notes: ["such a value would have no end"], help: ["write the value instead"])
  }

  static func mergeKey(at location: Location) -> Diagnostic {
    Diagnostic(
      .mergeKey, "merge keys are not supported", at: location, label: "`<<` is YAML 1.1",
      notes: ["YAML 1.2 has no merge key"],
      help: ["write the merged keys out, or quote the key if its name is \"<<\""])
  }

  static func duplicateKey(_ key: String, firstLine: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "key \(quoted(key)) stands twice in this mapping", at: location,
      notes: ["it stands first in line \(firstLine)"], help: ["keep one of the two"])
  }

  static func unsupportedTag(_ tag: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unsupportedTag, "tag \(quoted(tag.shortTag)) is not supported", at: location,
      notes: ["known are !!str, !!int, !!float, !!bool, !!null, !!map and !!seq"],
      help: ["remove the tag"])
  }

  static func tagDoesNotFit(_ tag: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unsupportedTag, "the value is not what its tag \(quoted(tag.shortTag)) says", at: location,
      help: ["remove the tag"])
  }

  static func keyIsNotText(isMissing: Bool, at location: Location) -> Diagnostic {
    Diagnostic(
      .keyIsNotText, isMissing ? "a key is missing" : "a key is a mapping or sequence",
      at: location,
      notes: ["every key must be one text"],
      help: [isMissing ? "write a key before the colon" : "write a text as the key"])
  }
}

/// A name of the document between backticks, cut where it is long, without control characters.
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
