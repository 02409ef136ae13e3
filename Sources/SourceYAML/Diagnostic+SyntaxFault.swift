import Diagnostics

/// The diagnostic for libyaml's fault; for a rare one with libyaml's own constant text.
func syntaxDiagnostic(
  _ fault: SyntaxFault, in source: SourceText, file: String
) -> Diagnostic {
  let position = source.position(of: fault.problemMark)
  if fault.isOutOfMemory {
    return Diagnostic(
      .invalidYAML, "the YAML parser ran out of memory", at: .file(file),
      help: ["free memory, then run the command again"])
  }
  if let tab = source.indentingTab(at: position, fault) {
    return Diagnostic(
      .tabIndentation, "a tab is used for indentation",
      at: .source(file: file, range: SourceRange(at: tab)), label: "tab",
      notes: ["YAML is indented with spaces only"], help: ["use spaces"])
  }
  let text = SyntaxFaultText(fault)
  let opening = source.position(of: fault.contextMark)
  // If a quote is never closed, the file's end says nothing; its start does.
  let location = text.pointsToOpening ? opening : position
  var notes = text.notes
  if text.namesOpening, !text.pointsToOpening {
    notes.append("it starts at line \(opening.line), column \(opening.column)")
  }
  return Diagnostic(
    .invalidYAML, text.message, at: .source(file: file, range: SourceRange(at: location)),
    notes: notes,
    help: text.help)
}

extension SourceText {
  /// The tab that a fault is about.
  fileprivate func indentingTab(at position: Position, _ fault: SyntaxFault) -> Position? {
    if position.offset < bytes.count, bytes[position.offset] == UInt8(ascii: "\t") {
      return position
    }
    let isAboutLayout =
      fault.problem == "mapping values are not allowed in this context"
      || fault.problem == "did not find expected key"
      || fault.problem == "could not find expected ':'"
    guard isAboutLayout else { return nil }
    let line = bytes.lineStart(of: position.offset, notBefore: base)
    let start = self.position(at: line)
    let text = bytes.endOfSpaces(from: line, limit: bytes.count)
    guard text < bytes.count, bytes[text] == UInt8(ascii: "\t") else { return nil }
    return self.position(at: text, from: start)
  }
}

/// The texts for a fault.
private struct SyntaxFaultText {
  var message = ""
  var notes: [String] = []
  var help: [String] = []
  /// The note names where the thing that is broken starts.
  var namesOpening = false
  var pointsToOpening = false

  init(_ fault: SyntaxFault) {
    switch fault.problem {
    case "found unexpected end of stream" where fault.context.hasSuffix("quoted scalar"):
      message = "a quoted string is not closed"
      help = ["close the quote"]
      pointsToOpening = true
    case "found unexpected document indicator":
      message = "a quoted string is not closed before the next document"
      help = ["close the quote"]
      pointsToOpening = true
    case "found unknown escape character":
      message = "unknown escape sequence in double quotes"
      help = ["write a backslash as \\\\, or use single quotes"]
    case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
      message = "invalid Unicode escape sequence in double quotes"
      help = ["write \\xHH, \\uHHHH or \\UHHHHHHHH with hexadecimal digits"]
    case "mapping values are not allowed in this context":
      message = "unexpected `:`"
      notes = ["either this line is indented wrongly, or a string contains a colon and a space"]
      help = ["align it with the other keys, or quote the string"]
    case "could not find expected ':'":
      message = "a key has no `:`"
      help = ["write `key: value`"]
      pointsToOpening = true
    case "did not find expected key":
      message = "expected a key"
      notes = ["keys of one mapping must start in the same column"]
      help = ["align it with the other keys; close quotes and brackets before it"]
      namesOpening = true
    case "did not find expected '-' indicator":
      message = "expected an item of the sequence"
      notes = ["items of one sequence must start in the same column"]
      help = ["start the line with `- ` in the column of the other items"]
      namesOpening = true
    case "block sequence entries are not allowed in this context":
      message = "unexpected `-`"
      help = ["start the sequence on a new line, or quote the string"]
    case "mapping keys are not allowed in this context":
      message = "unexpected key"
      help = ["start it on a new line, or quote the string"]
    default:
      describeRarer(fault)
    }
  }

  private mutating func describeRarer(_ fault: SyntaxFault) {
    switch fault.problem {
    case "did not find expected ',' or ']'":
      message = "a `[` is not closed, or a comma is missing"
      help = ["write `,` between items and `]` after the last"]
      namesOpening = true
    case "did not find expected ',' or '}'":
      message = "a `{` is not closed, or a comma is missing"
      help = ["write `,` between entries and `}` after the last"]
      namesOpening = true
    case "did not find expected node content":
      message = "expected a value"
      help = ["write a value, or quote a string that starts with a special character"]
    case "found character that cannot start any token":
      message = "a plain string cannot start with this character"
      notes = ["`@`, `` ` `` and `%` are reserved"]
      help = ["quote the string"]
    case "did not find expected alphabetic or numeric character":
      message = "`&` and `*` must be followed by a name of letters and digits"
      help = ["quote the string if it is not an anchor or alias"]
    case "found undefined tag handle":
      message = "undeclared tag prefix"
      help = ["remove the tag"]
    case "found incompatible YAML document":
      message = "unsupported YAML version"
      help = ["write %YAML 1.2, or remove the line"]
    case "did not find expected <document start>":
      message = "unexpected content between two documents"
      help = ["start the document with a line `---`"]
    case "did not find expected comment or line break":
      message = "unexpected content at the end of the line"
      help = ["move it to the next line"]
    case "found an indentation indicator equal to 0":
      message = "a block scalar cannot have an indentation of 0"
      help = ["write a digit from 1 to 9, or none"]
    case "":
      message = "invalid YAML"
      help = ["compare it with a valid manifest"]
    default:
      message = "invalid YAML: \(fault.problem)"
      notes = fault.context.isEmpty ? [] : ["found \(fault.context)"]
      help = ["compare it with a valid manifest"]
    }
  }
}
