// What a screen reader or a weak eye would stumble over: axe-core, in the page itself.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Fails with what is wrong with what the page shows now, and where. */
export async function assertAccessible(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, any, all }) => `${id}: ${help} at ${target.join(' ')} ${[...any, ...all].map(({ message }) => message).join('; ')}`),
    );
  }); // prettier-ignore
  assert.deepEqual(found, [], `${name}:\n${found.join('\n')}`);
}
