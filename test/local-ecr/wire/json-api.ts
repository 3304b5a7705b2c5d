import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Call, CallLog } from '../call-log.ts';
import { EcrError } from '../errors.ts';
import { ConnectionLost, PlainAnswer } from '../faults.ts';
import type { Faults } from '../faults.ts';
import { OPERATIONS } from '../operations/index.ts';
import type { Operation, Prepared } from '../operations/operation.ts';
import { authorise } from '../policy.ts';
import { parseBody, readBody } from './request-body.ts';
import type { Body } from './request-body.ts';
import { checkRegion } from '../rules.ts';
import type { Service, ServiceRules } from '../rules.ts';
import { authenticate } from './sigv4.ts';
import type { Caller } from './sigv4.ts';
import type { Throttle } from '../throttle.ts';
import type { World } from '../world.ts';

export interface ApiParts {
  readonly world: World;
  readonly log: CallLog;
  readonly faults: Faults;
  readonly throttle: Throttle;
  /** After each call that may have changed something. */
  readonly changed: () => void;
}

/** AWS JSON 1.1: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export async function handleApiCall(
  parts: ApiParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, log } = parts;
  const target = parseTarget(world, request);
  const call = log.start(target.rules.service, target.operation);
  try {
    const output = await perform(parts, request, target, call);
    log.end(call, 'ok');
    answer(response, 200, output);
  } catch (error) {
    refuse(response, error, (outcome) => log.end(call, outcome));
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
  const body = await readBody(request, faults.bytesBeforeReset({ service, operation: name }));
  call.requestBytes = body.bytes.length;
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
  const strike = faults.strike({ ...call, input: prepared.input });
  await strike.before();
  const isHidden = (digest: string) => strike.isHidden(digest);
  const output = await prepared.run({ world, service, rules, accountId, region, isHidden });
  parts.changed();
  return await strike.after(output);
}

function identify(
  world: World,
  { method = '', url = '', rawHeaders }: IncomingMessage,
  service: Service,
  { sha256 }: Body,
): Caller {
  const request = { method, url, rawHeaders, payloadHash: sha256 };
  return authenticate(request, service, world.credentials, world.now());
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
  const user = `arn:aws:iam::${credential.accountId}:user/local`;
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

function answer(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'content-type': CONTENT_TYPE,
    'content-length': bytes.length,
    'x-amzn-requestid': randomUUID(),
  });
  response.end(bytes);
}

function refuse(response: ServerResponse, error: unknown, end: (outcome: string) => void): void {
  if (error instanceof PlainAnswer) {
    end(`HTTP ${error.status}`);
    response.writeHead(error.status, { 'content-type': 'text/plain' }).end('Service Unavailable');
  } else if (error instanceof EcrError) {
    end(error.name);
    const { name, message, fields, status } = error;
    answer(response, status, { __type: name, ...fields, message });
  } else if (error instanceof ConnectionLost || response.destroyed) {
    end('reset');
    response.socket?.resetAndDestroy();
  } else {
    end('ServerException');
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    answer(response, 500, { __type: 'ServerException', message });
  }
}
