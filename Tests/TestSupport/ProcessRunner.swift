package import Foundation
import Processes

/// What a finished process left.
package struct Finished: Sendable {
  package let status: Int32
  package let output: Data
  package let errors: Data

  package init(status: Int32, output: Data, errors: Data) {
    self.status = status
    self.output = output
    self.errors = errors
  }

  package var text: String { String(decoding: output, as: UTF8.self) }
  package var errorText: String { String(decoding: errors, as: UTF8.self) }
}

/// Runs a program to its end. Output goes through files, so that no pipe can fill up.
///
/// - Parameter environment: the whole of it; `nil` is ours.
package func run(
  _ program: String, _ arguments: [String], in folder: String? = nil,
  environment: [String: String]? = nil, input: Data = Data()
) throws -> Finished {
  let scratch = try TemporaryFolder()
  let paths = ["in", "out", "err"].map { scratch.path + "/" + $0 }
  try input.write(to: URL(fileURLWithPath: paths[0]))
  for path in paths[1...] { try Data().write(to: URL(fileURLWithPath: path)) }
  let files = try [
    FileHandle(forReadingFrom: URL(fileURLWithPath: paths[0])),
    FileHandle(forWritingTo: URL(fileURLWithPath: paths[1])),
    FileHandle(forWritingTo: URL(fileURLWithPath: paths[2])),
  ]
  let streams = files.map { ChildProcess.Stream.descriptor($0.fileDescriptor) }
  let process = try ChildProcess(
    [program] + arguments, environment: environment, folder: folder,
    input: streams[0], output: streams[1], errors: streams[2])
  return Finished(
    status: process.wait(), output: try Data(contentsOf: URL(fileURLWithPath: paths[1])),
    errors: try Data(contentsOf: URL(fileURLWithPath: paths[2])))
}

/// Runs what blocks its thread on a thread of its own, so that a server in this process can answer
/// meanwhile.
package func apart<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
  }
}
