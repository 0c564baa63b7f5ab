// Writes shared/Aigc.Models/Text/Tokenizers/UnicodeForms.bin from the Unicode data of the JavaScript engine:
//   node unicode-forms.mjs
// The platform runs with invariant globalization, where .NET leaves text as it is when asked for a normalization form.
// Numbers are LEB128; the whole is compressed with Brotli:
//   marks: count, then (code point, rank of its combining class: order and equality are all that is needed)
//   twice (canonical, then what differs for compatibility): count, then (code point, length, the full decomposition)
//   compositions: count, then (first, second, composite)
import { writeFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const bytes = [];
const put = n => { while (n > 127) { bytes.push((n & 127) | 128); n >>>= 7; } bytes.push(n); };
const text = (...points) => String.fromCodePoint(...points);
const points = s => [...s].map(c => c.codePointAt(0));
const hangul = cp => cp >= 0xac00 && cp <= 0xd7a3;

const all = [];
for (let cp = 0; cp <= 0x10ffff; cp++)
  if (!(cp >= 0xd800 && cp <= 0xdfff) && !hangul(cp)) all.push(cp);

const nfd = s => s.normalize('NFD');
// U+0345 has the highest class of all: whatever has a class at all moves before it.
const marks = all.filter(cp => /\p{M}/u.test(text(cp)) && nfd(text(cp)) === text(cp)
  && (cp === 0x345 || nfd(text(0x61, 0x345, cp)) !== text(0x61, 0x345, cp)));
const order = (a, b) => a === b ? 0 : nfd(text(0x61, b, a)) === text(0x61, a, b) && nfd(text(0x61, a, b)) === text(0x61, a, b) ? -1
  : nfd(text(0x61, a, b)) === text(0x61, b, a) ? 1 : 0;
const sorted = [...marks].sort((a, b) => order(a, b) || a - b);
const rank = new Map();
let current = 0;
sorted.forEach((cp, i) => { if (i === 0 || order(sorted[i - 1], cp) < 0) current++; rank.set(cp, current); });
put(marks.length);
for (const cp of marks) { put(cp); put(rank.get(cp)); }

const canonical = all.filter(cp => nfd(text(cp)) !== text(cp));
const compatible = all.filter(cp => text(cp).normalize('NFKD') !== nfd(text(cp)));
for (const [list, form] of [[canonical, 'NFD'], [compatible, 'NFKD']]) {
  put(list.length);
  for (const cp of list) {
    const parts = points(text(cp).normalize(form));
    put(cp); put(parts.length); parts.forEach(put);
  }
}

const composites = canonical.filter(cp => text(cp).normalize('NFC') === text(cp)).map(cp => {
  const parts = points(nfd(text(cp)));
  const first = points(text(...parts.slice(0, -1)).normalize('NFC'));
  if (first.length !== 1) throw new Error('no single step for ' + cp.toString(16));
  return [first[0], parts.at(-1), cp];
});
put(composites.length);
for (const triple of composites) triple.forEach(put);

const target = new URL('../../../shared/Aigc.Models/Text/Tokenizers/UnicodeForms.bin', import.meta.url);
writeFileSync(target, brotliCompressSync(Uint8Array.from(bytes)));
console.log(`${marks.length} marks in ${current} classes, ${canonical.length} canonical, ${compatible.length} compatible, ${composites.length} composites, Unicode ${process.versions.unicode}`);
