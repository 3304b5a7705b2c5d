import { PushError } from '../errors.ts';
import { startsJson } from '../oci/given-descriptors.ts';
import { lines } from './read-input.ts';

/** The texts of the inputs that choose what is pushed; '' if one is not set. */
interface Given {
  readonly layout: string;
  readonly indexOf: string;
  readonly image: string;
  readonly platforms: string;
  readonly singleImage: string;
}

/** What is pushed: one of the two is empty. */
interface Source {
  /** Paths or globs of OCI layouts. */
  readonly layouts: readonly string[];
  /** What names images in ECR that are joined: descriptors as JSON, and paths and globs of files that hold some. */
  readonly indexOf: readonly string[];
}

/** @throws PushError INVALID_INPUT unless exactly one of `layout` and `index-of` is given, with inputs that go with it */
export function parseSource(given: Given): Source {
  const indexOf = parseIndexOf(given.indexOf);
  const layouts = lines(given.layout);
  if (indexOf.length > 0) refuseBeside(given);
  else if (layouts.length === 0) {
    throw new PushError('INVALID_INPUT', 'The input layout is required', {
      hint: 'Add "layout:" under "with:" of this step, or "index-of:" to join images that are in ECR already.',
    });
  }
  return { layouts, indexOf };
}

/** One a line; JSON over several lines is one. */
function parseIndexOf(text: string): readonly string[] {
  const given = lines(text);
  const isOne = startsJson(given[0] ?? '') && /[}\]]$/.test(given.at(-1) ?? '');
  return isOne && !given.every(startsJson) ? [text] : given;
}

/** What would be without effect, and somebody counts on it. */
function refuseBeside({ layout, image, platforms, singleImage }: Given): void {
  if (layout !== '') {
    throw new PushError('INVALID_INPUT', 'The inputs layout and index-of are both set', {
      hint: 'Set layout to push an image, or index-of to join images that are in ECR already.',
    });
  }
  const isUnwrap = singleImage.toLowerCase() === 'unwrap';
  const [beside] = [
    ...(image === '' ? [] : ['image']),
    ...(platforms === '' ? [] : ['platforms']),
    ...(isUnwrap ? ['single-image: unwrap'] : []),
  ];
  if (beside === undefined) return;
  throw new PushError('INVALID_INPUT', `The input ${beside} does not go with index-of`, {
    hint: 'Leave it out: index-of joins all images that it names. Set it where the images are pushed by digest.',
  });
}
