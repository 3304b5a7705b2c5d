/** An answer of the service that is an error: `name` and `fields` go onto the wire as they stand here. */
export class EcrError extends Error {
  override readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly status: number;

  constructor(
    name: string,
    message: string,
    { fields = {}, status = 400 }: { fields?: Record<string, unknown>; status?: number } = {},
  ) {
    super(message);
    this.name = name;
    this.fields = fields;
    this.status = status;
  }
}

/** Where a repository is, as AWS's texts name it. */
export interface Place {
  readonly registryId: string;
  readonly repositoryName: string;
}

const inRepository = ({ repositoryName, registryId }: Place): string =>
  `in the repository with name '${repositoryName}' in registry with id '${registryId}'`;
const ofRepository = ({ repositoryName, registryId }: Place): string =>
  `repository with name '${repositoryName}' in the registry with id '${registryId}'`;

export function invalidParameter(at: string, constraint: string): EcrError {
  return new EcrError(
    'InvalidParameterException',
    `Invalid parameter at '${at}' failed to satisfy constraint: '${constraint}'`,
  );
}

export function serialization(message: string): EcrError {
  return new EcrError('SerializationException', message);
}

export function repositoryNotFound({ repositoryName, registryId }: Place): EcrError {
  return new EcrError(
    'RepositoryNotFoundException',
    `The repository with name '${repositoryName}' does not exist in the registry with id '${registryId}'`,
  );
}

export function repositoryAlreadyExists({ repositoryName, registryId }: Place): EcrError {
  return new EcrError(
    'RepositoryAlreadyExistsException',
    `The repository with name '${repositoryName}' already exists in the registry with id '${registryId}'`,
  );
}

export function repositoryNotEmpty({ repositoryName, registryId }: Place): EcrError {
  return new EcrError(
    'RepositoryNotEmptyException',
    `The repository with name '${repositoryName}' in registry with id '${registryId}' cannot be deleted because it still contains images`,
  );
}

export function registryNotFound(registryId: string): EcrError {
  return new EcrError(
    'RegistryNotFoundException',
    `The registry with id '${registryId}' does not exist`,
  );
}

export function uploadNotFound(place: Place, uploadId: string): EcrError {
  return new EcrError(
    'UploadNotFoundException',
    `The upload with id '${uploadId}' ${inRepository(place)} does not exist`,
  );
}

export function emptyUpload(place: Place, uploadId: string): EcrError {
  return new EcrError(
    'EmptyUploadException',
    `The upload with id '${uploadId}' ${inRepository(place)} cannot be completed because it does not have any parts`,
  );
}

/** @param received bytes received so far; the field is left out while there are none, as it cannot be -1. */
export function invalidLayerPart(
  { registryId, repositoryName }: Place,
  uploadId: string,
  received: number,
  message: string,
): EcrError {
  const position = received > 0 ? { lastValidByteReceived: received - 1 } : {};
  return new EcrError('InvalidLayerPartException', message, {
    fields: { registryId, repositoryName, uploadId, ...position },
  });
}

export function layerPartTooSmall(): EcrError {
  return new EcrError(
    'LayerPartTooSmallException',
    'All layer parts except the last part should be at least 5MB',
  );
}

export function invalidLayer(): EcrError {
  return new EcrError(
    'InvalidLayerException',
    'None of the provided layer digests match the calculated layer digest',
  );
}

export function layerAlreadyExists(place: Place, digest: string): EcrError {
  return new EcrError(
    'LayerAlreadyExistsException',
    `The layer with digest '${digest}' already exists ${inRepository(place)}`,
  );
}

export function layersNotFound(place: Place, digests: readonly string[]): EcrError {
  return new EcrError(
    'LayersNotFoundException',
    `Layers with digests '[${digests.join(', ')}]' required for pushing image into ${ofRepository(place)} do not exist`,
  );
}

export function referencedImagesNotFound(place: Place, digests: readonly string[]): EcrError {
  return new EcrError(
    'ReferencedImagesNotFoundException',
    `Images with digests '[${digests.join(', ')}]' required for pushing image into ${ofRepository(place)} do not exist`,
  );
}

export function imageAlreadyExists(place: Place, digest: string, tag?: string): EcrError {
  const tagged = tag === undefined ? '' : ` and tag '${tag}'`;
  return new EcrError(
    'ImageAlreadyExistsException',
    `Image with digest '${digest}'${tagged} already exists ${inRepository(place)}`,
  );
}

export function imageTagAlreadyExists({ repositoryName }: Place, tag: string): EcrError {
  return new EcrError(
    'ImageTagAlreadyExistsException',
    `The image tag '${tag}' already exists in the '${repositoryName}' repository and cannot be overwritten because the repository is immutable.`,
  );
}

export function imageDigestDoesNotMatch(
  { repositoryName, registryId }: Place,
  digest: string,
): EcrError {
  return new EcrError(
    'ImageDigestDoesNotMatchException',
    `The image with digest '${digest}' in repository '${repositoryName}' and registry ID '${registryId}' does not match the image digest that Amazon ECR has calculated.`,
  );
}

export function imageNotFound(
  place: Place,
  { imageDigest, imageTag }: { imageDigest?: string | undefined; imageTag?: string | undefined },
): EcrError {
  const quoted = (text: string | undefined): string => `'${text ?? 'null'}'`;
  return new EcrError(
    'ImageNotFoundException',
    `The image with imageId {imageDigest:${quoted(imageDigest)}, imageTag:${quoted(imageTag)}} does not exist within the ${ofRepository(place)}`,
  );
}

export function limitExceeded(message: string): EcrError {
  return new EcrError('LimitExceededException', message);
}

export function kmsFailure(key: string, kmsError: string): EcrError {
  return new EcrError('KmsException', `KMS refused the key '${key}': ${kmsError}`, {
    fields: { kmsError },
  });
}

export function policyNotFound(place: Place, kind: 'Lifecycle' | 'Repository'): EcrError {
  return new EcrError(
    `${kind}PolicyNotFoundException`,
    `${kind} policy does not exist for the ${ofRepository(place)}`,
  );
}

export function throttled(): EcrError {
  return new EcrError('ThrottlingException', 'Rate exceeded');
}

export function expiredToken(): EcrError {
  const message = 'The security token included in the request is expired';
  return new EcrError('ExpiredTokenException', message);
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
export function accessDenied(
  user: string,
  action: string,
  resource: string,
  policies: 'identity-based' | 'resource-based',
): EcrError {
  return new EcrError(
    'AccessDeniedException',
    `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no ${policies} policy allows the ${action} action`,
  );
}
