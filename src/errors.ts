interface ErrorEntry {
  /** What it means. */
  readonly means: string;
  /** What to do: the default hint. `explain` fills in the words in braces. */
  readonly hint: string;
  /** What the docs add. */
  readonly docs?: string;
}

/**
 * What can go wrong, by name. The codes are part of the public interface: none ever changes its meaning. The type, the
 * hints and docs/errors.md come from this table.
 */
export const ERRORS = {
  // Inputs
  INVALID_INPUT: {
    means: 'An input is missing or invalid.',
    hint: 'Correct the input that the message names.',
    docs: 'A tag has 1 to 128 letters, digits, `_`, `.` and `-`, and starts with neither `.` nor `-`. A repository name has 2 to 256 lowercase letters and digits, separated by `-`, `_`, `.` or `/`.',
  },
  NO_REGION: {
    means: 'No AWS region is set.',
    hint: 'Set the input aws-region, or run aws-actions/configure-aws-credentials before this step.',
  },
  // Layouts
  LAYOUT_NOT_FOUND: {
    means: 'The path does not exist.',
    hint: 'Set the input layout to the path that the build wrote, relative to the working directory of the step.',
  },
  NOT_A_LAYOUT: {
    means: 'The path is not an OCI image layout.',
    hint: 'Build one with "docker buildx build --output type=oci,dest=image.tar", or "skopeo copy SOURCE oci:DIRECTORY:TAG".',
    docs: "For example, a directory of skopeo's `dir:` transport, a root file system, a tar or a layer of a `docker save` archive compressed with xz or bzip2, a layout version other than 1.0.0, or a blob that is a folder, a pipe or a device. The message says which, and names the command that converts it where there is one.",
  },
  LAYOUT_UNREADABLE: {
    means: 'The operating system could not read a file, or write a temporary one.',
    hint: 'Check the permissions of the layout and the disk that holds it.',
  },
  UNSAFE_LINK: {
    means: 'A link leads out of the layout, in a loop, or to nothing.',
    hint: 'A link in a layout must lead to a file in it. Bazel and other tools leave links into their caches: copy the layout with the files that they lead to ("cp -rL"), or set follow-links: workspace if those are in the workspace.',
    docs: 'In a tar, a link must lead to a file in that tar: write it with `tar --dereference` (`-h`).',
  },
  INVALID_TAR: {
    means: 'The tar is damaged or truncated, or programs would read it differently.',
    hint: 'Write the tar again.',
    docs: 'For example, it holds two different files under one name of the layout, a sparse file, a size that is not a number, more than 50,000 entries, or headers that no build tool writes. If your own build did not write it, find out where it comes from before you use it.',
  },
  INVALID_JSON: {
    means: 'A file is not valid JSON, or programs would read it differently.',
    hint: 'The file may be truncated or damaged: build the layout again.',
    docs: 'For example, it is not UTF-8, has a key twice in one object, or is nested too deeply.',
  },
  INVALID_MANIFEST: {
    means: 'A field of an index, a manifest or a config is missing or invalid.',
    hint: 'The layout is malformed: build it again with a current version of the tool that wrote it.',
    docs: 'Also a manifest that is both an index and an image, one whose `mediaType` differs from what its descriptor says, and an index that contains itself. Do not trust a layout like that unless your own build wrote it.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    means: 'A manifest is neither an OCI nor a Docker schema 2 image or index.',
    hint: 'ECR takes OCI image manifests and indexes, and Docker manifests (v2s2) and manifest lists. Export a BuildKit cache with image-manifest=true,oci-mediatypes=true.',
    docs: 'Convert an old image with `skopeo copy --format v2s2`.',
  },
  TOO_LARGE: {
    means:
      'A manifest, a config, an index, all of them together, or a tar once unpacked exceed a limit.',
    hint: 'If the image is your own, push less at once: select one image with the input image, or fewer platforms with the input platforms.',
    docs: 'ECR takes at most 4 MiB per manifest. The other limits are far above what tools write: 10,000 descriptors in one manifest, 16 levels of indexes, 64 MiB of manifests in one image. A compressed tar may unpack to 100 times its size, or to 1 GiB if that is more.',
  },
  DIGEST_MISMATCH: {
    means: 'A file does not have the size or the digest that its descriptor gives.',
    hint: 'The file was truncated or changed after the build: build the layout again.',
  },
  BLOB_MISSING: {
    means: 'Something the image needs is not in the layout.',
    hint: 'The layout is incomplete: build it again, or copy all of its files.',
  },
  // Images
  EMPTY_BLOB: {
    means: 'A blob is empty, which ECR refuses.',
    hint: 'Build without the empty layer; even an empty tar has 1024 bytes.',
    docs: 'An artifact without a config has the empty one, `{}`, of the media type `application/vnd.oci.empty.v1+json`.',
  },
  TOO_MANY_LAYERS: {
    means: 'An image has more than 500 layers, which ECR refuses.',
    hint: 'Build the image with fewer layers: combine RUN steps, or squash the image.',
  },
  NO_IMAGE: {
    means: 'The layout lists no image, or the inputs leave none.',
    hint: 'Check that the build wrote its image into this layout.',
  },
  AMBIGUOUS_IMAGE: {
    means: 'The layout lists several images.',
    hint: 'Set the input image to the name or, where names repeat, to the digest of one of them.',
  },
  IMAGE_NOT_FOUND: {
    means: 'The layout does not list the image that the input image names.',
    hint: 'Set the input image to a name or digest from the list.',
  },
  PLATFORM_NOT_FOUND: {
    means: 'The layout has no image for a platform that the input platforms names.',
    hint: 'Set the input platforms to those that the layout has, or build the missing ones.',
  },
  NOT_A_SINGLE_IMAGE: {
    means: 'single-image: unwrap found an index of several images, or of none.',
    hint: 'Keep one platform with the input platforms, or leave single-image out.',
  },
  CONFLICTING_PLATFORMS: {
    means: 'Two layouts, or two descriptors of index-of, are different images for one platform.',
    hint: 'Leave one of the layouts out, or select other platforms with the input platforms.',
  },
  INCOMPLETE_INDEX: {
    means:
      'An index lists platforms or attestations that the layout lacks, as "docker save" can write it.',
    hint: 'Build the complete layout again.',
    docs: 'If inputs can limit the push to what is there, the error names them.',
  },
  // Joining with index-of
  DESCRIPTORS_NOT_FOUND: {
    means: 'There is no file of descriptors where index-of says.',
    hint: 'Paths and globs are relative to the working directory of the step. Check that an earlier step downloaded or wrote the files.',
  },
  INVALID_DESCRIPTOR: {
    means:
      'What index-of names is no descriptor that can be joined, or is not what its manifest says.',
    hint: 'Give the output descriptor of each push by digest as it is: JSON with mediaType, digest, size and platform.',
    docs: 'For example, a digest alone, a descriptor of a layer, one without a platform, two that say different things of one image, or a size or media type that differs from those of the manifest in ECR.',
  },
  IMAGE_NOT_IN_REPOSITORY: {
    means: 'An image that index-of joins is not in the repository.',
    hint: 'Push each of the images into this repository first, with push-by-digest: true. A descriptor does not say where its image was pushed: compare repository, region and account with those of that step.',
    docs: 'An index can only list what is in its own repository. With several repositories, each must hold all of the images.',
  },
  // AWS
  REPOSITORY_NOT_FOUND: {
    means: 'The repository does not exist.',
    hint: 'Check {where}. To create it, set create-repository: true.',
  },
  REGISTRY_NOT_FOUND: {
    means: 'The registry does not exist.',
    hint: 'Check the alias or account id in front of the repository name.',
  },
  ACCESS_DENIED: {
    means: 'The credentials lack a permission.',
    hint: 'Allow {action} on {arn}, and whatever else docs/permissions.md lists. For a repository in another account, its repository policy must allow it too.',
  },
  NO_CREDENTIALS: {
    means: 'No AWS credentials were found.',
    hint: 'Run aws-actions/configure-aws-credentials before this step, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the runner a role. A workflow that a fork triggers gets neither secrets nor OIDC tokens.',
  },
  ROLE_REFUSED: {
    means: 'AWS refused to issue credentials for the role in the environment.',
    hint: "Check the role's ARN, its trust policy and, with OIDC, the job's permission id-token: write.",
  },
  CREDENTIALS_EXPIRED: {
    means: 'The AWS credentials have expired.',
    hint: 'Run aws-actions/configure-aws-credentials right before this step, with a longer role-duration-seconds.',
  },
  CREDENTIALS_INVALID: {
    means: 'AWS does not recognize the credentials, or refused the signature.',
    hint: "Check the access key, secret and session token, that they belong to the AWS partition of {region}, and the runner's clock.",
  },
  LIMIT_EXCEEDED: {
    means: 'The repository or the registry has reached a quota.',
    hint: 'Delete images or tags, add a lifecycle policy, or request a higher quota.',
  },
  KMS: {
    means: "The repository's KMS key cannot be used.",
    hint: 'Enable the key, and restore the grants that ECR made when the repository was created.',
  },
  INVALID_PARAMETER: {
    means: 'ECR refused a parameter, or a manifest.',
    hint: "ECR's own message says which one.",
    docs: 'For a manifest, ECR says little more than "Invalid JSON syntax", so the message names the manifest, what it is in the image, and what in it ECR is known to refuse: no layers; a `subject` with a `platform`; `os.features`; a config with annotations; null values; an `artifactType` or another type that is oddly spelt, has a `;` or is unknown; too many layers or bytes. The hint says which input leaves an attestation or a referrer out.',
  },
  TAG_IS_IMMUTABLE: {
    means: 'A tag points to another image and cannot move.',
    hint: 'Push under another tag, make the tag mutable, or set if-tag-exists: skip.',
  },
  UPLOAD_FAILED: {
    means: 'A layer or a manifest did not arrive, or ECR lost it.',
    hint: 'Run the step again: layers that arrived are not sent again. If that does not help, check whether a proxy alters what it passes on, then open an issue with the log.',
  },
  TARGETS_FAILED: {
    means: 'At least one of several repositories failed.',
    hint: 'The message names each failed repository with its error; the others are complete.',
  },
  THROTTLED: {
    means: 'AWS throttled the calls for longer than the action waits.',
    hint: 'Run the step again later: layers that arrived are not sent again. If it happens often, run fewer pushes in this account and region at once, or request a higher rate quota.',
  },
  SERVER_ERROR: {
    means: 'ECR answered with server errors for longer than the action waits.',
    hint: 'Run the step again later; https://health.aws.amazon.com/ reports outages.',
  },
  UNEXPECTED_RESPONSE: {
    means: 'ECR gave an answer that this action does not recognize.',
    hint: 'Run the step again; if it keeps happening, open an issue with the log.',
  },
  // The network
  INVALID_ENDPOINT: {
    means: 'The ECR endpoint cannot be used: a bad address, no TLS, or not ECR.',
    hint: 'Check whether a proxy, a firewall or a captive portal stands between the runner and ECR, and AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ECR and AWS_ENDPOINT_URL_ECR_PUBLIC: each must start with https:// (or http://, for an endpoint without TLS), and none can be combined with AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT. ECR Public is available only in us-east-1.',
    docs: 'The message has the HTTP status, and whether it was a web page that came: ECR answers every call in JSON.',
  },
  HOST_NOT_FOUND: {
    means: 'The host of the ECR endpoint was not found.',
    hint: "Check the region, the runner's DNS and AWS_ENDPOINT_URL; behind a proxy, check its settings.",
  },
  CONNECTION_REFUSED: {
    means: 'The ECR endpoint cannot be reached.',
    hint: "Check the runner's firewall, VPC endpoint and proxy, and AWS_ENDPOINT_URL if it is set.",
  },
  CONNECTION_LOST: {
    means: 'The connection to ECR broke or stalled for longer than the action waits.',
    hint: "Run the step again: layers that arrived are not sent again. If it happens often, check the runner's network.",
  },
  CERTIFICATE_REFUSED: {
    means: 'The TLS certificate of the ECR endpoint is not trusted.',
    hint: 'If a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to the path of its CA certificate.',
  },
  PROXY_REFUSED: {
    means: 'The proxy did not connect to the ECR endpoint.',
    hint: 'Check the user and password in https-proxy or HTTPS_PROXY, and that the proxy allows this host; NO_PROXY lists hosts to reach without it.',
  },
  // The run
  DISK_FULL: {
    means: 'The disk of the temporary folder has too little room.',
    hint: 'Free some space on the disk of RUNNER_TEMP.',
    docs: 'Only compressed tars and archives of `docker save` whose layers are not compressed need room there: a directory or a tar that holds a layout is read in place. EDQUOT is a quota, EFBIG a limit for the size of one file (`ulimit -f`).',
  },
  TOO_MANY_OPEN_FILES: {
    means: 'The system does not let this process open another file or connection.',
    hint: 'Raise the limit for open files: "ulimit -n" in a shell, LimitNOFILE= of the service that runs the runner, or "--ulimit nofile=" of its container. 1024 are plenty.',
    docs: 'EMFILE is the limit of the process, ENFILE that of the whole machine. Where the limit of the process is low, a push opens fewer connections; it needs about 50 files, connections included.',
  },
  UNSUPPORTED_NODE: {
    means: 'The action was started with a version of Node.js that is too old.',
    hint: 'Use the action through "uses:", which brings the right one, or start it with Node.js 24 or newer.',
  },
  CANCELLED: {
    means: 'The step was cancelled, or fail-fast stopped a repository.',
    hint: 'Run it again: layers that arrived are not sent again.',
  },
  OUTPUTS_LOST: {
    means:
      'The push (or the plan, with dry-run) is complete, but the outputs of the step could not be written.',
    hint: 'Check that the step may write to the file that GITHUB_OUTPUT names, and that its disk has room. The image is pushed: running the step again sends no layer.',
    docs: 'The step fails because later steps would read empty outputs. The message gives the digest.',
  },
  STALLED: {
    means: 'The step stopped before its end, because there was nothing left that it waited for.',
    hint: 'Run the step again: layers that arrived are not sent again. It is a bug in this action: please open an issue with this log.',
  },
  INTERNAL: {
    means: 'A bug in this action.',
    hint: 'Please open an issue with this log.',
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof ERRORS;

interface PushErrorDetails {
  /** What the user can do about it, if more is known than in the table. */
  hint?: string;
  cause?: unknown;
}

/** The one error that this action throws on purpose: anything else is a bug. */
export class PushError extends Error {
  override readonly name = 'PushError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, { hint, cause }: PushErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint ?? ERRORS[code].hint;
  }
}

/** What was thrown may be anything. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Without the session token: AWS refuses a signature with the request that should have been signed, header by header.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export function withoutToken(text: string): string {
  return text.replace(/(x-amz-security-token\s*[:=]\s*)[^\s"'&;]+/gi, '$1***');
}
