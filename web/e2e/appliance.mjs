// Starts the program under test and ends it, by its own pid.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = resolve(WEB, process.env.CANHDEM_BIN ?? '../target/debug/canhdem');
const ADDRESS = /^canhdem: page at (http:\/\/127\.0\.0\.1:\d+)\//m;
const TOKEN = /^canhdem: no account yet: enter the set-up token (\S+)$/m;
const LOGIN = /^canhdem: sign in as (\S+) with the password (\S+)$/m;
/** Films are composed at each start, on whatever machine this is. */
const START_MS = 300_000;
/** Films that the same program has composed before save that. */
const FOOTAGE =
  process.env.E2E_FOOTAGE ?? join(tmpdir(), `canhdem-e2e-films-${Math.round(statSync(PROGRAM).mtimeMs)}`);

/**
 * Runs `canhdem demo` (or the mock, when CANHDEM_BIN names a .mjs file) on a free port.
 * With `setUp` it begins without an account: `token` lets somebody make the first.
 * @returns {Promise<{origin: string, name?: string, password?: string, token?: string, dataDir: string, pid: number, kill: () => void, end: () => Promise<void>}>}
 */
export async function startAppliance({ setUp = false } = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'canhdem-e2e-'));
  const films = join(dataDir, 'footage');
  if (existsSync(FOOTAGE)) cpSync(FOOTAGE, films, { recursive: true });
  const args = ['demo', '--port', '0', '--data-dir', dataDir, ...(setUp ? ['--set-up'] : [])];
  const [command, first] = PROGRAM.endsWith('.mjs') ? [process.execPath, [PROGRAM]] : [PROGRAM, []];
  const child = spawn(command, [...first, ...args], {
    cwd: resolve(WEB, '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let log = '';
  const gone = new Promise((done) => child.once('close', done));
  child.stderr.on('data', (text) => (log = (log + text).slice(-20_000)));

  const end = async () => {
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(force);
    rmSync(dataDir, { recursive: true, force: true });
  };
  let limit;
  try {
    const [origin, name, password, token] = await new Promise((done, fail) => {
      limit = setTimeout(() => fail(new Error(`${PROGRAM}: no address within ${START_MS} ms`)), START_MS);
      child.once('error', fail);
      child.once('exit', (code) =>
        fail(new Error(`${PROGRAM} ended with ${code} before it gave its address`)),
      );
      child.stdout.on('data', (text) => {
        output += text;
        const [, address] = ADDRESS.exec(output) ?? [];
        const [, user, secret] = LOGIN.exec(output) ?? [];
        const [, given] = TOKEN.exec(output) ?? [];
        if (address && (setUp ? given : user)) done([address, user, secret, given]);
      });
    });
    if (!existsSync(FOOTAGE) && existsSync(films)) {
      // All of them or none, whoever looks meanwhile.
      const copy = `${FOOTAGE}-${child.pid}`;
      cpSync(films, copy, { recursive: true });
      renameSync(copy, FOOTAGE);
    }
    return {
      origin,
      name,
      password,
      dataDir,
      token,
      pid: child.pid,
      kill: () => process.kill(child.pid, 'SIGKILL'),
      end,
    };
  } catch (error) {
    await end();
    throw new Error(`${error.message}\n${output}${log}`);
  } finally {
    clearTimeout(limit);
  }
}
