import { rm } from 'node:fs/promises';
import { sampleImage } from './sample-image.ts';
import { writeLayoutDirectory } from './write-layout.ts';

/** `node test/support/make-layout.ts DIRECTORY [VERSION]` writes the sample image there and prints its digest. */
const [directory, version = '1.0'] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: make-layout.ts DIRECTORY [VERSION]');
const { image } = sampleImage(version);
await rm(directory, { recursive: true, force: true });
await writeLayoutDirectory(directory, [image]);
console.log(image.descriptor.digest);
