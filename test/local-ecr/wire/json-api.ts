import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, CallLog } from '../call-log.ts';
import { EcrError } from '../errors.ts';
import { ConnectionLost, PlainAnswer } from '../faults.ts';
import type { Faults } from '../faults.ts';
import { OddAnswer } from '../http-answer.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { Operation, Prepared } from '../operations/operation.ts';
import { authorise, userOf } from '../policy.ts';
import { peekPart, PEEK_BYTES } from './open-parts.ts';
import type { OpenParts } from './open-parts.ts';
import { parseBody, readBody } from './request-body.ts';
import type { Body } from './request-body.ts';
import { checkRegion } from '../rules.ts';
import type { Service, ServiceRules } from '../rules.ts';
import { authenticate } from './sigv4.ts';
import type { Caller } from './sigv4.ts';
import type { Throttle } from '../throttle.ts';
import { ConnectionClosed } from './transport.ts';
import type { Transport } from './transport.ts';
import type { World } from '../world.ts';

export interface ApiParts {
  readonly world: World;
  readonly log: CallLog;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly transport: Transport;
  readonly openParts: OpenParts;
  /** After each call that may have changed something. */
  readonly changed: () => void;
}

/** AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export async function handleApiCall(
  parts: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, log, openParts } = parts;
  const target = parseTarget(world, request);
  const call = log.start(target.rules.service, target.operation);
  const ending: Ending = {
    // First of all: who sees the answer may send the next part at once.
    answered: (outcome, confirmed) => {
      openParts.leave(call);
      log.answered(call, outcome, confirmed);
    },
    lost: (outcome) => {
      openParts.leave(call);
      log.lost(call, outcome);
    },
  };
  try {
    const output = await perform(parts, request, target, call);
    ending.answered('ok', 'lastByteReceived' in output ? output.lastByteReceived : undefined);
    answer(world, response, 200, output);
  } catch (error) {
    await refuse(world, response, error, ending);
    if (call.bodyEndedAt === undefined) await drain(parts, request, call);
  }
}

/** How a call is over, as the log has it. */
interface Ending {
  answered(outcome: string, confirmed?: unknown): void;
  lost(outcome: string): void;
}

/** The rest of a body that was refused before its end: who is still sending does not see an answer. */
async function drain(
  { log, transport }: ApiParts,
  request: IncomingMessage,
  call: Call,
): Promise<void> {
  if (request.destroyed) return;
  try {
    for await (const chunk of transport.chunks(request, request.socket))
      log.took(call, chunk.length);
  } catch {
    request.socket.destroy();
  }
}

interface Target {
  readonly rules: ServiceRules;
  readonly operation: string;
}

function parseTarget(world: World, { headers }: IncomingMessage): Target {
  const [prefix = '', operation = ''] = String(headers['x-amz-target']).split('.');
  const isPublic = prefix === world.rules['ecr-public'].targetPrefix;
  const rules = world.rules[isPublic ? 'ecr-public' : 'ecr'];
  return { rules, operation: prefix === rules.targetPrefix ? operation : '' };
}

/** In AWS's order: who, how often, what, whether allowed; then the call itself. */
async function perform(
  parts: ApiParts,
  request: IncomingMessage,
  { rules, operation: name }: Target,
  call: Call,
): Promise<object> {
  const { world, log, faults, throttle } = parts;
  const { service } = rules;
  const body = await receive(parts, request, call);
  const caller = identify(world, request, service, body);
  const { accountId } = caller.credential;
  Object.assign(call, { region: caller.region, accountId });
  const operation = findOperation(request, service, name);
  throttle.take(name, `${service} ${accountId} ${caller.region}`, world.now().getTime());
  checkRegion(rules, caller.region);
  const prepared = prepare(operation, rules, body);
  log.setInput(call, prepared.input);
  checkPolicy(world, service, name, caller, prepared.input);
  const { region } = caller;
  const { accessKeyId } = caller.credential;
  const strike = faults.strike({ ...call, accessKeyId, input: prepared.input });
  await strike.before();
  const isHidden = (digest: string) => strike.isHidden(digest);
  const kept = (bytes: Uint8Array) => strike.kept(bytes);
  const output = await prepared.run({ world, service, rules, accountId, region, isHidden, kept });
  parts.changed();
  return await strike.after(output);
}

/** The whole body. Which part it is for is looked for in its first bytes. */
async function receive(
  { log, faults, transport, openParts }: ApiParts,
  request: IncomingMessage,
  call: Call,
): Promise<Body> {
  const took = (chunk: Buffer, begin: Buffer): void => {
    log.took(call, chunk.length);
    const isBegin = begin.length - chunk.length < PEEK_BYTES;
    if (call.operation !== 'UploadLayerPart' || call.part !== undefined || !isBegin) return;
    call.part = peekPart(begin);
    if (call.part !== undefined) openParts.enter(call, call.part);
  };
  const announced = Number(request.headers['content-length'] ?? 0);
  const loseAfter = faults.bytesBeforeReset(call);
  const chunks = transport.chunks(request, request.socket);
  const body = await readBody(chunks, { announced, loseAfter, took });
  log.bodyEnded(call);
  return body;
}

function identify(
  world: World,
  { method = '', url = '', rawHeaders }: IncomingMessage,
  service: Service,
  { sha256 }: Body,
): Caller {
  const request = { method, url, rawHeaders, payloadHash: sha256 };
  return authenticate(request, service, world.knownCredentials(), world.now());
}

function findOperation({ headers }: IncomingMessage, service: Service, name: string): Operation {
  const operation = OPERATIONS[service].get(name);
  if (operation !== undefined && headers['content-type'] === CONTENT_TYPE) return operation;
  throw new EcrError('UnknownOperationException', '');
}

function prepare(operation: Operation, rules: ServiceRules, { bytes }: Body): Prepared {
  return operation.prepare(parseBody(bytes), rules);
}

function checkPolicy(
  world: World,
  service: Service,
  operation: string,
  { credential, region }: Caller,
  input: Readonly<Record<string, unknown>>,
): void {
  const { registryId, repositoryName, repositoryNames, resourceArn } = input;
  const given = typeof registryId === 'string' ? registryId : credential.accountId;
  const registry = world.registry(service, world.aliases.get(given) ?? given, region);
  const names = Array.isArray(repositoryNames) ? repositoryNames : [repositoryName ?? '*'];
  const resources =
    typeof resourceArn === 'string'
      ? [resourceArn]
      : names.map((name) => registry.arnOf(String(name)));
  const user = userOf(credential.accountId);
  for (const action of [operation, ...tagging(operation, input)])
    for (const resource of resources)
      authorise(credential.policy, user, `${service}:${action}`, resource);
}

/** Who creates something with tags must be allowed to tag it. */
function tagging(operation: string, { tags }: Readonly<Record<string, unknown>>): string[] {
  const isTagged = operation === 'CreateRepository' && Array.isArray(tags) && tags.length > 0;
  return isTagged ? ['TagResource'] : [];
}

const CONTENT_TYPE = 'application/x-amz-json-1.1';

function answer(world: World, response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    // By which clients find out that their own clock is wrong.
    date: world.now().toUTCString(),
    'content-type': CONTENT_TYPE,
    'content-length': bytes.length,
    'x-amzn-requestid': randomUUID(),
  });
  response.end(bytes);
}

async function refuse(
  world: World,
  response: ServerResponse,
  error: unknown,
  ending: Ending,
): Promise<void> {
  if (error instanceof OddAnswer) {
    ending.answered(`HTTP ${error.status}`);
    await error.write(response);
  } else if (error instanceof PlainAnswer) {
    const { status, closes } = error;
    ending.answered(`HTTP ${status}`);
    const headers = { 'content-type': 'text/plain', ...(closes ? { connection: 'close' } : {}) };
    response.writeHead(status, headers).end('Service Unavailable');
  } else if (error instanceof EcrError) {
    const { name, message, fields, status } = error;
    ending.answered(name, fields['lastValidByteReceived']);
    answer(world, response, status, { __type: name, ...fields, message });
  } else if (error instanceof ConnectionClosed) {
    ending.lost(error.outcome);
    response.socket?.destroy();
  } else if (error instanceof ConnectionLost || response.destroyed) {
    ending.lost('reset');
    response.socket?.resetAndDestroy();
  } else {
    ending.answered('ServerException');
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    answer(world, response, 500, { __type: 'ServerException', message });
  }
}
