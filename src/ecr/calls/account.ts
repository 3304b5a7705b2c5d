import type { STSClientResolvedConfig } from '@aws-sdk/client-sts';
import { RETRIES } from '../../async/retry.ts';
import { EcrRetryStrategy } from './retry-strategy.ts';

/** What a client was made with, and another one needs. */
type ClientSettings = Pick<STSClientResolvedConfig, 'region' | 'credentials' | 'requestHandler'>;

/**
 * The account of the credentials: some of their providers tell it; else AWS does, to anybody who asks.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function accountOf(
  { region, credentials, requestHandler }: ClientSettings,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const { accountId } = await credentials();
  if (accountId !== undefined) return accountId;
  // Loaded only when it is used, which is hardly ever.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const { attempts } = RETRIES.account;
  const retryStrategy = new EcrRetryStrategy({ attempts, signal: abortSignal });
  const sts = new STSClient({ region, credentials, requestHandler, retryStrategy });
  try {
    return (await sts.send(new GetCallerIdentityCommand(), { abortSignal })).Account;
  } finally {
    sts.destroy();
  }
}
