package import Diagnostics

/// The part of an automation flow that uses connections.
package struct Flow: Hashable, Sendable {
  /// The display name; its id or its file if it has no name.
  package let name: String
  package let file: String
  /// In the definition's order, nested ones after the action that holds them.
  package let steps: [FlowStep]
  /// What could not be read of it: there, it may use any connection.
  package let gaps: [FlowGap]

  package init(name: String, file: String, steps: [FlowStep], gaps: [FlowGap] = []) {
    self.name = name
    self.file = file
    self.steps = steps
    self.gaps = gaps
  }
}

/// A part of a flow that may use a connection, and does not say which.
package struct FlowGap: Hashable, Sendable {
  package let reason: String
  package let location: Location

  package init(reason: String, location: Location) {
    self.reason = reason
    self.location = location
  }
}

/// One action of a flow.
package struct FlowStep: Hashable, Sendable {
  /// The action's type, in lower case.
  package let app: AppID
  /// In lower case: `send_sms`.
  package let action: String
  /// A connection's name, or the id that a store has it under; `nil` if the action names none.
  package let connection: String?
  /// Whether the action itself names the connection. What is deeper in its parameters counts as a
  /// use if there is such a connection, and may be other data if there is none.
  package let isDirect: Bool
  /// Whether `connection` has the form of a store's id, which only the reader of the flow's format
  /// knows. Whether a connection has that id, only the store knows.
  package let looksLikeStoreID: Bool
  /// Of the connection's name, or of the action.
  package let location: Location

  package init(
    app: AppID, action: String, connection: String?, isDirect: Bool = true,
    looksLikeStoreID: Bool = false, location: Location
  ) {
    self.app = app
    self.action = action
    self.connection = connection
    self.isDirect = isDirect
    self.looksLikeStoreID = looksLikeStoreID
    self.location = location
  }

  /// `twilio.send_sms`
  package var title: String { "\(app).\(action)" }
}

extension Catalog {
  /// `nil` for an action that the catalog does not know.
  package func action(of step: FlowStep) -> FlowAction? {
    self[step.app]?.actions.first { $0.name == step.action }
  }

  /// Whether an action cannot run without a connection.
  package func needsConnection(_ step: FlowStep) -> Bool {
    action(of: step)?.connection == .required
  }
}

/// A flow that uses a connection, and by which actions.
package struct FlowUse: Hashable, Sendable, Codable {
  package let flow: String
  package let file: String
  /// `twilio.send_sms`, each once, sorted.
  package let actions: [String]
  /// `nil` for no.
  private let breaks: Bool?

  /// Whether the actions fail once the change is applied: they name what is no longer there.
  package var isBroken: Bool { breaks ?? false }

  package init(flow: String, file: String, actions: [String], isBroken: Bool = false) {
    self.flow = flow
    self.file = file
    self.actions = actions
    breaks = isBroken ? true : nil
  }
}
