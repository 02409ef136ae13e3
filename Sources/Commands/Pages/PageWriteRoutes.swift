import Encodings
import Model
import Reports
import Secrets
import Serving

/// What `serve` answers to requests that change manifests, once they are known to come from the page.
struct PageWriteRoutes {
  let writer: PageWriter

  /// By path, as in `schemas/serve.openapi.json`.
  enum Route: String {
    case connections = "/api/v1/connections"
    case connectionsPreview = "/api/v1/connections/preview"
    case values = "/api/v1/values"
    case valuesPreview = "/api/v1/values/preview"
    case changes = "/api/v1/changes"
    case changesPreview = "/api/v1/changes/preview"
    case commit = "/api/v1/commit"

    /// With GET, nothing is changed.
    var methods: [String] {
      switch self {
      case .values: ["PUT"]
      case .changes: ["GET", "POST"]
      case .connections, .connectionsPreview, .valuesPreview, .changesPreview, .commit: ["POST"]
      }
    }
  }

  /// What is wrong is answered as diagnostics; nothing was written then.
  func response(to request: ServerRequest, at route: Route) async -> ServerResponse {
    // What was read for it is not read again.
    defer { LeakedAtExit.release() }
    do {
      return ServerResponse(
        route == .connections ? .created : .ok, type: "application/json",
        body: .bytes(Array(try await json(for: request, at: route).utf8)))
    } catch {
      let failure = Failure(error, outcome: .failed)
      return ServerResponse(
        failure.isOfMovedFile ? .conflict : .unprocessable, type: "application/json",
        body: .bytes(Array(JSONReport.empty.text(failure.diagnostics).text.utf8)))
    }
  }

  private func json(for request: ServerRequest, at route: Route) async throws -> String {
    // A body of values becomes no array: it is a secret.
    func body() -> [UInt8] {
      request.body.withBytes { bytes in bytes.indices.map { bytes[$0] } }
    }
    switch route {
    case .connections:
      let draft = try ConnectionDraft(body())
      return try canonicalJSON(
        await writer.write(
          try await writer.planned(draft, isPreview: false), for: draft.name.rawValue))
    case .connectionsPreview:
      return try canonicalJSON(
        try await writer.preview(writer.planned(ConnectionDraft(body()), isPreview: true)))
    case .values:
      let draft = try ValuesDraft(
        query: try Self.query(request.head.query ?? ""), body: request.body)
      return try canonicalJSON(
        await writer.write(try await writer.planned(draft), for: draft.target.name))
    case .valuesPreview:
      return try canonicalJSON(
        try await writer.preview(writer.planned(try ValuesDraft(preview: body()))))
    case .changes where request.head.method == "GET":
      return try canonicalJSON(await writer.uncommitted())
    case .changes:
      let edit = try PageEdit(body())
      return try canonicalJSON(
        await writer.write(try await writer.planned(edit), for: edit.target.name))
    case .changesPreview:
      return try canonicalJSON(try await writer.preview(writer.planned(PageEdit(body()))))
    case .commit:
      let tree = try JSONTree.request(body())
      return try canonicalJSON(
        writer.commit(
          on: try tree.text("branch") ?? "", message: try tree.text("message")))
    }
  }

  private static func query(_ text: String) throws -> [String: String] {
    let pairs = try text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, let value = formDecoded(parts[1].utf8) else {
        throw Failure(.notAForm)
      }
      return (String(parts[0]), String(decoding: value, as: UTF8.self))
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
