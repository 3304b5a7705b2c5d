import { PushError } from '../../errors.ts';
import { checkRepositoryName, checkTag } from './check.ts';
import { type ImageReference, PUBLIC_REGION } from './reference.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html */
const REPOSITORY =
  /^arn:aws[a-z-]*:(?:ecr:(?<region>[a-z0-9-]+)|ecr-public:[a-z0-9-]*):(?<account>\d{12}):repository\/(?<name>[^:]*)(?::(?<tag>.*))?$/;

/**
 * What the ARN of a repository says, which is what a full reference does, with a tag behind it or without; undefined for
 * a text that is no ARN.
 * @throws PushError INVALID_INPUT for the ARN of anything else
 */
export function parseRepositoryArn(text: string): ImageReference | undefined {
  if (!text.startsWith('arn:')) return undefined;
  const { region, account, name, tag } = REPOSITORY.exec(text)?.groups ?? {};
  if (account === undefined || name === undefined)
    throw new PushError('INVALID_INPUT', `${text} is not the ARN of an ECR repository`, {
      hint: "Write arn:aws:ecr:REGION:ACCOUNT:repository/NAME, with the account's 12 digits, or NAME alone.",
    });
  const type = region === undefined ? 'public' : 'private';
  return {
    repository: {
      type,
      registryId: account,
      region: region ?? PUBLIC_REGION,
      name: checkRepositoryName(name, type),
    },
    tag: tag === undefined ? undefined : checkTag(tag),
  };
}
