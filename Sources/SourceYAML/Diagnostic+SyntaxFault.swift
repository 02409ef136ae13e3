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
      notes: ["YAML indents with spaces only"], help: ["use spaces"])
  }
  let text = SyntaxFaultText(fault)
  let opening = source.position(of: fault.contextMark)
  // Where a quote is never closed, the file's end says nothing; its start does.
  let location = text.pointsToOpening ? opening : position
  var notes = text.notes
  if text.namesOpening, !text.pointsToOpening {
    notes.append("it starts in line \(opening.line), column \(opening.column)")
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
      message = "a quoted text is never closed"
      help = ["close the quote"]
      pointsToOpening = true
    case "found unexpected document indicator":
      message = "a quoted text is not closed before the next document"
      help = ["close the quote"]
      pointsToOpening = true
    case "found unknown escape character":
      message = "an escape in double quotes that YAML does not know"
      help = ["write a backslash as \\\\, or use single quotes"]
    case "did not find expected hexdecimal number", "found invalid Unicode character escape code":
      message = "an escape in double quotes is not a Unicode character"
      help = ["write \\xHH, \\uHHHH or \\UHHHHHHHH with hexadecimal digits"]
    case "mapping values are not allowed in this context":
      message = "a `:` that cannot stand here"
      notes = ["either this line is indented wrongly, or a text holds a colon and a space"]
      help = ["align it with the other keys, or put the text in quotes"]
    case "could not find expected ':'":
      message = "a key has no `:`"
      help = ["write `key: value`"]
      pointsToOpening = true
    case "did not find expected key":
      message = "a key is expected here"
      notes = ["keys of one mapping must start in the same column"]
      help = ["align it with the other keys; close quotes and brackets before it"]
      namesOpening = true
    case "did not find expected '-' indicator":
      message = "an item of the sequence is expected here"
      notes = ["items of one sequence must start in the same column"]
      help = ["start the line with `- ` in the column of the other items"]
      namesOpening = true
    case "block sequence entries are not allowed in this context":
      message = "a `-` that cannot start an item here"
      help = ["start the sequence on a line of its own, or put the text in quotes"]
    case "mapping keys are not allowed in this context":
      message = "a key that cannot start here"
      help = ["start it on a line of its own, or put the text in quotes"]
    default:
      describeRarer(fault)
    }
  }

  private mutating func describeRarer(_ fault: SyntaxFault) {
    switch fault.problem {
    case "did not find expected ',' or ']'":
      message = "a `[` is not closed, or a comma is missing"
      help = ["write `,` between items and `]` behind the last"]
      namesOpening = true
    case "did not find expected ',' or '}'":
      message = "a `{` is not closed, or a comma is missing"
      help = ["write `,` between entries and `}` behind the last"]
      namesOpening = true
    case "did not find expected node content":
      message = "a value is expected here"
      help = ["write a value, or put a text that starts with a special character in quotes"]
    case "found character that cannot start any token":
      message = "a text cannot start with this character"
      notes = ["`@`, `` ` `` and `%` are reserved"]
      help = ["put the text in quotes"]
    case "did not find expected alphabetic or numeric character":
      message = "`&` and `*` must be followed by a name of letters and digits"
      help = ["put the text in quotes if it is no anchor or alias"]
    case "found undefined tag handle":
      message = "a tag with a prefix that no %TAG line declares"
      help = ["remove the tag"]
    case "found incompatible YAML document":
      message = "a YAML version that is not supported"
      help = ["write %YAML 1.2, or remove the line"]
    case "did not find expected <document start>":
      message = "something stands between two documents"
      help = ["start the document with a line `---`"]
    case "did not find expected comment or line break":
      message = "only a comment may stand in the rest of this line"
      help = ["move it to the next line"]
    case "found an indentation indicator equal to 0":
      message = "a block text cannot be indented by 0"
      help = ["write a digit from 1 to 9, or none"]
    case "":
      message = "this is not YAML"
      help = ["compare it with a manifest that works"]
    default:
      message = "this is not YAML: \(fault.problem)"
      notes = fault.context.isEmpty ? [] : ["found \(fault.context)"]
      help = ["compare it with a manifest that works"]
    }
  }
}
