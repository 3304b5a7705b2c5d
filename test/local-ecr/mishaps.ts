import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultyCall } from './faults.ts';
import { parseManifest } from './manifest.ts';
import type { Image, Repository } from './repository.ts';
import type { World } from './world.ts';

/** What befalls the service or its content in the middle of a push, by somebody else's hand. */
export class Mishaps {
  readonly #world: World;
  #server: Server | undefined;
  #return: NodeJS.Timeout | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** The server that can go down. */
  attach(server: Server): void {
    this.#server = server;
  }

  expireUpload(uploadId: string): void {
    for (const { repositories } of this.#world.registries)
      for (const { uploads } of repositories.values()) uploads.delete(uploadId);
  }

  deleteRepository(call: FaultyCall): void {
    const registry = this.#registry(call);
    const repository = this.#repository(call);
    if (repository !== undefined) registry?.delete(repository);
  }

  /** Of these layers, or of all, those that no image holds: what a clean-up takes that comes before the image. */
  collectLayers(call: FaultyCall, digests?: readonly string[]): void {
    const repository = this.#repository(call);
    if (repository === undefined) return;
    const held = new Set([...repository.images.values()].flatMap(blobsOf));
    for (const digest of digests ?? repository.layers.keys())
      if (!held.has(digest)) repository.layers.delete(digest);
  }

  /** The caller's keys are no longer good; those of `World.issue` are. */
  expireCredentials({ accessKeyId }: FaultyCall): void {
    this.#world.expiredKeys.add(accessKeyId);
  }

  /** @returns the service's time from now on */
  setClock(skew: number): Date {
    this.#world.clockSkew = skew;
    return this.#world.now();
  }

  /** Every connection is reset, and new ones are refused for so long (ms). */
  goDown(milliseconds: number): void {
    const server = this.#server;
    if (server === undefined || this.#return !== undefined) return;
    const { port, address } = server.address() as AddressInfo;
    server.close();
    server.closeAllConnections();
    this.#return = setTimeout(() => {
      this.#return = undefined;
      server.listen(port, address);
    }, milliseconds);
  }

  /** No more of it. */
  end(): void {
    clearTimeout(this.#return);
  }

  #registry({ service, accountId, region, input }: FaultyCall) {
    const { registryId } = input;
    const id = typeof registryId === 'string' ? registryId : accountId;
    return this.#world.named(service, id, region);
  }

  #repository(call: FaultyCall): Repository | undefined {
    return this.#registry(call)?.repositories.get(String(call.input['repositoryName']));
  }
}

function blobsOf({ manifest, mediaType }: Image): string[] {
  return parseManifest(manifest.toString(), mediaType).blobs.map(({ digest }) => digest);
}
