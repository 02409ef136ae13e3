package import Diagnostics

/// The part of an automation flow that uses connections.
package struct Flow: Hashable, Sendable {
  /// The display name; its id or its file if it has no name.
  package let name: String
  package let file: String
  /// In the definition's order, nested ones after the action that holds them.
  package let steps: [FlowStep]

  package init(name: String, file: String, steps: [FlowStep]) {
    self.name = name
    self.file = file
    self.steps = steps
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
  /// Whether `connection` has the form of a store's id, which only the reader of the flow's format
  /// knows. Whether a connection has that id, only the store knows.
  package let looksLikeStoreID: Bool
  /// Of the connection's name, or of the action.
  package let location: Location

  package init(
    app: AppID, action: String, connection: String?, looksLikeStoreID: Bool = false,
    location: Location
  ) {
    self.app = app
    self.action = action
    self.connection = connection
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

  package init(flow: String, file: String, actions: [String]) {
    self.flow = flow
    self.file = file
    self.actions = actions
  }
}
