import Model
import TestSupport
import Testing

@Suite struct ForeignValueTests {
  @Test(arguments: [
    ("ENC[AES256_GCM,data:abcd==,iv:abcd=,tag:abcd==,type:str]", CiphertextTool.sops),
    ("vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==", .vaultTransit),
    ("vault:v12:abc", .vaultTransit),
    (
      "-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3YxCg==\n-----END AGE ENCRYPTED FILE-----\n",
      .age
    ),
    ("age-encryption.org/v1\n-> X25519 abc\n", .age),
    ("$ANSIBLE_VAULT;1.1;AES256\n3133\n", .ansibleVault),
    ("  $ANSIBLE_VAULT;1.2;AES256;dev\n  3133\n", .ansibleVault),
    ("ENC[PKCS7,MIIBeQYJKoZI]", .eyaml),
    ("ENC[GPG,hQIMA3]", .eyaml),
    ("https://user:ENC[PKCS7,MIIB]@host/", .eyaml),
    ("Comment: moved\n-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----\n", .openPGP),
    ("----BEGIN PGP MESSAGE-----\n-----BEGIN PGP MESSAGE, PART 1/2-----", .openPGP),
    ("U2FsdGVkX19bM0kqLnq1l4", .openSSL),
    ("\u{0}GITCRYPT\u{0}abc", .gitCrypt),
    ("ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)", .jasypt),
    ("{cipher}FKSAJDFGYOS8F7GLHAKERGFHLSAJ", .springCloud),
  ])
  func knowsCiphertexts(text: String, tool: CiphertextTool) {
    #expect(form(of: text.utf8) == .ciphertext(tool))
  }

  @Test(arguments: [
    "ref+awssecrets://prod/db#/password", "secretref+vault://a/b", "op://Private/api/credential",
    "vault:secret/data/app#KEY", ">>vault:database/creds#pw",
    "arn:aws:secretsmanager:eu:1:secret:a",
    "{{resolve:secretsmanager:a:SecretString:b}}", "projects/p/secrets/s/versions/latest",
    "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)",
  ])
  func knowsReferences(text: String) {
    #expect(form(of: text.utf8) == .reference)
  }

  @Test(arguments: [
    "##KEY##", "##twilio-key##", "@@KEY@@", "https://##HOST##/path", "{\"key\": \"##GCP_KEY##\"}",
    "${var.x}", "${API_KEY:-none}", "${{ secrets.API_KEY }}", "{{ api_key }}", "{{.Values.key}}",
    "<%= ENV['KEY'] %>", "<your-api-key>", "<INSERT KEY HERE>", "#{API_KEY}#", "$(API_KEY)",
    "__API_KEY__", "%API_KEY%", "$API_KEY", "Bearer ${TOKEN}", "Basic <credentials>",
    "https://hooks.example.com/${PATH}", "https://example.com/<id>",
    "******", "***", "xxxx", "XXXXXXXX", "••••", "…", "...", "????",
    "ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "********1234", "sk_live_•••",
    "CHANGEME", "changeme", "change-me", "Change_Me", "REPLACE_ME", "[redacted]", "(todo)", "TBD",
    "your-api-key", "YOUR_SECRET_HERE", "insert-token-here", "\n CHANGEME \n",
  ])
  func knowsPlaceholders(text: String) {
    #expect(form(of: text.utf8) == .placeholder)
  }

  /// Forms that services issue, and passwords that people choose.
  @Test(arguments: [
    "sk_live_" + "51H8aK2eZvKYlo2C0Xx9xXxxX", "xoxb-1234-5678-abcdEFGH", "ghp_16C7e42F292c6912E7",
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "hvs.CAESIJ", "s.FnL7qg0",
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZ",
    "AGE-SECRET-KEY-1QQPQZQ", "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW",
    "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "$6$rounds=5000$salt$hash", "0000", "1234", "-1",
    "P@@ssw0rd", "pa##word##s", "a#b", "P@ss{word}", "Pa${word}!", "{a}", "<3 cats", "a>b<c", "x",
    "xx", "**", "my*pass*word", "****a", "changeit", "changeme123", "password", "secret", "hunter2",
    "your love is king", "here", "$ecret", "$SECRET", "100%SURE", "_private_", "__init",
    "vault", "vault:v", "op:/a", "ENC[", "ENC[abc]", "ENC", "ref", "projects/secrets",
    "https://hooks.slack.com/services/T0/B0/Xx#a", "postgres://u:p%40@h/db?sslmode=require",
    "{\"type\": \"service_account\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMII\\n\"}",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII=\n-----END ENCRYPTED PRIVATE KEY-----\n",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQVYBG\n-----END PGP PRIVATE KEY BLOCK-----\n",
    "", " ", "\n", "é", "漢字",
  ])
  func takesCredentialsForNothingElse(text: String) {
    #expect(form(of: text.utf8) == nil)
  }

  /// What generators make, of several alphabets.
  @Test(arguments: [
    "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz234567",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~",
    String(String.UnicodeScalarView((0x21...0x7E).compactMap(Unicode.Scalar.init))),
  ])
  func takesNoRandomSecretForAnythingElse(alphabet: String) throws {
    var random = SeededGenerator(seed: UInt64(alphabet.utf8.count))
    let letters = Array(alphabet.utf8)
    for _ in 0..<4_000 {
      let length = Int.random(in: 8...64, using: &random)
      let secret = try (0..<length).map { _ in
        try #require(letters.randomElement(using: &random))
      }
      #expect(form(of: secret) == nil, "\(String(decoding: secret, as: UTF8.self))")
    }
  }

  @Test func aBinaryMessageIsKnownByItsPackets() {
    // A session key packet of version 3 for a key, and an encrypted packet after it.
    let message: [UInt8] =
      [0x85, 0, 12, 3, 1, 2, 3, 4, 5, 6, 7, 8, 1, 0, 0] + [0xD2, 3, 1, 9, 9]
    #expect(form(of: message) == .ciphertext(.openPGP))
    #expect(form(of: message.dropLast()) == nil)
    #expect(form(of: [0x85, 1, 2]) == nil)
  }

  @Test func aLongTextHasNoPlaceholders() {
    let text = "##KEY##" + String(repeating: "a", count: 16_384)
    #expect(form(of: text.utf8) == nil)
  }

  private func form(of text: some Sequence<UInt8>) -> ForeignValue? {
    let bytes = Array(text)
    return ForeignValue(bytes.span)
  }
}
