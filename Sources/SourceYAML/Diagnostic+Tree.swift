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

  /// Nothing of this kind quotes a name: `*pass` may be a password whose quotes were forgotten.
  static func nameRunsOn(at location: Location) -> Diagnostic {
    Diagnostic(
      .invalidYAML, "the name of an anchor or alias must be followed by a space", at: location,
      notes: [
        "a name has letters, digits, `_` and `-`; YAML parsers disagree on where one with others ends"
      ], help: ["add a space, or choose another name"])
  }

  static func unknownAlias(at location: Location) -> Diagnostic {
    Diagnostic(
      .unknownAlias, "an alias has no anchor", at: location,
      notes: ["an anchor must come before its alias, in the same document"],
      help: ["write the value instead, or quote it if it only begins with `*`"])
  }

  static func aliasOfItself(at location: Location) -> Diagnostic {
    Diagnostic(
      .unknownAlias, "an alias is inside the value that it refers to",
      at: location, notes: ["such a value would be infinite"], help: ["write the value instead"])
  }

  static func tooManyDirectives(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .tooManyDirectives, "more than \(limit) lines begin with `%`", at: location,
      notes: ["a line that begins with `%` is a YAML directive; the file was not read"],
      help: ["remove them"])
  }

  static func tooManyDocuments(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .tooManyItems, "the file has more than \(limit) documents", at: location,
      notes: ["the rest of the file was not read"], help: ["split it into several files"])
  }

  static func keyTooLong(_ limit: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .keyTooLong, "a key is longer than \(limit) bytes", at: location, help: ["shorten it"])
  }

  static func mergeKey(at location: Location) -> Diagnostic {
    Diagnostic(
      .mergeKey, "merge keys are not supported", at: location, label: "`<<` is YAML 1.1",
      notes: ["YAML 1.2 has no merge key"],
      help: ["write the merged keys out, or quote the key if its name is \"<<\""])
  }

  static func duplicateKey(firstLine: Int, at location: Location) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "duplicate key in this mapping", at: location,
      notes: ["first defined on line \(firstLine)"], help: ["remove one of the two"])
  }

  static func unsupportedTag(_ tag: String, at location: Location) -> Diagnostic {
    Diagnostic(
      .unsupportedTag, "tag\(tag.quotedIfKnown) is not supported", at: location,
      notes: ["supported tags: !!str, !!int, !!float, !!bool, !!null, !!map and !!seq"],
      help: ["remove the tag, or quote the value if it only begins with `!`"])
  }

  static func tagDoesNotFit(at location: Location) -> Diagnostic {
    Diagnostic(
      .unsupportedTag, "the value does not match its tag", at: location,
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

extension String {
  /// `!!name` for a tag of YAML's type repository (yaml.org/type), with a space before it. Any other may
  /// be a password that begins with `!`.
  fileprivate var quotedIfKnown: String {
    let prefix = "tag:yaml.org,2002:"
    let known = ["binary", "merge", "omap", "pairs", "set", "timestamp", "value", "yaml"]
    guard hasPrefix(prefix), known.contains(String(dropFirst(prefix.count))) else { return "" }
    return " `!!\(dropFirst(prefix.count))`"
  }
}
