// What the official npm client can do here. Arguments: the folder of node_modules, the base URL, the key, the key that is busy once.
// Prints one JSON object: the client's version, and the result of every check by the name it has in the table.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [modules, baseURL, apiKey, busyKey] = process.argv.slice(2);
const require = createRequire(modules.endsWith('/') ? modules : modules + '/');
const { OpenAI, toFile } = require('openai');
const { version } = JSON.parse(readFileSync(`${modules}/openai/package.json`, 'utf8'));

const model = 'small-one';
const client = new OpenAI({ baseURL, apiKey });
const unlucky = () => new OpenAI({ baseURL, apiKey: `${busyKey}-${Math.random()}` });
const messages = [{ role: 'user', content: 'ping' }];
const schema = { name: 'x', strict: true, schema: { type: 'object' } };
const refused = async (call, status, param) => assert.rejects(call, e => e.status === status && (param === undefined || e.param === param));
const collect = async stream => { const all = []; for await (const one of stream) all.push(one); return all; };
const line = JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: { model, messages } });
const examples = Array.from({ length: 20 }, (_, n) => JSON.stringify({ messages: [{ role: 'user', content: `Hello ${n}` }, { role: 'assistant', content: `Good day ${n}` }] })).join('\n');
const sent = async (text, purpose) => client.files.create({ file: await toFile(Buffer.from(text), 'lines.jsonl'), purpose });
const begun = async (lines = line) => client.batches.create({ input_file_id: (await sent(lines, 'batch')).id, endpoint: '/v1/chat/completions', completion_window: '24h' });
const until = async (id, status) => {
  for (;;) {
    const response = await client.responses.retrieve(id);
    if (response.status === status) return response;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
};

const checks = {
  'models: list': async () => assert.deepEqual((await client.models.list()).data.map(m => m.id), ['moderation', model]),
  'models: get one': async () => assert.equal((await client.models.retrieve(model)).id, model),
  'models: an unknown one is 404': async () => refused(client.models.retrieve('none'), 404),

  'chat/completions: whole': async () => {
    const answer = await client.chat.completions.create({ model, messages });
    assert.deepEqual([answer.choices[0].message.content, answer.choices[0].finish_reason, answer.usage.total_tokens], ['pong pong', 'stop', 8]);
  },
  'chat/completions: streamed, with usage': async () => {
    const chunks = await collect(await client.chat.completions.create({ model, messages, stream: true, stream_options: { include_usage: true } }));
    assert.equal(chunks.map(c => c.choices[0]?.delta?.content ?? '').join(''), 'pong pong');
    assert.equal(chunks.at(-1).usage.total_tokens, 8);
  },
  'chat/completions: system, user and assistant turns': async () => {
    const turns = [{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }, { role: 'user', content: 'c' }];
    assert.equal((await client.chat.completions.create({ model, messages: turns })).choices[0].message.content, 'pong pong');
  },
  'chat/completions: JSON by a schema': async () => {
    const answer = await client.chat.completions.parse({ model, messages, response_format: { type: 'json_schema', json_schema: schema } });
    assert.equal(answer.choices[0].message.content, '{"answer":42}');
  },
  'chat/completions: log probabilities': async () => {
    const answer = await client.chat.completions.create({ model, messages, logprobs: true, top_logprobs: 1 });
    assert.deepEqual(answer.choices[0].logprobs.content.map(t => t.token), ['pong', ' ', 'pong']);
  },
  'chat/completions: tools called, and their result told': async () => {
    const tools = [{ type: 'function', function: { name: 'weather', description: 'Tells the weather.', parameters: { type: 'object' } } }];
    const asked = (await client.chat.completions.create({ model, messages, tools })).choices[0];
    assert.deepEqual([asked.finish_reason, asked.message.tool_calls[0].function], ['tool_calls', { name: 'weather', arguments: '{}' }]);
    const told = [...messages, asked.message, { role: 'tool', tool_call_id: asked.message.tool_calls[0].id, content: 'sun' }];
    assert.equal((await client.chat.completions.create({ model, messages: told, tools })).choices[0].message.content, 'pong pong');
  },
  'chat/completions: several answers': async () => assert.equal((await client.chat.completions.create({ model, messages, n: 2 })).choices.length, 2),
  'chat/completions: a bad parameter is 400 and named': async () => refused(client.chat.completions.create({ model, messages, temperature: 9 }), 400, 'temperature'),
  'chat/completions: tried again by itself after 503': async () => assert.equal((await unlucky().chat.completions.create({ model, messages })).choices[0].message.content, 'pong pong'),

  'completions: whole': async () => {
    const answer = await client.completions.create({ model, prompt: 'ping' });
    assert.deepEqual([answer.choices[0].text, answer.usage.total_tokens], ['pong pong', 8]);
  },
  'completions: streamed': async () => {
    const chunks = await collect(await client.completions.create({ model, prompt: 'ping', stream: true }));
    assert.equal(chunks.map(c => c.choices[0]?.text ?? '').join(''), 'pong pong');
  },

  'embeddings: one text': async () => assert.deepEqual([...(await client.embeddings.create({ model, input: 'ping' })).data[0].embedding], [4, 0.5]),
  'embeddings: several texts, with usage': async () => {
    const answer = await client.embeddings.create({ model, input: ['a', 'bb', 'ccc'], encoding_format: 'float' });
    assert.deepEqual([answer.data.map(d => d.embedding[0]), answer.usage.total_tokens], [[1, 2, 3], 6]);
  },
  'embeddings: as base64': async () => {
    const answer = await client.embeddings.create({ model, input: 'ping', encoding_format: 'base64' });
    assert.equal(answer.data[0].embedding, Buffer.from(new Float32Array([4, 0.5]).buffer).toString('base64'));
  },
  'embeddings: lists of tokens': async () => assert.deepEqual((await client.embeddings.create({ model, input: [[1, 2], [3]] })).data.map(d => d.embedding[0]), [2, 1]),
  'embeddings: dimensions the model has not are 400': async () => refused(client.embeddings.create({ model, input: 'ping', dimensions: 1 }), 400, 'dimensions'),
  'embeddings: tried again by itself after 503': async () => assert.equal((await unlucky().embeddings.create({ model, input: 'ping' })).data[0].embedding.length, 2),

  'moderations: one text, whatever moderates': async () => {
    const { id, model: named, results } = await client.moderations.create({ input: 'violence' });
    assert.ok(id.startsWith('modr-'));
    assert.deepEqual([named, results.length, results[0].flagged, results[0].categories.violence, results[0].categories.hate], ['moderation', 1, true, true, false]);
    assert.deepEqual([results[0].category_scores.violence, results[0].category_scores['harassment/threatening']], [0.75, 0]);
    assert.deepEqual([results[0].category_applied_input_types.violence, results[0].category_applied_input_types['self-harm/intent']], [['text'], []]);
  },
  'moderations: several texts': async () => {
    const { results } = await client.moderations.create({ model: 'moderation', input: ['violence', 'calm', 'harassment'] });
    assert.deepEqual(results.map(r => r.flagged), [true, false, true]);
  },
  'moderations: parts that are one thing': async () => {
    const { results } = await client.moderations.create({ input: [{ type: 'text', text: 'violence' }, { type: 'text', text: 'harassment' }] });
    assert.deepEqual(results.map(r => [r.categories.violence, r.categories.harassment, r.categories.sexual]), [[true, true, false]]);
  },
  'moderations: an image is 400 and named': async () =>
    refused(client.moderations.create({ input: [{ type: 'image_url', image_url: { url: 'https://example.org/a.png' } }] }), 400, 'input[0]'),
  'moderations: a model that is not there is 404': async () => refused(client.moderations.create({ model: 'omni-moderation-latest', input: 'ping' }), 404, 'model'),
  'moderations: tried again by itself after 503': async () => assert.equal((await unlucky().moderations.create({ input: 'ping' })).results.length, 1),

  'files: sent, listed, read, deleted': async () => {
    const { id } = await sent(line, 'batch');
    assert.equal((await client.files.retrieve(id)).filename, 'lines.jsonl');
    assert.ok((await collect(client.files.list({ purpose: 'batch' }))).some(f => f.id === id));
    assert.equal(await (await client.files.content(id)).text(), line);
    assert.ok((await client.files.delete(id)).deleted);
    await refused(client.files.retrieve(id), 404);
  },
  'files: a file that is not what its purpose says is 400': async () => refused(sent('not json', 'batch'), 400),
  'uploads: in parts': async () => {
    const upload = await client.uploads.create({ purpose: 'user_data', filename: 'two.txt', bytes: 8, mime_type: 'text/plain' });
    const part_ids = [];
    for (const text of ['one ', 'part']) part_ids.push((await client.uploads.parts.create(upload.id, { data: await toFile(Buffer.from(text), 'blob') })).id);
    const { file } = await client.uploads.complete(upload.id, { part_ids });
    assert.equal(await (await client.files.content(file.id)).text(), 'one part');
  },
  'uploads: cancelled': async () => {
    const { id } = await client.uploads.create({ purpose: 'user_data', filename: 'two.txt', bytes: 8, mime_type: 'text/plain' });
    assert.equal((await client.uploads.cancel(id)).status, 'cancelled');
  },

  'batches: run to the end, output read': async () => {
    let batch = await begun();
    while (batch.status !== 'completed') {
      assert.ok(!['failed', 'expired', 'cancelled'].includes(batch.status), batch.status);
      await new Promise(resolve => setTimeout(resolve, 20));
      batch = await client.batches.retrieve(batch.id);
    }
    const output = JSON.parse(await (await client.files.content(batch.output_file_id)).text());
    assert.equal(output.response.body.choices[0].message.content, 'pong pong');
  },
  'batches: listed and cancelled': async () => {
    const { id } = await begun(line.replace('ping', 'wait'));
    assert.ok((await collect(client.batches.list())).some(b => b.id === id));
    assert.ok(['cancelling', 'cancelled'].includes((await client.batches.cancel(id)).status));
  },
  'batches: a file nobody sent is 400 and named': async () =>
    refused(client.batches.create({ input_file_id: 'file-none', endpoint: '/v1/chat/completions', completion_window: '24h' }), 400, 'input_file_id'),

  'fine_tuning/jobs: created, found, listed, events, cancelled': async () => {
    const { id } = await client.fineTuning.jobs.create({ model: 'scratch-nano', training_file: (await sent(examples, 'fine-tune')).id });
    assert.equal((await client.fineTuning.jobs.retrieve(id)).id, id);
    assert.ok((await collect(client.fineTuning.jobs.list())).some(j => j.id === id));
    assert.ok((await collect(client.fineTuning.jobs.listEvents(id))).length > 0);
    await client.fineTuning.jobs.cancel(id);
  },
  'fine_tuning/jobs: a model that cannot be tuned is 400': async () =>
    refused(client.fineTuning.jobs.create({ model, training_file: (await sent(examples, 'fine-tune')).id }), 400, 'model'),

  'responses: whole': async () => {
    const response = await client.responses.create({ model, input: 'ping' });
    assert.deepEqual([response.output_text, response.status, response.usage.total_tokens], ['pong pong', 'completed', 8]);
  },
  'responses: streamed as typed events': async () => {
    const events = await collect(await client.responses.create({ model, input: 'ping', stream: true }));
    assert.deepEqual(events.map(e => e.sequence_number), events.map((_, index) => index));
    assert.equal(events.filter(e => e.type === 'response.output_text.delta').map(e => e.delta).join(''), 'pong pong');
    // The client's own accumulator stops at an event it does not know.
    assert.equal((await client.responses.stream({ model, input: 'ping' }).finalResponse()).output_text, 'pong pong');
  },
  'responses: instructions, items and metadata': async () => {
    const input = [{ role: 'developer', content: 'a' }, { role: 'user', content: 'b' }, { role: 'assistant', content: 'c' }, { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'd' }] }];
    const response = await client.responses.create({ model, input, instructions: 'Be brief.', metadata: { k: 'v' }, max_output_tokens: 20, temperature: 0.5, top_p: 0.9 });
    assert.deepEqual([response.output_text, response.metadata.k, response.max_output_tokens], ['pong pong', 'v', 20]);
  },
  'responses: going on from a stored one': async () => {
    const first = await client.responses.create({ model, input: 'ping' });
    assert.equal((await client.responses.create({ model, input: 'ping', previous_response_id: first.id })).previous_response_id, first.id);
  },
  'responses: JSON by a schema': async () => {
    const response = await client.responses.parse({ model, input: 'ping', text: { format: { type: 'json_schema', ...schema } } });
    assert.equal(response.output_text, '{"answer":42}');
  },
  'responses: a tool called, and its answer given back': async () => {
    const tools = [{ type: 'function', name: 'weather', description: 'Tells the weather.', parameters: { type: 'object' }, strict: false }];
    const asked = await client.responses.create({ model, input: 'ping', tools });
    assert.deepEqual(asked.output.map(i => [i.type, i.name, i.arguments]), [['function_call', 'weather', '{}']]);
    const output = { type: 'function_call_output', call_id: asked.output[0].call_id, output: 'sun' };
    assert.equal((await client.responses.create({ model, input: [output], previous_response_id: asked.id, tools })).output_text, 'pong pong');
    assert.equal((await client.responses.create({ model, input: [{ role: 'user', content: 'ping' }, ...asked.output, output], tools })).output_text, 'pong pong');
    // The client's own accumulator puts the call together from the events.
    const streamed = await client.responses.stream({ model, input: 'ping', tools }).finalResponse();
    assert.deepEqual(streamed.output.map(i => [i.name, i.arguments]), [['weather', '{}']]);
  },
  'responses: log probabilities': async () => {
    const response = await client.responses.create({ model, input: 'ping', include: ['message.output_text.logprobs'], top_logprobs: 1 });
    assert.deepEqual(response.output[0].content[0].logprobs.map(t => t.token), ['pong', ' ', 'pong']);
  },
  'responses: read, input items, delete': async () => {
    const { id } = await client.responses.create({ model, input: 'ping' });
    assert.equal((await client.responses.retrieve(id)).output_text, 'pong pong');
    assert.deepEqual((await collect(client.responses.inputItems.list(id))).map(i => i.content[0].text), ['ping']);
    await client.responses.delete(id);
    await refused(client.responses.retrieve(id), 404);
  },
  'responses: in the background, polled': async () => {
    const response = await client.responses.create({ model, input: 'ping', background: true });
    assert.equal(response.status, 'queued');
    assert.equal((await until(response.id, 'completed')).output_text, 'pong pong');
  },
  'responses: in the background, cancelled': async () => {
    const { id } = await client.responses.create({ model, input: 'wait', background: true });
    assert.equal((await client.responses.cancel(id)).status, 'cancelled');
    // A cancelled stream must end in an event the accumulator knows.
    assert.equal((await client.responses.stream({ response_id: id }).finalResponse()).status, 'cancelled');
  },
  'responses: in the background, streamed and taken up again': async () => {
    const all = await collect(await client.responses.create({ model, input: 'ping', background: true, stream: true }));
    const rest = await collect(await client.responses.retrieve(all[0].response.id, { stream: true, starting_after: 4 }));
    assert.deepEqual(rest, all.slice(5));
    assert.equal((await client.responses.stream({ response_id: all[0].response.id, starting_after: 4 }).finalResponse()).output_text, 'pong pong');
  },
  'responses: what the model cannot is 400 and named': async () => refused(client.responses.create({ model, input: 'ping', reasoning: { effort: 'high' } }), 400, 'reasoning'),
  '/api/webhooks: a delivery is verified by the client': async () => {
    const received = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', part => { body += part; });
      request.on('end', () => { received.push({ headers: request.headers, body }); response.writeHead(204).end(); });
    });
    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${server.address().port}/`;
      const made = await fetch(new URL('/api/webhooks', baseURL), {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ url, events: ['response.completed'] }),
      });
      const { secret } = await made.json();
      const { id } = await client.responses.create({ model, input: 'ping', background: true });
      while (received.length === 0) await new Promise(resolve => setTimeout(resolve, 20));
      const event = await client.webhooks.unwrap(received[0].body, received[0].headers, secret);
      assert.deepEqual([event.type, event.data.id], ['response.completed', id]);
      await assert.rejects(client.webhooks.unwrap(received[0].body + ' ', received[0].headers, secret));
    } finally {
      server.close();
    }
  },
  'responses: tried again by itself after 503': async () => assert.equal((await unlucky().responses.create({ model, input: 'ping' })).output_text, 'pong pong'),
};

const results = {};
for (const [name, run] of Object.entries(checks)) {
  try {
    const late = new Promise((_, reject) => setTimeout(reject, 60_000, new Error('no end within a minute')).unref());
    await Promise.race([run(), late]);
    results[name] = null;
  } catch (e) {
    results[name] = String(e?.message ?? e).split('\n')[0];
  }
}
// What has not ended would keep the process.
process.stdout.write(JSON.stringify({ version, results }), () => process.exit());
