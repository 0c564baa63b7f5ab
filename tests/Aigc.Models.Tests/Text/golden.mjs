// Writes golden.json: the ids that Hugging Face's tokenizers give for our small files and texts.
//   AIGC_WRITE_TOKENIZERS=/tmp/kinds dotnet run --project tests/Aigc.Models.Tests -- -class '*GoldenTokenizerTests'
//   node golden.mjs /tmp/kinds golden.json        (where @huggingface/tokenizers 0.2.0 is installed)
// Where @anush008/tokenizers (the library in Rust) is installed too, a text on which the two differ is left out (null), and named.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [folder, target] = process.argv.slice(2);
const from = createRequire(join(process.cwd(), 'package.json'));
const { Tokenizer } = from('@huggingface/tokenizers');
let Rust = null;
try { Rust = from('@anush008/tokenizers').Tokenizer; } catch { console.log('no library in Rust here: JavaScript alone'); }

const texts = JSON.parse(readFileSync(join(folder, 'texts.json')));
const golden = { ids: {}, documents: {} };
for (const file of readdirSync(folder).filter(f => f.endsWith('.tokenizer.json')).sort()) {
  const kind = file.replace('.tokenizer.json', '');
  const json = readFileSync(join(folder, file), 'utf8');
  const tokenizer = new Tokenizer(JSON.parse(json), {});
  const rust = Rust?.fromString(json);
  golden.ids[kind] = [];
  for (const text of texts) {
    const ids = Array.from(tokenizer.encode(text, { add_special_tokens: false }).ids);
    const other = rust ? Array.from((await rust.encode(text, null, { addSpecialTokens: false })).getIds()) : ids;
    const same = JSON.stringify(ids) === JSON.stringify(other);
    if (!same) console.log('the two libraries differ:', kind, JSON.stringify(text));
    golden.ids[kind].push(same ? ids : null);
  }
  golden.documents[kind] = Array.from(tokenizer.encode('the value', { add_special_tokens: true }).ids);
}
const lines = map => Object.entries(map).map(([kind, ids]) => `${JSON.stringify(kind)}:[\n${ids.map(one => JSON.stringify(one)).join(',\n')}]`).join(',\n');
const flat = map => Object.entries(map).map(([kind, ids]) => `${JSON.stringify(kind)}:${JSON.stringify(ids)}`).join(',\n');
writeFileSync(target, `{"documents":{\n${flat(golden.documents)}},\n"ids":{\n${lines(golden.ids)}}}\n`);
