import type { RetryNotice } from '../async/retry.ts';
import type { LayerOutcome } from '../ecr/registry.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import type { Digest } from '../oci/digest.ts';
import type { Plan } from '../plan/plan.ts';

/** What happens to one repository, reported as it happens. */
export type PushEvent =
  | { readonly kind: 'planned'; readonly plan: Plan }
  /** Nothing more happens there. */
  | { readonly kind: 'target-failed' }
  | { readonly kind: 'repository-created' }
  /** An empty repository got the policies that it lacked. */
  | { readonly kind: 'policies-set' }
  /** What could not be checked. */
  | { readonly kind: 'unchecked'; readonly what: Unchecked }
  /** `from`: where in the layer an earlier run ended, in bytes; 0 for the start. */
  | { readonly kind: 'layer-started'; readonly layer: Descriptor; readonly from: number }
  /** `bytes`: of the layer, that ECR has confirmed. */
  | { readonly kind: 'layer-progress'; readonly layer: Descriptor; readonly bytes: number }
  | {
      readonly kind: 'layer-finished';
      readonly layer: Descriptor;
      readonly outcome: LayerOutcome;
    }
  /** `what`: a layer or a manifest, undefined for the repository itself. */
  | {
      readonly kind: 'retried';
      readonly what: Digest | undefined;
      readonly notice: RetryNotice;
    }
  /** `what`: what the manifest is, for messages. `isNew`: the repository did not have it under that tag already. */
  | {
      readonly kind: 'manifest-put';
      readonly digest: Digest;
      readonly what: string;
      readonly tag: string | undefined;
      readonly isNew: boolean;
    }
  /** From now on it may point to the image. */
  | { readonly kind: 'tag-started'; readonly tag: string }
  | { readonly kind: 'tag-settled'; readonly outcome: TagOutcome }
  /** Its put was refused: it points where it did. */
  | { readonly kind: 'tag-kept'; readonly tag: string }
  /** A referrer's own tag, such as cosign's, cannot move and points to another image. */
  | {
      readonly kind: 'referrer-skipped';
      readonly tag: string;
      readonly holder: Digest | undefined;
    };

/** What tags point to; whether they may move; whether an empty repository has its policies; whether it has what is joined. */
export type Unchecked = 'images' | 'mutability' | 'policies' | 'joined';

/** What became of a tag. `holder`: the image that it still points to; undefined if the credentials may not look. */
export type TagOutcome =
  | { readonly tag: string; readonly kind: 'created' | 'unchanged' }
  | { readonly tag: string; readonly kind: 'moved'; readonly from: Digest }
  /** It now points to the image; what it pointed to before is unknown. */
  | { readonly tag: string; readonly kind: 'put' }
  | {
      readonly tag: string;
      readonly kind: 'skipped' | 'refused';
      readonly holder: Digest | undefined;
    };

export type PushListener = (event: PushEvent) => void;
