/** What to do about a layout that no working tool would have written. */
export const BUILD_AGAIN =
  'The layout is malformed: build it again, with a current version of the tool that wrote it.';
