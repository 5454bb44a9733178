// A shop that was written for the Cloud API with @kapso/whatsapp-cloud-api; only its base address is another one.
//
// It reads one line of JSON with where and to whom, and prints a line of JSON for whatever happens to it: what it
// sent, what was refused, each status, each reply. It answers a reply with a quote of it, sends one more template for
// each further line, and ends with its input.

import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { GraphApiError, WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const values = (...texts) => [
  { type: "body", parameters: texts.map((text) => ({ type: "text", text })) },
];
const winter = ["Priya", "50%", "Sunday"];
const png = new Blob([Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10])], { type: "image/png" });
let told;
let client;

async function handle(raw, signatureHeader) {
  if (!verifySignature({ appSecret: told.app_secret, rawBody: raw, signatureHeader })) {
    say({ unsigned: signatureHeader });
    return 401;
  }
  const events = normalizeWebhook(JSON.parse(raw.toString("utf8")));
  for (const one of events.statuses) {
    const code = one.errors?.[0]?.code ?? null;
    say({ status: one.status, id: one.id, tracker: one.bizOpaqueCallbackData ?? null, code });
  }
  for (const one of events.messages) {
    say({ reply: one.text?.body, quoted: one.context?.id ?? "", who: one.from });
    const body = "You are welcome";
    const answer = await client.messages.sendText({
      phoneNumberId: told.number_id, to: told.to, body, contextMessageId: one.id,
    });
    say({ sent: "answer", id: answer.messages[0].id });
  }
  return 200;
}

const server = createServer((request, answer) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    answer.statusCode = await handle(Buffer.concat(parts), request.headers["x-hub-signature-256"]);
    answer.end();
  });
});

async function template(to, name, texts) {
  const language = { code: "en" };
  const sent = await client.messages.sendTemplate({
    phoneNumberId: told.number_id, to, template: { name, language, components: values(...texts) },
  });
  return sent.messages[0].id;
}

async function send() {
  const text = await client.messages.sendText({
    phoneNumberId: told.number_id,
    to: told.to,
    body: "Your order is packed",
    bizOpaqueCallbackData: "order-991",
  });
  say({ sent: "text", id: text.messages[0].id });
  say({ sent: "utility", id: await template(told.to, "order_shipped", ["Priya", "A-991", "Thursday"]) });
  say({ sent: "marketing", id: await template(told.to, "winter_clearance", winter) });
  const phoneNumberId = told.number_id;
  const file = await client.media.upload({ phoneNumberId, type: "image/png", file: png, fileName: "a.png" });
  const image = { id: file.id, caption: "The receipt" };
  const shown = await client.messages.sendImage({ phoneNumberId, to: told.to, image });
  say({ sent: "image", id: shown.messages[0].id });
  try {
    await template(told.to_no, "winter_clearance", winter);
  } catch (wrong) {
    if (!(wrong instanceof GraphApiError)) throw wrong;
    say({ refused: wrong.code, kind: wrong.retry.action, details: wrong.details });
  }
}

server.listen(0, "127.0.0.1", () => {
  say({ webhook: `http://127.0.0.1:${server.address().port}/hook` });
});
const lines = createInterface({ input: process.stdin });
lines.on("line", async (line) => {
  const asked = JSON.parse(line);
  if (asked.winter_to) {
    say({ sent: "late", id: await template(asked.winter_to, "winter_clearance", winter) });
    return;
  }
  told = asked;
  client = new WhatsAppClient({ accessToken: told.token, baseUrl: told.gate });
  await send();
});
lines.on("close", () => server.close(() => process.exit(0)));
