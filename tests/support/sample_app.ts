/**
 * Talking to a running sample app as its page does.
 *
 * @module
 */
import { delay } from "@std/async/delay";

/** What the sample app tells of an uploaded file. */
// deno-lint-ignore no-explicit-any
export type Item = Record<string, any>;

/** Uploads a file. @returns The new item's id. */
export async function upload(
  url: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const form = new FormData();
  form.append("files", new File([bytes], name));
  const response = await fetch(new URL("/api/upload", url), {
    method: "POST",
    body: form,
  });
  if (!response.ok) {
    throw new Error(`Upload: ${response.status} ${await response.text()}`);
  }
  const answer = await response.json();
  const items = Array.isArray(answer) ? answer : answer.items;
  return items[0].id;
}

/** Waits until the worker is done with an item. */
export async function processed(url: string, id: number): Promise<Item> {
  for (;;) {
    const response = await fetch(new URL(`/api/items/${id}`, url));
    const item: Item = await response.json();
    if (item.status !== "waiting" && item.status !== "processing") return item;
    await delay(50);
  }
}

/** Whether the app believes that its worker lives. */
export async function workerAlive(url: string): Promise<boolean> {
  const response = await fetch(new URL("/api/worker-health", url));
  return (await response.json()).worker_alive;
}
