import Diagnostics
import Encodings
import Model

/// Collects the actions of a flow definition and the connections that it refers to, wherever they are.
///
/// A missed reference would let a used connection be deleted, so nothing depends on the form of what
/// is around it, and what may be a reference and cannot be resolved is a gap.
struct FlowStepCollector {
  let file: String
  let positions: TextPositions
  private(set) var steps: [FlowStep] = []
  private(set) var gaps: [FlowGap] = []
  /// A file that is no flow may have a fault in every line.
  private(set) var diagnostics = DiagnosticList(limit: 100)
  /// Offsets of the values that a snippet may show.
  private var shown: Set<Int> = []

  init(file: String, positions: TextPositions) {
    self.file = file
    self.positions = positions
  }

  /// What an action calls itself.
  private struct Action {
    let app: AppID
    let name: String
    let location: Location

    /// Its parameters are branches with actions of their own; those of other apps are the action's
    /// own values.
    var holdsActions: Bool { app == "flow" }
  }

  mutating func collect(_ root: JSONTree) {
    guard case .object(let members) = root.content else {
      return fault("a flow must be an object", root)
    }
    if root["actions"] == nil, root["id"] == nil, root["name"] == nil {
      fault("it has neither `actions` nor `id` nor `name`", root)
    }
    let unknown = Action(app: "unknown", name: "action", location: location(root))
    for member in members {
      if member.name == "actions" {
        actions(member.value, unknown)
      } else {
        references(in: member, of: unknown, isDirect: false)
      }
    }
  }

  private mutating func actions(_ list: JSONTree, _ unknown: Action) {
    // A flow without actions lacks the key, or has a null.
    if list.isNull { return }
    guard case .array(let items) = list.content else {
      fault("`actions` must be a list", list)
      return search(list, of: unknown, isDirect: false)
    }
    for item in items {
      if let action = action(item) {
        add(action, item)
      } else {
        diagnostics.append(
          .invalidFlow(
            "an action in `actions` needs the strings `type` and `action`", severity: .warning,
            at: location(item)))
        search(item, of: unknown, isDirect: true)
      }
    }
  }

  /// `nil` if it does not say which action it is.
  private mutating func action(_ node: JSONTree) -> Action? {
    guard let type = node["type"], let name = node["action"], let app = type.string,
      let action = name.string
    else { return nil }
    show(type)
    show(name)
    return Action(app: AppID(app.lowercased()), name: action.lowercased(), location: location(name))
  }

  /// An action, then the ones that it holds.
  private mutating func add(_ action: Action, _ node: JSONTree) {
    let params = node.all("params")
    let direct = (params + [node]).flatMap { $0.all("connection_id") }
    let count = steps.count
    for value in direct { reference(value, of: action, isDirect: true) }
    if steps.count == count {
      steps.append(
        FlowStep(
          app: action.app, action: action.name, connection: nil, location: action.location))
    }
    guard case .object(let members) = node.content else { return }
    for member in members where member.name != "connection_id" {
      guard member.name == "params", case .object(let inner) = member.value.content else {
        references(in: member, of: action, isDirect: false)
        continue
      }
      for parameter in inner where parameter.name != "connection_id" {
        references(in: parameter, of: action, isDirect: false)
      }
    }
  }

  /// Everything below a value.
  private mutating func search(_ node: JSONTree, of action: Action, isDirect: Bool) {
    switch node.content {
    case .object(let members):
      if action.holdsActions, let nested = self.action(node) { return add(nested, node) }
      for member in members { references(in: member, of: action, isDirect: isDirect) }
    case .array(let items): for item in items { search(item, of: action, isDirect: isDirect) }
    case .string(let text):
      // A store's ids are random, so this is a reference, whatever its key is called.
      if text.looksLikeConnectionID { reference(node, of: action, isDirect: false) }
    case .number, .boolean, .null: break
    }
  }

  private mutating func references(
    in member: JSONTree.Member, of action: Action, isDirect: Bool
  ) {
    if member.name == "connection_id" {
      reference(member.value, of: action, isDirect: isDirect)
    } else {
      search(member.value, of: action, isDirect: isDirect)
    }
  }

  private mutating func reference(_ value: JSONTree, of action: Action, isDirect: Bool) {
    switch value.content {
    case .null: break
    case .string(let text):
      // An action whose connection was not chosen yet.
      if text.isEmpty { return }
      show(value)
      if text.contains("{{") {
        gaps.append(
          FlowGap(
            reason: "its `connection_id` is known only at run time", location: location(value)))
      }
      steps.append(
        FlowStep(
          app: action.app, action: action.name, connection: text, isDirect: isDirect,
          looksLikeStoreID: text.looksLikeConnectionID, location: location(value)))
    case .number, .boolean: fault("`connection_id` must be a string", value)
    case .object, .array:
      fault("`connection_id` must be a string", value)
      search(value, of: action, isDirect: false)
    }
  }

  // MARK: Locations

  private func location(_ node: JSONTree) -> Location {
    .source(file: file, range: positions.range(node.range))
  }

  private mutating func fault(_ reason: String, _ node: JSONTree) {
    gaps.append(FlowGap(reason: reason, location: location(node)))
    diagnostics.append(.invalidFlow(reason, at: location(node)))
  }

  private mutating func show(_ node: JSONTree) { shown.insert(node.range.lowerBound) }

  /// The bytes of every scalar value that was not shown.
  func hiddenBytes(under node: JSONTree) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    collectHidden(under: node, &ranges)
    return ranges
  }

  private func collectHidden(under node: JSONTree, _ ranges: inout [Range<Int>]) {
    switch node.content {
    case .object(let members): for member in members { collectHidden(under: member.value, &ranges) }
    case .array(let items): for item in items { collectHidden(under: item, &ranges) }
    case .string, .number, .boolean, .null:
      if !shown.contains(node.range.lowerBound) { ranges.append(node.range) }
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
