import { parseImageHost, privateHost, PUBLIC_HOST } from './image-hosts.ts';

/** The longest tag. */
const MAX_TAG = 128;
/** The most characters that a message names. */
const MAX_NAMED = 5;

/** A tag that says the same as a text that is none, such as a branch or a version; undefined if nothing is left of it. */
export function suggestTag(text: string): string | undefined {
  const tag = text
    .replace(/^refs\/(?:heads|tags)\//, '')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, MAX_TAG)
    .replace(/-+$/, '');
  return tag === '' ? undefined : tag;
}

/** The characters of a text that no tag has, quoted, each once; '' if there are none. */
export function notInTags(text: string): string {
  const found = [...new Set(text.match(/[^\w.-]/gu))];
  const shown = found.slice(0, MAX_NAMED).map((character) => JSON.stringify(character));
  return found.length > shown.length ? `${shown.join(', ')} and others` : shown.join(', ');
}

/**
 * A repository name or a reference as it was meant: without `https://` before it, or what other tools want there, and
 * without slashes around it; ECR's host in small letters. The slash after a host alone stays: what is missing then is
 * the name.
 */
export function withoutScheme(text: string): string {
  const plain = text.replace(/^(?:https?|docker|oci):\/\//i, '').replace(/^\/+/, '');
  const bare = plain.replace(/\/+$/, '');
  const [host = ''] = bare.split('/');
  const small = host.toLowerCase();
  if (parseImageHost(small) === undefined) return bare;
  return `${small}${(bare === host ? plain : bare).slice(host.length)}`;
}

/** A repository's name that says the same as a text that is none; the text itself if nothing can be mended. */
export function suggestName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[/\\]+/g, '/')
    .replace(/^\/|\/$/g, '');
}

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html, and those of other partitions */
const REGION = /(?<![a-z0-9])(?:us|eu|ap|sa|ca|me|af|il|mx|cn|eusc)(?:-[a-z]{2,}){1,2}-\d(?!\d)/;

/** The AWS region in a text that names it with more around it, or spells it in another way. */
export function regionIn(text: string): string | undefined {
  const plain = text
    .toLowerCase()
    .replace(/[_\s]+/g, '-')
    .replace(/^([a-z]{2}-[a-z]+)(\d)$/, '$1-$2');
  return REGION.exec(plain)?.[0];
}

/** Hosts of AWS that are none of a registry, such as endpoints of the API, or a host of a registry with a mistake in it. */
const NEARLY_ECR =
  /^[^/]*\.(?:amazonaws\.com(?:\.cn)?|on\.aws|ecr\.aws|aws\.amazon\.com)(?::\d+)?\.?$/i;

/** Whether what is before the first slash was meant to be ECR's host, and is not. */
export function isNearlyEcr(text: string): boolean {
  const [host = ''] = text.split('/');
  return parseImageHost(host) === undefined && NEARLY_ECR.test(host);
}

/** The reference that a text with such a host was meant to be; undefined if account or region are not in it. */
export function suggestReference(text: string): string | undefined {
  const [host = '', ...path] = (text.split(/[?#]/)[0] ?? '').split('/');
  if (/^gallery\.ecr\.aws/i.test(host)) return [PUBLIC_HOST, ...path].join('/');
  const region = regionIn(host);
  // The console: ecr/repositories/private/ACCOUNT/NAME
  const page = /^ecr\/repositories\/private\/(\d{12})\/(.+)$/.exec(path.join('/'));
  const account = page?.[1] ?? /^\d{1,12}(?=\.)/.exec(host)?.[0];
  if (region === undefined || account === undefined) return undefined;
  return `${privateHost(account.padStart(12, '0'), region)}/${page?.[2] ?? path.join('/')}`;
}

/** What to write instead of a text that is no registry's id, if that can be told, or else ''. */
export function adviseRegistryId(id: string): string {
  const [host = '', alias = 'ALIAS'] = withoutScheme(id).split('/');
  const parsed = parseImageHost(host);
  if (parsed?.type === 'public') return `Write registry-id: ${alias} and registry-type: public. `;
  const region = regionIn(id);
  const [account, other] = id.match(/(?<!\d)\d{12}(?!\d)/g) ?? [];
  if (account !== undefined && other === undefined) {
    const where = region === undefined ? '' : ` and aws-region: ${region}`;
    return `Write registry-id: '${account}'${where}. `;
  }
  if (region !== undefined)
    return `That is a region: write aws-region: ${region}, and the account in registry-id. `;
  if (!/^\d{1,11}$/.test(id)) return '';
  return `It has ${id.length} digits. If YAML dropped zeros before them, write registry-id: '${id.padStart(12, '0')}'. `;
}
