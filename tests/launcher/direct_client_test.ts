import { assertEquals } from "@std/assert";
import { pageUrl } from "../../launcher/readiness.ts";

/** Asks for a page in a process whose environment names a proxy. */
async function askPastProxy(url: string, proxy: string): Promise<string> {
  const { href } = new URL(
    "../../launcher/direct_client.ts",
    import.meta.url,
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      `import { directClient } from ${JSON.stringify(href)};
       const url = ${JSON.stringify(url)};
       using client = directClient(url);
       console.log(await (await fetch(url, { client })).text());`,
    ],
    env: { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: "", no_proxy: "" },
  }).output();
  const decoder = new TextDecoder();
  return decoder.decode(stdout).trim() || decoder.decode(stderr);
}

/** A page, served until it is disposed of. */
function serve(hostname: string, text: string) {
  return Deno.serve(
    { hostname, port: 0, onListen: () => {} },
    () => new Response(text),
  );
}

for (const host of ["127.0.0.1", "::1"]) {
  Deno.test(`directClient() reaches ${host} itself where the environment names a proxy`, async () => {
    await using proxy = serve("127.0.0.1", "the proxy");
    await using page = serve(host, "the page");
    assertEquals(
      await askPastProxy(
        pageUrl(host, page.addr.port),
        `http://127.0.0.1:${proxy.addr.port}`,
      ),
      "the page",
    );
  });
}
