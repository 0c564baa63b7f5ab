// What only the browser can do for Studio's pages: ask the gateway in the name of its session, and put something on the clipboard.

/** Asks this site, which is the gateway. The session's cookie goes along by itself; no page and no circuit ever sees it. */
export async function ask(method, path, body) {
  const headers = { accept: "application/json" };
  if (body !== null) headers["content-type"] = "application/json";
  try {
    const response = await fetch(path, { method, headers, body, credentials: "same-origin", redirect: "error", cache: "no-store" });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

/** Copies the text of an input; true where the browser let it. */
export async function copy(input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return document.execCommand("copy"); // pages that came without TLS have no clipboard of the newer kind
  }
}
