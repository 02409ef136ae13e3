import Foundation
import SourceYAML
import TestSupport
import Testing

/// A pipeline's definition of `examples/ci`, whose shell steps a test runs as they are.
struct Pipeline {
  private let root: YAMLNode

  struct Missing: Error { let what: String }

  init(_ file: String) throws {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../examples/ci").standardizedFileURL
    let bytes = Array(try Data(contentsOf: repository.appending(path: file)))
    let (yaml, faults) = YAMLFile.parse(bytes, file: file)
    #expect(faults.isEmpty)
    root = try #require(yaml.documents.first?.root)
  }

  /// One job under way.
  struct Run {
    let folder: String
    /// What the service would put into the environment, expressions of steps included.
    let environment: [String: String]

    /// Runs a script in bash as the services do.
    func bash(_ script: String) throws -> Finished {
      try TestSupport.run(
        "/bin/bash", ["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script], in: folder,
        environment: environment)
    }
  }

  /// The steps of a GitHub job in their order. After a failure, those with `if: always()`.
  ///
  /// - Returns: how each step that ran ended, by its name.
  func gitHub(job: String, _ run: Run) throws -> [(name: String, finished: Finished)] {
    let steps = try #require(root["jobs"]?[job]?["steps"]?.items)
    var results: [(name: String, finished: Finished)] = []
    var hasFailed = false
    for step in steps {
      guard let script = step["run"]?.string else { continue }
      if hasFailed, step["if"]?.string != "always()" { continue }
      let names = [root["env"], step["env"]].flatMap { $0?.entries ?? [] }.map(\.keyText)
      for name in names where run.environment[name] == nil { throw Missing(what: name) }
      let finished = try run.bash(script)
      results.append((step["name"]?.string ?? "", finished))
      if finished.status != 0 { hasFailed = true }
    }
    return results
  }

  /// The scripts of GitHub steps that run in a container, where the shell is sh unless one is named.
  var scriptsOfContainers: [(shell: String, script: String)] {
    (root["jobs"]?.entries ?? []).map(\.value).filter { $0["container"] != nil }.flatMap { job in
      (job["steps"]?.items ?? []).compactMap { step -> (shell: String, script: String)? in
        guard let script = step["run"]?.string else { return nil }
        let named =
          step["shell"] ?? job["defaults"]?["run"]?["shell"] ?? root["defaults"]?["run"]?["shell"]
        return (named?.string ?? "sh", script)
      }
    }
  }

  /// The script of a GitLab job, in one shell, then its `after_script`.
  func gitLab(job: String, _ run: Run) throws -> Finished {
    let lines = try #require(root[job]?["script"]?.items).compactMap { $0.scalar?.text }
    for entry in root["variables"]?.entries ?? [] where run.environment[entry.keyText] == nil {
      throw Missing(what: entry.keyText)
    }
    let finished = try run.bash(lines.joined(separator: "\n"))
    let after = (root[job]?["after_script"]?.items ?? []).compactMap { $0.scalar?.text }
    if !after.isEmpty { #expect(try run.bash(after.joined(separator: "\n")).status == 0) }
    return finished
  }
}

/// The service that keeps a review's comments, on a free port of this machine.
final class CommentsServer {
  private let server: ServerProcess
  let address: String

  init() throws {
    let program = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "Services/comments-server").path
    server = try ServerProcess(program, [])
    guard let port = Int(server.line) else { throw Pipeline.Missing(what: "the server's port") }
    address = "http://127.0.0.1:\(port)"
  }

  /// The comments' texts.
  func bodies(at path: String, header: String) throws -> [String] {
    let finished = try run("/usr/bin/curl", ["-sS", "-H", header, address + path])
    let list = try JSONSerialization.jsonObject(with: finished.output) as? [[String: Any]]
    return try #require(list).compactMap { $0["body"] as? String }
  }
}
