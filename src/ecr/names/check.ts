import { PushError } from '../../errors.ts';
import { adviseRegistryId, notInTags, suggestName, suggestTag } from './suggest.ts';

export type RegistryType = 'private' | 'public';

/**
 * The services' own patterns; for private ECR the wider one of image references, as ECR has the final say.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 * https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_CreateRepository.html
 */
const NAMES = {
  private: /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*$/,
  public: /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
} as const;
const NAME_LENGTHS = { private: [2, 256], public: [2, 205] } as const;
/** https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests */
const DIGEST = /^(?:(?<tag>[^@]*)@)?sha(?:256|512):[0-9a-f]+$/i;
const ACCOUNT_ID = /^\d{12}$/;
/** https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_RegistryAlias.html */
const ALIAS = /^[a-z][a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const ALIAS_LENGTHS = [2, 50] as const;

/** @throws PushError INVALID_INPUT when ECR would refuse the name. */
export function checkRepositoryName(name: string, type: RegistryType): string {
  if (isRepositoryName(name, type)) return name;
  const [shortest, longest] = NAME_LENGTHS[type];
  const suggested = suggestName(name);
  const isNear = isRepositoryName(suggested, type);
  const isCapital = isNear && suggested === name.toLowerCase();
  throw new PushError(
    'INVALID_INPUT',
    `${JSON.stringify(name)} is not an ECR repository name${isCapital ? ': it must be in lower case' : ''}`,
    {
      hint: `${isNear ? `Write ${suggested}. ` : ''}A name has ${shortest} to ${longest} characters: lowercase letters and digits, separated by "-", "_", "." or "/".`,
    },
  );
}

/** Whether ECR takes the name. */
export function isRepositoryName(name: string, type: RegistryType): boolean {
  const [shortest, longest] = NAME_LENGTHS[type];
  return name.length >= shortest && name.length <= longest && NAMES[type].test(name);
}

/** @throws PushError INVALID_INPUT when ECR would refuse the tag. */
export function checkTag(tag: string): string {
  if (isTag(tag)) return tag;
  const { why, advice } = whyNoTag(tag);
  throw new PushError('INVALID_INPUT', `${JSON.stringify(tag)} is not an image tag${why}`, {
    hint: `${advice}A tag has 1 to 128 characters: letters, digits, "_", "." and "-"; it starts with neither "." nor "-".`,
  });
}

/** Whether ECR takes the tag. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether the text is a digest, alone or behind a tag. */
export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** What is wrong with a tag, behind a colon, and what to write instead; each may be empty. */
function whyNoTag(text: string): { readonly why: string; readonly advice: string } {
  const wrong = notInTags(text);
  const why = wrong === '' ? '' : `: a tag has no ${wrong}`;
  if (isDigest(text)) {
    const tag = DIGEST.exec(text)?.groups?.['tag'] ?? '';
    const write = isTag(tag) ? `Write ${tag}. ` : 'Leave it out. ';
    const digest = 'The digest is that of the image in the layout, and the output digest says it. ';
    return { why: ': a tag has no digest', advice: `${write}${digest}` };
  }
  if (/^(?:type|value|enable|priority|prefix|suffix|pattern)=/.test(text))
    return {
      why,
      advice:
        'That is a rule of docker/metadata-action: give it to that action, and the output tags of that action to this one. ',
    };
  const suggested = suggestTag(text);
  const advice =
    suggested === undefined
      ? ''
      : `Write ${suggested}; docker/metadata-action makes such tags of branches and versions. `;
  return { why, advice };
}

/**
 * The id, without the separators that AWS's console shows in it.
 * @throws PushError INVALID_INPUT unless it is an account id or, for ECR Public, an alias.
 */
export function checkRegistryId(id: string, type: RegistryType): string {
  if (type === 'public' && isAlias(id)) return id;
  const digits = id.replace(/^(\d{4})[- ](\d{4})[- ](\d{4})$/, '$1$2$3');
  if (isAccountId(digits)) return digits;
  throw new PushError(
    'INVALID_INPUT',
    `registry-id ${JSON.stringify(id)} is not an AWS account id`,
    { hint: `${adviseRegistryId(id)}${registryIdForm(id, type)}` },
  );
}

function registryIdForm(id: string, type: RegistryType): string {
  const form = 'An account id has 12 digits; quote it in YAML, to keep leading zeros.';
  return type === 'private' && isAlias(id)
    ? `${form} An alias needs registry-type: public.`
    : `${form} An alias of ECR Public is in lower case, and needs registry-type: public.`;
}

/** Whether the text may be an alias of ECR Public. */
export function isAlias(text: string): boolean {
  const [shortest, longest] = ALIAS_LENGTHS;
  return text.length >= shortest && text.length <= longest && ALIAS.test(text);
}

/** Whether the text is an AWS account's 12 digits. */
export function isAccountId(id: string): boolean {
  return ACCOUNT_ID.test(id);
}
