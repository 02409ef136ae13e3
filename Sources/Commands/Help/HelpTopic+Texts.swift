extension HelpTopic {
  static let manifestsText = """
    A manifest is a YAML file in a folder that `manifests` of vaultctl.yaml names. Each of its documents
    declares one connection: the app, the type of its setup, the fields, and the scopes.

      apiVersion: vaultctl/v1
      kind: Connection
      metadata:
        name: twilio-prod
      spec:
        app: twilio
        setup:
          type: api_key
          account_id: AC123
          api_key: |
            -----BEGIN PGP MESSAGE-----
            ...

    The catalog knows which fields a setup has and which of them are secret. A secret field holds an
    OpenPGP message. A required field that is missing makes the connection empty: it is created, flagged,
    and can be filled later.

      vaultctl apps twilio
      vaultctl new twilio-prod --app twilio
      vaultctl set twilio-prod api_key
      vaultctl validate
    """

  static let environmentsText = """
    An environment has a store of its own, and a folder of documents that are merged over those of the
    base: mappings merge, everything else is replaced, `null` removes, and `spec: null` removes the whole
    connection. A value in an overlay is sealed for that environment and opens in no other.

      environments:
        staging: {}
        prod:
          store: {type: openbao, address: "https://bao.example.com"}
          overlay: overlays/prod

    Select one with --env NAME or with the variable VAULTCTL_ENV. `--env all` makes plan, apply, status,
    validate and refresh go through all of them.

      vaultctl set twilio-prod api_key --env prod
      vaultctl get twilio-prod --env prod
      vaultctl plan --env all

    `vaultctl rename-environment` changes the name alone: everything of an environment is found by its
    `id`, which is the name that it had first.
    """

  static let recipientsText = """
    Secrets are sealed for the keys of the first rule under `recipients` that matches the file; keys are
    named by full fingerprints. The store's own key follows the same recipients with the next apply.

      vaultctl recipients list
      vaultctl recipients add keys/ann.asc
      vaultctl rekey

    A new recipient cannot open what was sealed before `rekey`. A removed one keeps what it could read: git
    has the old messages. `rekey` names the values to rotate at their services.

      vaultctl who-can-open twilio-prod
    """

  static let trustText = """
    A pull request can change vaultctl.yaml. Settings that run something or decide where a credential, a
    token or a request goes take effect only if they are trusted: by --trust-ref, by the target branch of
    the pipeline, by a protected ref, by VAULTCTL_TRUST_DIGEST, or by your own approval, which is recorded
    outside of the work tree.

      vaultctl trust
      vaultctl trust --digest
      vaultctl plan --trust-ref refs/remotes/origin/main

    Where the work tree differs, the trusted value is used, and every report shows both. A project with a
    SQLite store inside of its folder needs no approval.
    """

  static let storesText = """
    A store is where connections are applied to: a SQLite file (the default), OpenBao or HashiCorp Vault
    with a KV engine of version 2, or an Auth0 tenant.

      store: {type: sqlite, path: .vaultctl/vault.db}
      store: {type: openbao, address: "https://bao.example.com", mount: secret}
      store: {type: auth0, domain: acme.eu.auth0.com}

    No login is in this file: it comes from the environment (BAO_TOKEN, AUTH0_CLIENT_ID and the like), from
    the pipeline's own token, or from `credentialsCommand`.

      vaultctl doctor
      vaultctl status
      vaultctl log
    """

  static let ledgerText = """
    An applied record says what vaultctl last wrote, with digests and never a value. Where the store
    cannot hold it, as an Auth0 tenant, it is in a git ref of the repository,
    refs/vaultctl/ledger/<store>; other stores can copy theirs to git with `ledger: git`.

      vaultctl ledger log
      vaultctl ledger verify
      vaultctl plan --offline

    The ref moves by compare-and-swap, here and at the remote, so two applies cannot overwrite each other.
    Each state is authenticated: one that another person wrote or put back is refused.
    """

  static let scopesText = """
    `spec.scopes` declares what a connection may do. It is compared with what the service granted and with
    what the flows' actions need; each difference is a finding of the plan.

      vaultctl apps slack
      vaultctl plan --fail-on scope-drift

    Where a service reports them, the granted scopes come from its token response. Otherwise record them
    after the service granted them:

      vaultctl scopes record crm contacts:read contacts:write

    A prefix selects another request parameter: `optional:SCOPE` may be missing from the grant (HubSpot);
    `user:SCOPE` is for the user's own token (Slack).
    """

  static let tokensText = """
    For setups that obtain tokens, the store keeps an access token and maybe a refresh token. A new access
    token is requested before the old one expires, once, however many processes run.

      vaultctl authorize crm
      vaultctl refresh
      vaultctl exec crm -- ./sync

    `authorize` needs a person, who consents in a browser or with --device on another machine. Client
    credentials and signed assertions need nobody. `status` shows what expires, and what needs consent.
    """

  static let ciText = """
    A pull request is reviewed without any secret; the main branch applies exactly the plan that was saved.
    examples/ci has complete pipelines for GitHub Actions and GitLab.

      vaultctl validate
      vaultctl diff main...HEAD -o markdown
      vaultctl plan --fail-on empty,drift,conflict,scope-drift

    After the merge, with a key and a login:

      vaultctl plan --out it.plan
      vaultctl apply it.plan

    In CI, and with --batch, nobody is asked for anything. Reports for other tools: -o json, markdown,
    sarif, junit and code-quality.
    """

  static let exitCodesText = """
    0 means that everything requested was done.

      0   success
      1   an error, and nothing was done; or the result could not be written
      2   there are changes (only with --detailed-exitcode of plan and diff)
      3   a finding that the policy or --fail-on names
      4   partly done, or applied and the result could not be written
      64  wrong usage
      70  an internal error
      130 interrupted before anything was done

    `exec` exits with the code of its command.
    """
}
