import type { STSClientResolvedConfig } from '@aws-sdk/client-sts';
import { EcrRetryStrategy } from './retry-strategy.ts';

/** The settings that one client passes on to another. */
type ClientSettings = Pick<STSClientResolvedConfig, 'region' | 'credentials' | 'requestHandler'>;

/**
 * The account of the credentials. Some credential providers know it; otherwise STS tells any caller.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export async function accountOf(
  { region, credentials, requestHandler }: ClientSettings,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const { accountId } = await credentials();
  if (accountId !== undefined) return accountId;
  // Rarely needed, so loaded on demand.
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const retryStrategy = new EcrRetryStrategy({ isOptional: true, signal: abortSignal });
  // Not destroyed: it shares its request handler with a client that is still in use.
  const sts = new STSClient({ region, credentials, requestHandler, retryStrategy });
  return (await sts.send(new GetCallerIdentityCommand(), { abortSignal })).Account;
}
