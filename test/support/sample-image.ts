import { buildImage, type Files, type Image, named } from './image.ts';
import { seededBytes } from './random.ts';

export interface SampleImage {
  readonly image: Image;
  /** What is in each layer, in a few words. */
  readonly contents: readonly string[];
}

/** A small image as a service has it: a system, its dependencies, the service itself; only the last differs by version. */
export function sampleImage(version: string): SampleImage {
  const layers: readonly (readonly [string, Files])[] = [
    ['base system', system()],
    ['runtime', { 'opt/runtime/bin/runtime': seededBytes('runtime', 12_000_000) }],
    ['dependencies', dependencies()],
    ['the application', application(version)],
  ];
  const image = buildImage({ seed: 'sample', layers: layers.map(([, files]) => ({ files })) });
  return { image: named(image, version), contents: layers.map(([what]) => what) };
}

function system(): Files {
  return {
    'bin/sh': seededBytes('sh', 900_000),
    'etc/os-release': 'NAME="Sample"\nVERSION_ID="1"\n',
    'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
    'lib/libc.so': seededBytes('libc', 1_600_000),
  };
}

function dependencies(): Files {
  const names = ['http', 'json', 'log', 'queue', 'template', 'tls'];
  return Object.fromEntries(
    names.map((name) => [`srv/app/vendor/${name}.bin`, seededBytes(name, 400_000)]),
  );
}

function application(version: string): Files {
  return {
    'srv/app/main': seededBytes(`main ${version}`, 250_000),
    'srv/app/VERSION': `${version}\n`,
  };
}
