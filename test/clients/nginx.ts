import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../support/execute.ts';
import { freePort, startDaemon } from './daemon.ts';

/** nginx in front of a plain HTTP server. */
export interface Front extends AsyncDisposable {
  readonly port: number;
  /** Of the requests so far that ended. */
  readonly requests: () => Promise<readonly FrontRequest[]>;
}

interface FrontRequest {
  readonly status: number;
  /** Head and body, as far as they came. */
  readonly bytes: number;
  /** From its first byte to the end of the answer (s). */
  readonly time: number;
}

export interface TlsFront extends Front {
  /** PEM file of the authority that signed the certificate; nobody else knows it. */
  readonly caFile: string;
}

/** `directives`: of nginx's `server`. */
export async function startFront(
  scratch: string,
  backend: string,
  directives: readonly string[],
  tls = '',
): Promise<Front> {
  const folder = join(scratch, 'nginx');
  await mkdir(folder);
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  const log = join(folder, 'access.log');
  await writeFile(
    config,
    `# The workers read and write in a folder that is this user's alone.
    user root;
    daemon off;
    pid ${folder}/nginx.pid;
    error_log stderr;
    worker_processes 1;
    events {}
    http {
      log_format short '$status $request_length $request_time';
      access_log ${log} short;
      client_body_temp_path ${folder}/body;
      proxy_temp_path ${folder}/proxy;
      client_max_body_size 64m;
      server {
        listen 127.0.0.1:${port}${tls};
        ${directives.map((directive) => `${directive};`).join('\n        ')}
        location / {
          proxy_pass ${backend};
          # It is under the signature.
          proxy_set_header Host $http_host;
        }
      }
    }
    `,
  );
  const daemon = await startDaemon(port, 'nginx', '-p', folder, '-c', config);
  const requests = async (): Promise<FrontRequest[]> =>
    (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ').map(Number))
      .map(([status = NaN, bytes = NaN, time = NaN]) => ({ status, bytes, time }));
  return { port, requests, [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose]() };
}

/** With a certificate for 127.0.0.1 and localhost of an authority of its own. */
export async function startTlsFront(scratch: string, backend: string): Promise<TlsFront> {
  const folder = join(scratch, 'tls');
  await mkdir(folder);
  const { caFile, certFile, keyFile } = await makeCertificate(folder);
  const certificate = [`ssl_certificate ${certFile}`, `ssl_certificate_key ${keyFile}`];
  return { ...(await startFront(scratch, backend, certificate, ' ssl')), caFile };
}

async function makeCertificate(folder: string) {
  const file = (name: string) => join(folder, name);
  const caFile = file('ca.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const ca = ['-x509', '-days', '2', '-subj', '/CN=Test authority', '-keyout', file('ca.key')];
  await execute('openssl', 'req', ...key, ...ca, '-out', caFile);
  const request = ['-subj', '/CN=localhost', '-keyout', file('key.pem'), '-out', file('csr.pem')];
  await execute('openssl', 'req', ...key, ...request);
  await writeFile(file('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const signing = ['-req', '-days', '2', '-in', file('csr.pem'), '-extfile', file('names')];
  const authority = ['-CA', caFile, '-CAkey', file('ca.key'), '-CAcreateserial'];
  await execute('openssl', 'x509', ...signing, ...authority, '-out', file('cert.pem'));
  return { caFile, certFile: file('cert.pem'), keyFile: file('key.pem') };
}
