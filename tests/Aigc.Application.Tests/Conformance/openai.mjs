// What the official npm client can do here. Arguments: the folder of node_modules, the base URL, the key, the key that is busy once.
// Prints one JSON object: the client's version, and the result of every check by the name it has in the table.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const [modules, baseURL, apiKey, busyKey] = process.argv.slice(2);
const require = createRequire(modules.endsWith('/') ? modules : modules + '/');
const { OpenAI } = require('openai');
const { version } = JSON.parse(readFileSync(`${modules}/openai/package.json`, 'utf8'));

const model = 'small-one';
const client = new OpenAI({ baseURL, apiKey });
const unlucky = () => new OpenAI({ baseURL, apiKey: `${busyKey}-${Math.random()}` });
const messages = [{ role: 'user', content: 'ping' }];
const schema = { name: 'x', strict: true, schema: { type: 'object' } };
const refused = async (call, status, param) => assert.rejects(call, e => e.status === status && (param === undefined || e.param === param));
const collect = async stream => { const all = []; for await (const one of stream) all.push(one); return all; };
const until = async (id, status) => {
  for (;;) {
    const response = await client.responses.retrieve(id);
    if (response.status === status) return response;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
};

const checks = {
  'models: list': async () => assert.deepEqual((await client.models.list()).data.map(m => m.id), [model]),
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
  'embeddings: lists of tokens': async () => assert.deepEqual((await client.embeddings.create({ model, input: [[1, 2], [3]] })).data.map(d => d.embedding[0]), [2, 1]),
  'embeddings: dimensions the model has not are 400': async () => refused(client.embeddings.create({ model, input: 'ping', dimensions: 1 }), 400, 'dimensions'),
  'embeddings: tried again by itself after 503': async () => assert.equal((await unlucky().embeddings.create({ model, input: 'ping' })).data[0].embedding.length, 2),

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
    await run();
    results[name] = null;
  } catch (e) {
    results[name] = String(e?.message ?? e).split('\n')[0];
  }
}
console.log(JSON.stringify({ version, results }));
