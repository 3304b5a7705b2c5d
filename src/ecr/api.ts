import type { EncodedPart } from './upload/encoded-part.ts';
import type { RepositoryId } from './names/repository-id.ts';
import type { RepositorySettings } from './repository-settings.ts';
import type { TagMutability } from './tag-mutability.ts';

/**
 * The calls that private ECR and ECR Public have in common, bound to one repository, as far as this action reads
 * them. The SDK's clients stay behind it.
 * https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
 * https://docs.aws.amazon.com/AmazonECRPublic/latest/APIReference/API_Operations.html
 */
export interface EcrApi {
  /** What its calls name. */
  readonly repository: RepositoryId;
  batchCheckLayerAvailability(
    input: { layerDigests: string[] },
    signal: AbortSignal,
  ): Promise<BatchCheckLayerAvailabilityOutput>;
  initiateLayerUpload(signal: AbortSignal): Promise<InitiateLayerUploadOutput>;
  uploadLayerPart(part: EncodedPart, signal: AbortSignal): Promise<UploadLayerPartOutput>;
  completeLayerUpload(
    input: { uploadId: string; layerDigests: string[] },
    signal: AbortSignal,
  ): Promise<CompleteLayerUploadOutput>;
  putImage(input: PutImageInput, signal: AbortSignal): Promise<PutImageOutput>;
  /** BatchGetImage, or DescribeImages for ECR Public. Images that do not exist are left out. */
  findImages(ids: readonly ImageIdentifier[], signal: AbortSignal): Promise<FoundImageOutput[]>;
  /** The name of the call that `findImages` makes. */
  readonly findImagesCall: string;
  describeTagMutability(signal: AbortSignal): Promise<TagMutability>;
  createRepository(settings: RepositorySettings, signal: AbortSignal): Promise<RegistryOutput>;
  putLifecyclePolicy(lifecyclePolicyText: string, signal: AbortSignal): Promise<unknown>;
  setRepositoryPolicy(policyText: string, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

export interface ImageIdentifier {
  imageDigest?: string | undefined;
  imageTag?: string | undefined;
}

export interface BatchCheckLayerAvailabilityOutput {
  layers?:
    { layerDigest?: string | undefined; layerAvailability?: string | undefined }[] | undefined;
  failures?:
    | {
        layerDigest?: string | undefined;
        failureCode?: string | undefined;
        failureReason?: string | undefined;
      }[]
    | undefined;
}

/** Most answers tell whose registry it was. */
export interface RegistryOutput {
  registryId?: string | undefined;
}

export interface InitiateLayerUploadOutput {
  uploadId?: string | undefined;
  partSize?: number | undefined;
}

export interface UploadLayerPartOutput extends RegistryOutput {
  lastByteReceived?: number | undefined;
  /** What the SDK adds. */
  $metadata?: { attempts?: number | undefined } | undefined;
}

export interface CompleteLayerUploadOutput extends RegistryOutput {
  layerDigest?: string | undefined;
}

export interface PutImageInput {
  imageManifest: string;
  imageManifestMediaType: string;
  imageDigest: string;
  imageTag?: string | undefined;
}

export interface PutImageOutput {
  image?: RegistryOutput | undefined;
}

export type FoundImageOutput = ImageIdentifier & RegistryOutput;
