package import Model

/// The applied records that a ledger holds, for programs: digests are left out, values it has none.
package struct LedgerReport: Sendable {
  private let form: Form

  private struct Form: Encodable {
    let running: RunForm?
    let interrupted: [RunForm]
    let records: [RecordForm]
  }

  private struct RunForm: Encodable {
    let who: String
    let since: String
    let in_doubt: Int
  }

  private struct RecordForm: Encodable {
    let connection: String
    let store_id: String
    let version: String
    let fields: [String]
    let at: String
    let who: String
    let commit: String?
  }

  package struct Run: Sendable {
    let who: String
    let since: Timestamp
    /// Changes whose result is unknown.
    let inDoubt: Int

    package init(who: String, since: Timestamp, inDoubt: Int) {
      self.who = who
      self.since = since
      self.inDoubt = inDoubt
    }
  }

  package init(running: Run?, interrupted: [Run], records: [ConnectionName: AppliedRecord]) {
    func run(_ run: Run) -> RunForm {
      RunForm(who: run.who, since: run.since.description, in_doubt: run.inDoubt)
    }
    form = Form(
      running: running.map(run), interrupted: interrupted.map(run),
      records: records.sorted { $0.key < $1.key }.map { name, record in
        RecordForm(
          connection: name.rawValue, store_id: record.storeID.rawValue,
          version: record.version.rawValue, fields: record.fields.keys.map(\.rawValue).sorted(),
          at: record.provenance.at.description, who: record.provenance.who,
          commit: record.provenance.commit)
      })
  }

  package var json: JSONReport { JSONReport(form) }
}
