import Diagnostics

extension Diagnostic {
  static func portUnavailable(_ port: Int, help: String) -> Diagnostic {
    Diagnostic(
      .portUnavailable, "cannot listen on port \(port) of 127.0.0.1",
      notes: ["another program has it, or you may not use it"], help: [help])
  }
}
