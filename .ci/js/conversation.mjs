// Holds a conversation with a simulator by way of Microsoft's JavaScript SDK, and fails if it does not see what its types
// promise. Its argument is the endpoint; .ci/js/run starts the simulator.
import assert from "node:assert/strict";
import { AzureKeyCredential } from "@azure/core-auth";
import { VoiceLiveClient } from "@azure/ai-voicelive";

const endpoint = process.argv[2];
const heard = []; // the events of the service that were not waited for yet
const waiting = [];
const patience = 60_000; // ms

// next is the first event from now on that fits.
function next(type, fits = () => true) {
  const i = heard.findIndex((e) => e.type === type && fits(e));
  if (i >= 0) return Promise.resolve(heard.splice(0, i + 1).at(-1));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${type}; got ${heard.map((e) => e.type)}`)), patience);
    waiting.push({ type, fits, resolve: (e) => (clearTimeout(timer), resolve(e)) });
  });
}

const handlers = {
  async onServerEvent(event) {
    const i = waiting.findIndex((w) => w.type === event.type && w.fits(event));
    if (i < 0) return void heard.push(event);
    heard.length = 0;
    waiting.splice(i, 1)[0].resolve(event);
  },
};

const said = [];
const step = (name) => (said.push(name), console.log(name));

async function ask(session, text) {
  await session.addConversationItem({ type: "message", role: "user", content: [{ type: "input_text", text }] });
  await next("conversation.item.created");
  await session.sendEvent({ type: "response.create" });
}

// Authentication: a wrong key is refused.
await assert.rejects(new VoiceLiveClient(endpoint, new AzureKeyCredential("wrong")).startSession("gpt-realtime"));
step("a wrong key is refused");

const client = new VoiceLiveClient(endpoint, new AzureKeyCredential("secret"));
const session = await client.startSession("gpt-realtime", { sessionHandlers: handlers });
const created = await next("session.created");
assert.equal(created.session.model, "gpt-realtime");
assert.ok(created.session.id);
step("session.created");

// session.update, with every member of every union that a model of Azure OpenAI takes.
const common = {
  modalities: ["text", "audio"],
  instructions: "Be brief.",
  inputAudioFormat: "pcm16",
  outputAudioFormat: "pcm16",
  inputAudioSamplingRate: 24000,
  inputAudioNoiseReduction: { type: "azure_deep_noise_suppression" },
  inputAudioEchoCancellation: { type: "server_echo_cancellation" },
  inputAudioTranscription: { model: "azure-speech", language: "en-US", phraseList: ["Oslo"], customSpeech: { en: "id" } },
  temperature: 0.7,
  maxResponseOutputTokens: "inf",
  outputAudioTimestampTypes: ["word"],
  animation: { modelName: "default", outputs: ["viseme_id"] },
};
const eou = { thresholdLevel: "high", timeoutInMs: 700 };
const sessions = [
  { ...common, voice: { type: "azure-standard", name: "en-US-AvaNeural", rate: "1.1", preferLocales: ["en-US"] }, turnDetection: { type: "server_vad", threshold: 0.5, prefixPaddingInMs: 300, silenceDurationInMs: 200, endOfUtteranceDetection: { model: "semantic_detection_v1", ...eou } } },
  { voice: { type: "azure-custom", name: "mine", endpointId: "endpoint" }, turnDetection: { type: "azure_semantic_vad", removeFillerWords: true, languages: ["en"], endOfUtteranceDetection: { model: "semantic_detection_v1_multilingual", ...eou } } },
  { voice: { type: "azure-personal", name: "me", model: "DragonLatestNeural" }, turnDetection: { type: "azure_semantic_vad_en", speechDurationInMs: 80, endOfUtteranceDetection: { model: "semantic_detection_v1_en", ...eou } } },
  { voice: "alloy", turnDetection: { type: "azure_semantic_vad_multilingual", autoTruncate: true }, toolChoice: "auto" },
  {
    tools: [
      { type: "function", name: "get_weather", description: "Tells the weather.", parameters: { type: "object", properties: { city: { type: "string" } } } },
      { type: "mcp", serverLabel: "docs", serverUrl: "https://example.com/mcp", authorization: "token", headers: { "X-A": "b" }, allowedTools: ["search"], requireApproval: "always" },
    ],
    toolChoice: { type: "function", name: "get_weather" },
  },
  { interimResponse: { type: "static_interim_response", texts: ["One moment."], triggers: ["latency"], latencyThresholdInMs: 60000 } },
  { interimResponse: { type: "llm_interim_response", instructions: "Bridge the pause.", triggers: ["tool"], latencyThresholdInMs: 60000, maxCompletionTokens: 20 } },
  { toolChoice: "auto", voice: { type: "azure-standard", name: "en-US-AvaNeural" }, turnDetection: { type: "server_vad", createResponse: true } },
];
for (const [i, change] of sessions.entries()) {
  await session.updateSession(change);
  const { session: now } = await next("session.updated");
  if (change.turnDetection) assert.equal(now.turnDetection.type, change.turnDetection.type, `session ${i}`);
  if (change.voice?.type) assert.equal(now.voice.type, change.voice.type, `session ${i}`);
  if (change.tools) {
    assert.deepEqual(now.tools.map((t) => t.type), ["function", "mcp"]);
    await next("mcp_list_tools.completed");
  }
  if (change.interimResponse) assert.equal(now.interimResponse.type, change.interimResponse.type);
}
step(`session.updated, ${sessions.length} times; the tools of the MCP server are listed`);

// A turn of text.
await ask(session, "Good morning!");
const words = await next("response.audio_transcript.done");
assert.equal(words.transcript, "You said: Good morning!");
const done = await next("response.done");
assert.equal(done.response.status, "completed");
assert.ok(done.response.usage.totalTokens > 0);
step("a turn of text");

// A turn of speech, found by voice activity, whose audio comes as bytes.
const tone = Int16Array.from({ length: 24000 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 220 * i) / 24000) * (0.6 + 0.4 * Math.sin(i / 900)));
for (const part of [tone, new Int16Array(24000 * 2)])
  for (let i = 0; i < part.length; i += 2400) await session.sendAudio(new Uint8Array(part.slice(i, i + 2400).buffer));
const began = await next("input_audio_buffer.speech_started");
assert.ok(began.audioStartInMs >= 0);
const ended = await next("input_audio_buffer.speech_stopped");
assert.ok(ended.audioEndInMs > began.audioStartInMs);
await next("input_audio_buffer.committed");
const audio = await next("response.audio.delta");
assert.ok(audio.delta.byteLength ?? audio.delta.length > 0);
const spoken = await next("response.done");
assert.equal(spoken.response.status, "completed");
step("a turn of speech");

// What was not heard is cut.
await session.sendEvent({ type: "conversation.item.truncate", itemId: spoken.response.output[0].id, contentIndex: 0, audioEndInMs: 100 });
assert.equal((await next("conversation.item.truncated")).audioEndInMs, 100);
step("truncation");

// A function is called, and its output used.
await ask(session, "How is the weather?");
const call = await next("response.function_call_arguments.done");
assert.equal(call.name ?? "get_weather", "get_weather");
assert.deepEqual(JSON.parse(call.arguments), { city: "Oslo" });
await next("response.done");
await session.addConversationItem({ type: "function_call_output", callId: call.callId, output: "sunny" });
await next("conversation.item.created");
await session.sendEvent({ type: "response.create" });
assert.equal((await next("response.audio_transcript.done")).transcript, "It is sunny.");
await next("response.done");
step("a function call");

// A response is cancelled.
await ask(session, "Please wait.");
await next("response.created");
await session.sendEvent({ type: "response.cancel" });
assert.equal((await next("response.done")).response.status, "cancelled");
step("a response is cancelled");

// A call of an MCP tool is approved.
await ask(session, "Please search.");
const request = await next("conversation.item.created", (e) => e.item.type === "mcp_approval_request");
assert.equal(request.item.serverLabel, "docs");
await next("response.done");
await session.addConversationItem({ type: "mcp_approval_response", approvalRequestId: request.item.id, approve: true });
await next("response.mcp_call.completed");
step("an MCP call is approved");

// A mistake is an error event, and the session goes on.
await session.sendEvent({ type: "conversation.item.delete", itemId: "none" });
const refused = await next("error");
assert.ok(refused.error.message);
await ask(session, "Are you still there?");
await next("response.done");
step("an error event");
await session.disconnect();

// The service closes.
const closed = await client.startSession("gpt-realtime", { sessionHandlers: { ...handlers } });
const lost = new Promise((resolve) => closed.subscribe({ onDisconnected: async (e) => resolve(e) }));
await closed.sendEvent({ type: "response.create" });
await Promise.race([lost, new Promise((_, reject) => setTimeout(() => reject(new Error("the close is not told")), patience).unref())]);
assert.equal(closed.isConnected, false);
step("the service closes");
console.log(`${said.length} steps passed`);
process.exit(0);
