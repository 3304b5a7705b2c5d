import { NEVER } from './strange-answer.ts';

/** Names that emulators of ECR give to errors which ECR names otherwise. */
const EMULATED: readonly {
  readonly call: string;
  readonly name: string;
  readonly means: string;
}[] = [
  // fakecloud: the bytes have another digest than the one that is named.
  {
    call: 'CompleteLayerUpload',
    name: 'LayerDigestMismatchException',
    means: 'InvalidLayerException',
  },
  // fakecloud: the part does not follow the last one. ECR has this name for Complete alone.
  {
    call: 'UploadLayerPart',
    name: 'InvalidLayerException',
    means: 'InvalidLayerPartException',
  },
];

interface Answer {
  /** As the API names it; undefined where that is not known. */
  readonly call: string | undefined;
  /** HTTP; undefined where there was no answer. */
  readonly status: number | undefined;
}

/** What ECR calls the error that a server named so; for what has a meaning in ECR already, the name itself. */
export function nameInEcr(name: string, { call, status = 0 }: Answer): string {
  // LocalStack: an InternalFailure, which in ECR may pass.
  if (NEVER.includes(status)) return 'UnsupportedCommandException';
  const known = EMULATED.find((each) => each.call === call && each.name === name);
  return known?.means ?? name;
}
