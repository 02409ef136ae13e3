# For `apply`: writes connections and their applied records.
path "secret/data/vaultctl/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/delete/vaultctl/*" {
  capabilities = ["update"]
}
path "secret/metadata/vaultctl/*" {
  capabilities = ["create", "list", "read", "update"] # and "delete", for `apply --destroy` and `store copy --finish`
}
path "secret/detailed-metadata/vaultctl/*" {
  capabilities = ["list"]
}

# What vaultctl keeps for itself: the lock, the journal, its key, records too large for metadata.
path "secret/data/vaultctl-state/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/vaultctl-state/*" {
  capabilities = ["create", "read", "update"]
}

# The tokens that vaultctl manages, for `refresh`, `authorize` and `revoke`.
path "secret/data/vaultctl-tokens/*" {
  capabilities = ["create", "read", "update"]
}
path "secret/metadata/vaultctl-tokens/*" {
  capabilities = ["create", "delete", "list", "read", "update"]
}
path "secret/detailed-metadata/vaultctl-tokens/*" {
  capabilities = ["list"]
}

# Whether it may read the data of a connection that others changed; the default policy allows this, too.
path "sys/capabilities-self" {
  capabilities = ["update"]
}
