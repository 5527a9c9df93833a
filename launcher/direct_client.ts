/**
 * Requests to this computer that no proxy gets to see.
 *
 * `fetch()` obeys HTTP_PROXY even for 127.0.0.1. Behind a company's proxy the
 * page would then never answer, or the proxy's own error page would pass for
 * it, and the control server's token would go to the proxy.
 *
 * @module
 */

/**
 * A client for `fetch()` that connects to the address itself, whatever the
 * environment says of proxies. Dispose of it after the last response is read.
 *
 * @param url The page's address; every request of this client goes to its host.
 * @throws {TypeError} When `url` is no address.
 */
export function directClient(url: string): Deno.HttpClient {
  const { hostname, port } = new URL(url);
  return Deno.createHttpClient({
    proxy: { transport: "tcp", hostname, port: Number(port) || 80 },
  });
}
