// The examples of docs/guide/*/api.md: each block of shell is run as it stands, one after another in
// one shell's variables; the block of JSON that follows is part of what it must print.
import {execFileSync} from 'node:child_process';
import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {differences} from './scenario.mjs';

const guides = join(dirname(fileURLToPath(import.meta.url)), '../../docs/guide');

function examples(text) {
  const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(m => ({kind: m[1], text: m[2]}));
  return blocks.flatMap((b, i) => b.kind !== 'sh' ? [] :
    [{script: b.text, wanted: blocks[i + 1]?.kind === 'json' ? blocks[i + 1].text : undefined}]);
}

export async function runGuide(base, token, report) {
  for (const lang of ['zh', 'en']) {
    const path = join(guides, lang, 'api.md');
    if (!existsSync(path)) {
      report(`docs/guide/${lang}/api.md`, ['there is none']);
      continue;
    }
    let before = '';
    for (const {script, wanted} of examples(readFileSync(path, 'utf8'))) {
      const wrong = [], marker = '--- the example ---';
      try {
        const said = execFileSync('bash', ['-euc', `${before}\necho '${marker}'\n${script}`],
                                  {encoding: 'utf8', env: {...process.env, RENMAI: base.replace('/api/v1', ''), TOKEN: token}})
          .split(`${marker}\n`).at(-1);
        if (wanted) wrong.push(...differences(JSON.parse(wanted), JSON.parse(said)));
        if (wrong.length) wrong.push(said.slice(0, 500));
      } catch (e) {
        wrong.push(String(e.message), e.stderr ?? '');
      }
      before = `${before}\n{ ${script} } >/dev/null\n`;
      report(`docs/guide/${lang}/api.md: ${script.trim().split('\n')[0].slice(0, 90)}`, wrong);
      if (wrong.length) break;
    }
  }
}
