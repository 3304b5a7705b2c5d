import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readableInstruction } from '../../src/report/instruction.ts';

for (const [createdBy, readable] of [
  ['RUN /bin/sh -c npm ci # buildkit', 'RUN npm ci'],
  ['/bin/sh -c apt-get update', 'RUN apt-get update'],
  ['/bin/sh -c #(nop) ADD file:6e1b in / ', 'ADD file:6e1b in /'],
  ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
  ['COPY src /app # buildkit', 'COPY src /app'],
  ['RUN |2 A=b TOKEN=se cret /bin/sh -c make # buildkit', 'RUN make'],
  ['|1 TOKEN=secret /bin/sh -c make', 'RUN make'],
  ['RUN |1 TOKEN=secret /bin/bash -o pipefail -c make # buildkit', 'RUN (with build arguments)'],
  ['RUN |1 TOKEN=secret', 'RUN (with build arguments)'],
  ['bazel build ...', 'bazel build ...'],
  ['RUN /bin/bash -c make', 'RUN /bin/bash -c make'],
  [' RUN  a\n  b\t', 'RUN a b'],
  ['', ''],
] as const) {
  test(`${JSON.stringify(createdBy)} reads ${JSON.stringify(readable)}`, () => {
    assert.equal(readableInstruction(createdBy), readable);
  });
}
