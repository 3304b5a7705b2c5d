import type { STSClientResolvedConfig } from '@aws-sdk/client-sts';
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
  const retryStrategy = new EcrRetryStrategy({ always: 'account', signal: abortSignal });
  // It is not destroyed: that would end the calls of the client whose handler it shares.
  const sts = new STSClient({ region, credentials, requestHandler, retryStrategy });
  return (await sts.send(new GetCallerIdentityCommand(), { abortSignal })).Account;
}
