# For a consumer of one connection (External Secrets, vault-agent): reads its access token, and no refresh
# token. PROJECT is `id` in vaultctl.yaml; with environments it is PROJECT/ID, the
# environment's id.
path "secret/data/vaultctl-tokens/PROJECT/access/crm" {
  capabilities = ["read"]
}
