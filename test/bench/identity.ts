import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../support/execute.ts';
import type { Identity } from './sink/sink.ts';

export interface IdentityFiles extends Identity {
  /** Of the certificate, which is its own authority. */
  readonly certPath: string;
}

/** A key and a certificate for 127.0.0.1, made by openssl, for the tools to trust. */
export async function makeIdentity(directory: string): Promise<IdentityFiles> {
  const keyPath = join(directory, 'key.pem');
  const certPath = join(directory, 'cert.pem');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const files = ['-keyout', keyPath, '-out', certPath];
  await execute('openssl', 'req', '-x509', ...curve, '-days', '2', ...name, ...files);
  return {
    key: await readFile(keyPath, 'utf8'),
    cert: await readFile(certPath, 'utf8'),
    certPath,
  };
}
