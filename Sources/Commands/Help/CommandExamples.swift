/// A command that works as it is, in a project with these connections.
struct CommandExample: Hashable {
  let purpose: String
  let command: String

  init(_ purpose: String, _ command: String) {
    self.purpose = purpose
    self.command = command
  }
}

/// The examples of help and manual; a test runs each of them.
enum CommandExamples {
  /// - Parameter path: the words that call the command, without the program's name.
  static func of(_ path: [String]) -> [CommandExample] {
    all[path.joined(separator: " ")] ?? []
  }

  private typealias Example = CommandExample

  private static let all = project.merging(keys) { $1 }.merging(stores) { $1 }
    .merging(planning) { $1 }.merging(tokens) { $1 }.merging(others) { $1 }

  private static let project: [String: [CommandExample]] = [
    "init": [
      Example("start a project in this folder", "vaultctl init --recipient FINGERPRINT"),
      Example("in another folder", "vaultctl init -C flows --name flows --recipient FINGERPRINT"),
    ],
    "upgrade": [
      Example("give the project an id", "vaultctl upgrade"),
      Example(
        "claim what was applied in an environment", "vaultctl upgrade --env prod --auto-approve"),
    ],
    "new": [
      Example("scaffold an empty connection", "vaultctl new slack-ops --app slack --empty"),
      Example("with a value", "vaultctl new twilio-test --app twilio --set account_id=AC123"),
      Example("one for each action of a flow", "vaultctl new --from-flow flows/welcome.json"),
    ],
    "apps": [
      Example("list all apps", "vaultctl apps"),
      Example("the setups and fields of one", "vaultctl apps twilio"),
      Example("for a program", "vaultctl apps twilio -o json"),
    ],
    "get": [
      Example("print a manifest", "vaultctl get twilio-prod"),
      Example("as an environment has it, as JSON", "vaultctl get twilio-prod --env prod -o json"),
    ],
    "delete": [
      Example("delete a committed manifest", "vaultctl delete slack-alerts"),
      Example("only what an environment has of it", "vaultctl delete twilio-prod --env prod"),
    ],
    "rename": [
      Example("rename a connection", "vaultctl rename slack-alerts slack-ops"),
      Example("then rename it in the store", "vaultctl apply --auto-approve"),
    ],
    "rename-project": [
      Example("see what it would write", "vaultctl rename-project sandbox acme-flows --dry-run"),
      Example("rename the project", "vaultctl rename-project sandbox acme-flows"),
    ],
    "rename-environment": [
      Example("rename an environment", "vaultctl rename-environment prod production"),
      Example("it is the same one", "vaultctl plan --env production"),
    ],
    "validate": [
      Example("check the whole project", "vaultctl validate"),
      Example("check one file", "vaultctl validate connections/twilio-prod.yaml"),
      Example("for code scanning", "vaultctl validate -o sarif"),
    ],
    "fmt": [
      Example("format all manifests", "vaultctl fmt"),
      Example("fail if one is not formatted", "vaultctl fmt --check connections/twilio-prod.yaml"),
    ],
    "graph": [
      Example("show what uses which connection", "vaultctl graph"),
      Example("as a diagram", "vaultctl graph -o mermaid"),
    ],
    "schema": [
      Example("write the schema for an editor", "vaultctl schema connection"),
      Example("that of the project file", "vaultctl schema project"),
      Example("all of them, for this project and its editors", "vaultctl schema --install"),
    ],
    "doctor": [
      Example("check this machine and project", "vaultctl doctor"),
      Example("for a program", "vaultctl doctor -o json"),
    ],
  ]

  private static let keys: [String: [CommandExample]] = [
    "encrypt": [
      Example("seal everything in plain text", "vaultctl encrypt"),
      Example("one file", "vaultctl encrypt connections/twilio-prod.yaml"),
    ],
    "set": [
      Example("seal a secret from a file", "vaultctl set twilio-prod api_key --value-file key.txt"),
      Example("from stdin, or from a hidden prompt", "vaultctl set twilio-prod api_key --stdin"),
      Example("a field that is not secret", "vaultctl set twilio-prod account_id AC123"),
    ],
    "edit": [
      Example("all values of a connection", "vaultctl edit twilio-prod"),
      Example("one value", "vaultctl edit twilio-prod api_key"),
    ],
    "decrypt": [
      Example("all sealed values", "vaultctl decrypt twilio-prod"),
      Example("one, byte for byte", "vaultctl decrypt twilio-prod api_key"),
      Example("a manifest", "vaultctl decrypt connections/twilio-prod.yaml"),
    ],
    "rekey": [
      Example("after a change of recipients", "vaultctl rekey"),
      Example("seal everything again", "vaultctl rekey --all"),
    ],
    "recipients list": [
      Example("who the secrets are sealed for", "vaultctl recipients list"),
      Example("for a program", "vaultctl recipients list -o json"),
    ],
    "recipients add": [
      Example("a colleague's exported key", "vaultctl recipients add keys/bob.asc"),
      Example("for one path", "vaultctl recipients add keys/bob.asc --path '**'"),
    ],
    "recipients remove": [
      Example("by fingerprint", "vaultctl recipients remove OTHER"),
      Example("from one path", "vaultctl recipients remove OTHER --path '**'"),
    ],
    "who-can-open": [
      Example("whose keys open a connection", "vaultctl who-can-open twilio-prod"),
      Example("for a program", "vaultctl who-can-open twilio-prod -o json"),
    ],
  ]

  private static let stores: [String: [CommandExample]] = [
    "import": [
      Example("adopt one connection", "vaultctl import old-crm"),
      Example("adopt everything that no manifest declares", "vaultctl import --all"),
    ],
    "export": [
      Example("a file of Terraform", "vaultctl export --to terraform 'slack-*'"),
      Example(
        "credentials for docker compose", "vaultctl export twilio-prod --to dotenv --with-secrets"),
      Example(
        "a directory for auth0-deploy-cli", "vaultctl export 'slack-*' --to deploy-cli --out tenant"
      ),
    ],
    "status": [
      Example("all connections", "vaultctl status"),
      Example("some of them, for a program", "vaultctl status 'twilio-*' -o json"),
    ],
    "history": [
      Example("the versions of a connection", "vaultctl history twilio-prod"),
      Example("for a program", "vaultctl history twilio-prod -o json"),
    ],
    "log": [
      Example("everything that was applied", "vaultctl log"),
      Example("the last ten entries", "vaultctl log -n 10"),
    ],
    "rollback": [
      Example("restore a version", "vaultctl rollback twilio-prod --to 1 --auto-approve"),
      Example("list the versions first", "vaultctl history twilio-prod"),
    ],
    "unlock": [
      Example("show who holds the lock, and release it", "vaultctl unlock"),
      Example("in an environment, without confirmation", "vaultctl unlock --env prod --yes"),
    ],
    "store verify": [
      Example("open all that the store has", "vaultctl store verify"),
      Example("that of an environment", "vaultctl store verify --env prod"),
    ],
    "store backup": [
      Example("back up the store", "vaultctl store backup it.backup"),
      Example("that of an environment", "vaultctl store backup --env prod prod.backup"),
    ],
    "store restore": [
      Example(
        "look at a backup",
        "vaultctl store backup it.backup && vaultctl store restore it.backup --to it.db"),
      Example(
        "restore it in place of the present store",
        "mv .vaultctl .vaultctl-old && vaultctl store restore it.backup"),
    ],
    "store accept": [
      Example("look at what was changed, then take it", "vaultctl store accept"),
      Example("in an environment", "vaultctl store accept --env prod --auto-approve"),
    ],
    "store copy": [
      Example(
        "copy the store to another file",
        "vaultctl store copy --to '{type: sqlite, path: .vaultctl/new.db}'"),
      Example(
        "then remove the original",
        "vaultctl store copy --to '{type: sqlite, path: .vaultctl/new.db}' --finish --auto-approve"),
    ],
    "ledger log": [
      Example("every apply", "vaultctl ledger log"),
      Example("that of an environment", "vaultctl ledger log --env prod"),
    ],
    "ledger show": [
      Example("the applied records", "vaultctl ledger show"),
      Example("those of an environment", "vaultctl ledger show --env prod"),
    ],
    "ledger verify": [
      Example("compare with the store", "vaultctl ledger verify"),
      Example("in an environment", "vaultctl ledger verify --env prod"),
    ],
    "ledger accept": [
      Example("after a restore from a backup", "vaultctl ledger accept --auto-approve"),
      Example("see what is in it first", "vaultctl ledger log"),
    ],
    "ledger rebuild": [
      Example("after a loss", "vaultctl ledger rebuild --auto-approve"),
      Example("then record everything again", "vaultctl apply --auto-approve"),
    ],
    "trust": [
      Example("read and approve the settings", "vaultctl trust"),
      Example("the digest for a pipeline", "vaultctl trust --digest"),
    ],
  ]

  private static let planning: [String: [CommandExample]] = [
    "plan": [
      Example("what would change", "vaultctl plan"),
      Example("save it for `apply`", "vaultctl plan --out it.plan"),
      Example("some connections, as a comment", "vaultctl plan --target 'twilio-*' -o markdown"),
    ],
    "apply": [
      Example("apply everything, after confirmation", "vaultctl apply"),
      Example("exactly a saved plan", "vaultctl apply it.plan"),
      Example("one connection, without confirmation", "vaultctl apply twilio-prod --auto-approve"),
    ],
    "show": [
      Example("a connection and its history", "vaultctl show twilio-prod"),
      Example("a saved plan", "vaultctl show it.plan -o markdown"),
    ],
    "diff": [
      Example("what the work tree changes", "vaultctl diff"),
      Example("what a branch changes", "vaultctl diff main...HEAD -o markdown"),
    ],
    "report": [
      Example("write the vault page", "vaultctl report --out vault-page"),
      Example("without asking the store for flows", "vaultctl report --no-flows --out vault-page"),
    ],
    "serve": [
      Example("open the vault page in a browser", "vaultctl serve"),
      Example("to look only", "vaultctl serve --read-only"),
    ],
    "hooks install": [
      Example("refuse plain-text secrets in commits", "vaultctl hooks install"),
      Example("of a project in a subfolder", "vaultctl hooks install -C ."),
    ],
    "hooks check": [
      Example("check what is staged", "vaultctl hooks check"),
      Example("of a project in a subfolder", "vaultctl hooks check -C ."),
    ],
    "textconv": [
      Example("as git diff shows it", "vaultctl textconv connections/twilio-prod.yaml"),
      Example("install it for git diff", "vaultctl hooks install"),
    ],
  ]

  private static let tokens: [String: [CommandExample]] = [
    "refresh": [
      Example("renew what is due", "vaultctl refresh"),
      Example("for a program", "vaultctl refresh -o json"),
      Example(
        "as a service", "timeout 5 vaultctl refresh --watch --metrics-file vaultctl.prom"),
    ],
    "probe": [
      Example(
        "is the service alive?",
        "timeout 5 vaultctl refresh --watch --metrics-file it.prom; vaultctl probe it.prom"),
      Example("can it use its store?", "vaultctl probe --ready it.prom"),
    ],
    "authorize": [
      Example("obtain consent in a browser", "vaultctl authorize crm"),
      Example("on a machine without one", "vaultctl authorize crm --device"),
    ],
    "revoke": [
      Example("revoke the tokens of a connection", "vaultctl revoke crm"),
      Example("then authorize it again", "vaultctl authorize crm"),
    ],
    "tokens list": [
      Example("all tokens in the store", "vaultctl tokens list"),
      Example("for a program", "vaultctl tokens list -o json"),
    ],
    "tokens revoke": [
      Example("revoke the tokens of a connection", "vaultctl tokens revoke crm"),
      Example("see what is left", "vaultctl tokens list"),
    ],
    "tokens forget": [
      Example("see which tokens have no connection", "vaultctl tokens list"),
      Example(
        "remove those of one, without confirmation",
        "vaultctl tokens forget old-crm --auto-approve"),
    ],
    "exec": [
      Example("with credentials in its environment", "vaultctl exec twilio-prod -- env"),
      Example("in files", "vaultctl exec twilio-prod --files --prefix TW -- env"),
      Example(
        "fresh while it runs",
        "vaultctl exec twilio-prod --files --on-refresh signal -- env"),
    ],
    "watch": [
      Example("follow all connections", "vaultctl watch"),
      Example("run something after each event", "vaultctl watch crm --exec './notify'"),
    ],
    "scopes record": [
      Example("what a service granted", "vaultctl scopes record crm contacts:read"),
      Example("several scopes", "vaultctl scopes record crm contacts:read contacts:write"),
    ],
  ]

  private static let others: [String: [CommandExample]] = [
    "explain": [
      Example("what a code means", "vaultctl explain VC2003"),
      Example("list all codes", "vaultctl explain"),
    ],
    "completion": [
      Example("load it into this bash session", "source <(vaultctl completion bash)"),
      Example(
        "print it, for ~/.config/fish/completions/vaultctl.fish", "vaultctl completion fish"),
    ],
    "version": [
      Example("for people", "vaultctl version"),
      Example("for a program", "vaultctl version --json"),
    ],
    "man": [
      Example("read a page", "vaultctl man plan"),
      Example("write all pages", "vaultctl man --out man/"),
    ],
  ]
}
