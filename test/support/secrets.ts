/** The credentials that a test gives to a run, and the places where they turned up. */

interface Secret {
  /** What it is, for the failure of a test: that does not repeat it. */
  readonly name: string;
  readonly value: string;
}

/** What a run is given. */
interface Given {
  readonly env: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
}

const VARIABLES = new Set([
  // Whose the credentials are is not for everyone's eyes either, and nothing needs it.
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
]);

/** Characters: less could stand in any text. */
const LEAST = 8;

const handedOut = new Map<string, string>();

/** For servers that hand out credentials: every run of this process that ends from now on is searched for them, too. */
export function handOut(name: string, ...values: readonly (string | undefined)[]): void {
  for (const value of values) if (value) handedOut.set(value, name);
}

/**
 * Where any of a run's credentials stands in what it left, a line each; `texts` by where they were found.
 * @throws if one is too short to be told from other text
 */
export function leaksOf(texts: Readonly<Record<string, string>>, given: Given): readonly string[] {
  const secrets = secretsOf(given);
  return Object.entries(texts).flatMap(([where, text]) => {
    const shown = hidden(text);
    return secrets
      .filter(({ value }) => formsOf(value).some((form) => shown.includes(form)))
      .map(({ name }) => `${where} tells ${name}`);
  });
}

/** As the runner shows a log: what it is told to hide is hidden from there on. */
function hidden(log: string): string {
  const masks: string[] = [];
  const lines = log.split('\n').map((line) => {
    const [, mask] = /^::add-mask::(.+)$/.exec(line) ?? [];
    if (mask !== undefined) masks.push(mask);
    return masks.reduce((text, secret) => text.replaceAll(secret, '***'), line);
  });
  return lines.join('\n');
}

function secretsOf({ env, inputs }: Given): readonly Secret[] {
  const variables = Object.entries(env).filter(([name, value]) => VARIABLES.has(name) && value);
  const proxies = [...Object.entries(env), ...Object.entries(inputs)].filter(([name]) =>
    /[-_]proxy$/i.test(name),
  );
  const all = [...variables, ...proxies.flatMap(passwordsOf)].map(([name, value]) => ({
    name,
    value,
  }));
  const others = [...handedOut].map(([value, name]) => ({ name, value }));
  for (const { name, value } of all)
    if (value.length < LEAST) throw new Error(`${name} needs ${LEAST} characters in a test`);
  return [...all, ...others];
}

/** The password in a proxy's address, and user and password as they are sent. */
function passwordsOf([name, address]: readonly [string, string]): [string, string][] {
  const [, user = '', password = ''] = /^\w+:\/\/([^:@/]*):([^@/]*)@/.exec(address) ?? [];
  if (password === '') return [];
  return [
    [`the password in ${name}`, decodeURIComponent(password)],
    [`the password in ${name}`, `${decodeURIComponent(user)}:${decodeURIComponent(password)}`],
  ];
}

/** As it is, in an address, in JSON and in a header. */
function formsOf(secret: string): string[] {
  const inHeader = Buffer.from(secret).toString('base64');
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), inHeader];
}
