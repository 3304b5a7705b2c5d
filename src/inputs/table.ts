/** How an input of action.yml is given on the command line. */
export interface InputRow {
  /** `flag` is true or false; a `list` may be given several times. */
  readonly kind: 'flag' | 'text' | 'list';
  /** What stands for its value in the help; a flag needs none. */
  readonly value?: string;
  /** As in action.yml. */
  readonly default?: string;
  /** The first sentence of its description in action.yml, without the full stop. */
  readonly says: string;
}

/**
 * The inputs of action.yml, in its order: the command line takes each as a flag of the same name. A test holds this table
 * to that file.
 */
export const INPUTS = {
  layout: {
    kind: 'list',
    value: 'PATH',
    says: 'Path to an OCI image layout, a directory or a tar, or to a tar of `docker save`',
  },
  'index-of': {
    kind: 'list',
    value: 'DESCRIPTOR',
    says: 'Instead of `layout`: descriptors of images in ECR to join into one index',
  },
  'follow-links': {
    kind: 'text',
    value: 'WHERE',
    default: 'none',
    says: 'Where links may lead that lead out of a layout directory, `none` or `workspace`',
  },
  repository: {
    kind: 'text',
    value: 'NAME',
    says: 'Repository for bare tags, such as `team/app`',
  },
  tags: {
    kind: 'list',
    value: 'TAGS',
    says: 'Tags, bare or `HOST/REPOSITORY:TAG`, by newlines or commas; by default `latest`',
  },
  'push-by-digest': {
    kind: 'flag',
    default: 'false',
    says: 'Whether to push the image whole, but put no tag on it',
  },
  image: {
    kind: 'text',
    value: 'NAME',
    says: 'Image to push if the layout holds several',
  },
  platforms: {
    kind: 'list',
    value: 'PLATFORMS',
    says: 'Platforms to push, such as `linux/amd64,linux/arm64`',
  },
  attestations: {
    kind: 'text',
    value: 'HOW',
    default: 'keep',
    says: '`keep` or `drop` the attestations of an index',
  },
  'single-image': {
    kind: 'text',
    value: 'HOW',
    default: 'keep',
    says: '`unwrap` an index that holds one image, or `keep` it',
  },
  referrers: {
    kind: 'flag',
    default: 'true',
    says: "Whether to push the image's signatures, SBOMs and other referrers",
  },
  'layer-compression': {
    kind: 'text',
    value: 'HOW',
    default: 'gzip',
    says: '`gzip`, `zstd` or `none` for the uncompressed layers of a `docker save` tar',
  },
  'aws-region': {
    kind: 'text',
    value: 'REGION',
    says: 'Region for bare tags',
  },
  'registry-type': {
    kind: 'text',
    value: 'TYPE',
    default: 'private',
    says: 'Registry for bare tags, `private` or `public` (ECR Public)',
  },
  'registry-id': {
    kind: 'text',
    value: 'ID',
    says: 'Account ID for bare tags, or an ECR Public alias',
  },
  'if-tag-exists': {
    kind: 'text',
    value: 'HOW',
    default: 'fail',
    says: '`fail` or `skip` if an immutable tag points to another image',
  },
  'create-repository': {
    kind: 'flag',
    default: 'false',
    says: 'Whether to create repositories that do not exist',
  },
  'repository-settings': {
    kind: 'list',
    value: 'SETTINGS',
    says: 'Settings for new repositories, as JSON or `key: value` lines',
  },
  'fail-fast': {
    kind: 'flag',
    default: 'false',
    says: 'Whether the first repository to fail stops the others',
  },
  'dry-run': {
    kind: 'flag',
    default: 'false',
    says: 'Whether to say what a push would do, and write nothing',
  },
  'https-proxy': {
    kind: 'text',
    value: 'URL',
    says: 'Proxy for HTTPS endpoints, which AWS uses throughout',
  },
  'http-proxy': {
    kind: 'text',
    value: 'URL',
    says: 'Proxy for plain HTTP endpoints',
  },
  'no-proxy': {
    kind: 'text',
    value: 'HOSTS',
    says: 'Hosts to reach without a proxy, separated by commas',
  },
  concurrency: {
    kind: 'text',
    value: 'NUMBER',
    says: 'Maximum number of layers in flight, across all repositories, 1 to 96',
  },
  'part-size': {
    kind: 'text',
    value: 'MIB',
    says: 'Size of a layer part in MiB, 5 to 20',
  },
  'parts-in-flight': {
    kind: 'text',
    value: 'NUMBER',
    default: 'auto',
    says: 'Parts of one layer on the wire at the same time, 1 to 8 or `auto`',
  },
  resume: {
    kind: 'flag',
    default: 'true',
    says: 'Whether layers go on where an earlier run ended',
  },
  summary: {
    kind: 'flag',
    default: 'true',
    says: 'Whether the step adds to the job summary',
  },
} as const satisfies Readonly<Record<string, InputRow>>;
