// Prints the logits of a decoder's graph, run by onnxruntime-node alone: a prompt, then token by token, the cache passed back by hand.
// node logits.mjs <node_modules> <graph.onnx> '{"prefill":[…],"decode":[…],"kvHeads":1,"headDim":32,"layers":2}'
import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
import path from 'node:path';

const [modules, graph, job] = process.argv.slice(2);
const ort = createRequire(path.join(modules, 'anchor.js'))('onnxruntime-node');
const { prefill, decode, kvHeads, headDim, layers } = JSON.parse(job);
const session = await ort.InferenceSession.create(graph, { intraOpNumThreads: 1 });
const has = name => session.inputNames.includes(name);
const integers = values => BigInt64Array.from(values.map(BigInt));
const half = session.inputMetadata?.find(input => input.name === 'past_key_values.0.key')?.type === 'float16';
const kind = half ? 'float16' : 'float32';

let cache = {};
for (let layer = 0; layer < layers; layer++)
  for (const part of ['key', 'value'])
    cache[`past_key_values.${layer}.${part}`] = new ort.Tensor(kind, half ? new Uint16Array(0) : new Float32Array(0), [1, kvHeads, 0, headDim]);

let past = 0;
const rows = [];
for (const tokens of [prefill, ...decode.map(token => [token])]) {
  const total = past + tokens.length;
  const feeds = { input_ids: new ort.Tensor('int64', integers(tokens), [1, tokens.length]), ...cache };
  if (has('attention_mask')) feeds.attention_mask = new ort.Tensor('int64', integers(Array(total).fill(1)), [1, total]);
  if (has('position_ids')) feeds.position_ids = new ort.Tensor('int64', integers(tokens.map((_, i) => past + i)), [1, tokens.length]);
  if (has('num_logits_to_keep')) feeds.num_logits_to_keep = new ort.Tensor('int64', integers([1]), []);
  if (has('use_cache_branch')) feeds.use_cache_branch = new ort.Tensor('bool', [past > 0], [1]);
  if (has('seqlens_k')) feeds.seqlens_k = new ort.Tensor('int32', Int32Array.from([total - 1]), [1]);
  if (has('total_sequence_length')) feeds.total_sequence_length = new ort.Tensor('int32', Int32Array.from([total]), [1]);
  if (has('logit_rows')) feeds.logit_rows = new ort.Tensor('int64', integers([tokens.length - 1]), [1]);
  const outputs = await session.run(feeds);
  const { data, dims } = outputs.logits;
  const width = dims[dims.length - 1];
  rows.push([...data.slice(data.length - width)].map(value => half && Number.isInteger(value) && data instanceof Uint16Array ? fromHalf(value) : value));
  for (const name of Object.keys(cache)) cache[name] = outputs[name.replace('past_key_values', 'present')];
  past = total;
}
writeSync(1, JSON.stringify({ half, rows }) + '\n');

function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  return exponent === 0 ? sign * 2 ** -24 * fraction : exponent === 31 ? (fraction ? NaN : sign * Infinity) : sign * 2 ** (exponent - 25) * (1024 + fraction);
}
