// A secret is read from its field, sent, and forgotten: it stands in no state of the page.

/** What stood in a secret field; the field is empty afterwards. */
export function takeSecret(name) {
  const field = document.querySelector(`[data-secret="${name}"]`);
  const secret = field?.value.normalize("NFKC").trim() ?? "";
  if (field) field.value = "";
  return secret;
}
