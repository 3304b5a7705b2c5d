export const id = 75;
export const ids = [75];
export const modules = {

/***/ 2075:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  openDockerArchive: () => (/* binding */ openDockerArchive)
});

// EXTERNAL MODULE: ./src/oci/annotations.ts
var annotations = __webpack_require__(2427);
// EXTERNAL MODULE: ./src/oci/digest.ts
var digest = __webpack_require__(8825);
// EXTERNAL MODULE: ./src/oci/media-types.ts
var media_types = __webpack_require__(9217);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
// EXTERNAL MODULE: external "node:zlib"
var external_node_zlib_ = __webpack_require__(8522);
;// CONCATENATED MODULE: ./src/layout/block-format.ts



const MIB = 1024 * 1024;
const WINDOW_BYTES = 32 * 1024;
const GZIP_LEVEL = 4;
const DEFLATE_MARGIN = 64 * 1024;
const deflate = (0,external_node_util_.promisify)(external_node_zlib_.deflateRaw);
const GZIP = {
    id: `gzip-${GZIP_LEVEL}`,
    mediaType: media_types/* OCI_LAYER_GZIP */.BQ,
    blockBytes: MIB,
    head: Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff),
    compress: ({ bytes, before, isLast }) => deflate(bytes, {
        level: GZIP_LEVEL,
        chunkSize: bytes.byteLength + DEFLATE_MARGIN,
        finishFlush: isLast ? external_node_zlib_.constants.Z_FINISH : external_node_zlib_.constants.Z_SYNC_FLUSH,
        ...(before.byteLength > 0 ? { dictionary: before } : {}),
    }),
    tail: ({ crc32, size }) => {
        const bytes = Buffer.alloc(8);
        bytes.writeUInt32LE(crc32, 0);
        bytes.writeUInt32LE(size % 2 ** 32, 4);
        return bytes;
    },
};
const ZSTD_LEVEL = 3;
const compressFrame = (0,external_node_util_.promisify)(external_node_zlib_.zstdCompress);
const ZSTD = {
    id: `zstd-${ZSTD_LEVEL}`,
    mediaType: media_types/* OCI_LAYER_ZSTD */.aH,
    blockBytes: 2 * MIB,
    head: new Uint8Array(),
    compress: ({ bytes }) => compressFrame(bytes, {
        params: { [external_node_zlib_.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
        pledgedSrcSize: bytes.byteLength,
    }),
    tail: () => new Uint8Array(),
};

// EXTERNAL MODULE: ./src/layout/blob-source.ts
var blob_source = __webpack_require__(8581);
// EXTERNAL MODULE: external "node:path/posix"
var posix_ = __webpack_require__(1535);
// EXTERNAL MODULE: ./src/layout/memory-reader.ts
var memory_reader = __webpack_require__(551);
;// CONCATENATED MODULE: ./src/layout/made-source.ts


class MadeSource {
    #path;
    #files = new Map();
    #resources;
    constructor(path, resources) {
        this.#path = path;
        this.#resources = resources;
    }
    put(file, content) {
        this.#files.set(file, content);
    }
    putBytes(file, bytes, location = this.locationOf(file)) {
        const open = () => Promise.resolve(new memory_reader/* MemoryReader */.R(bytes, location));
        this.put(file, { location, size: bytes.byteLength, open });
    }
    locationOf(file) {
        return this.#files.get(file)?.location ?? `${this.#path}: ${file}`;
    }
    sizeOf(file) {
        return Promise.resolve(this.#files.get(file)?.size);
    }
    blobNames() {
        const files = [...this.#files.keys()].filter((file) => file.startsWith('blobs/'));
        return Promise.resolve(files.map((file) => (0,posix_.basename)(file)));
    }
    async open(file) {
        return this.#files.get(file)?.open();
    }
    [Symbol.asyncDispose]() {
        return this.#resources[Symbol.asyncDispose]();
    }
}

// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: ./src/async/concurrently.ts
var concurrently = __webpack_require__(7252);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/layout/layer-form.ts + 1 modules
var layer_form = __webpack_require__(8183);
// EXTERNAL MODULE: ./src/layout/quoted.ts
var quoted = __webpack_require__(4428);
;// CONCATENATED MODULE: ./src/layout/pack-layers.ts





async function packLayers(layers, options) {
    const { signal, onPlan } = options;
    const jobs = await Promise.all(Array.from(new Set(layers), (layer) => jobOf(layer, options)));
    const packed = await findKnown(jobs, options);
    const left = jobs.filter(({ layer }) => !packed.has(layer));
    refuseUnfit(left, options);
    onPlan(planOf(jobs, left));
    const largestFirst = left.toSorted((a, b) => sizeOf(b) - sizeOf(a));
    const atOnce = (0,external_node_os_.availableParallelism)();
    await (0,concurrently/* forEachConcurrently */.D)(largestFirst, { signal, atOnce }, async (job, either) => {
        packed.set(job.layer, await pack(job, { ...options, signal: either }));
    });
    return layers.flatMap((layer) => packed.get(layer) ?? []);
}
async function jobOf(layer, { format }) {
    const found = layer.blob === undefined ? 'none' : await (0,layer_form/* formOf */.QU)(layer.blob);
    if (typeof found === 'object')
        return { layer, form: 'none', format, foreign: found };
    return { layer, form: found, format: found === 'none' ? format : undefined, foreign: undefined };
}
async function findKnown(jobs, options) {
    const { format, knownLayers } = options;
    const packed = new Map();
    const wanted = jobs.filter((job) => job.format !== undefined);
    if (format === undefined || knownLayers === undefined || wanted.length === 0)
        return packed;
    const diffIds = wanted.map(({ layer }) => layer.diffId);
    const known = await knownLayers.find(diffIds, format.id);
    for (const job of wanted) {
        const descriptor = known.get(job.layer.diffId);
        if (descriptor !== undefined)
            packed.set(job.layer, knownLayer(job, descriptor, options));
    }
    return packed;
}
function knownLayer(job, descriptor, options) {
    const { location } = job.layer;
    const open = async () => {
        const again = await pack(job, options);
        if (again.descriptor.digest === descriptor.digest)
            return again.open();
        throw new errors/* PushError */.Vc('DIGEST_MISMATCH', `${location} is compressed to ${again.descriptor.digest} now, and was to ${descriptor.digest} before`, { hint: 'ECR has lost the layer since the push began. Run the step again.' });
    };
    return { location, descriptor, open };
}
function refuseUnfit(jobs, options) {
    const lacking = jobs.filter(({ layer }) => layer.blob === undefined);
    if (lacking.length > 0)
        throw absent(lacking, options);
    const compressed = jobs.filter((job) => job.foreign !== undefined);
    const compression = compressed[0]?.foreign;
    if (compression !== undefined)
        throw foreign(compressed, compression, options);
}
function absent(jobs, { format }) {
    const why = format === undefined
        ? 'a manifest needs the size of each layer, also of one that ECR has'
        : 'an archive does not say what a layer is compressed to, and no earlier push is known to have put that into every repository';
    return new errors/* PushError */.Vc('BLOB_MISSING', `${locationsOf(jobs)}: in manifest.json, but missing or empty in the tar; ${why}`, {
        hint: 'pack (imgutil) and others leave out what a Docker daemon has: save the whole image from there, "docker save --output image.tar NAME". In an OCI layout, layers that ECR has may be missing.',
    });
}
const KNOWN_TO_SKOPEO = ['xz', 'bzip2'];
function foreign(jobs, { name, command }, { path }) {
    const is = jobs.length === 1 ? 'is' : 'are';
    const hint = KNOWN_TO_SKOPEO.includes(name)
        ? `Let skopeo make a layout of the archive, "skopeo copy docker-archive:${(0,quoted/* quoted */.T)(path)} oci:image:latest", and set the input layout to image.`
        : `Unpack the archive, decompress such layers with "${command}", and pack it again.`;
    return new errors/* PushError */.Vc('NOT_A_LAYOUT', `${locationsOf(jobs)} ${is} compressed with ${name}, which no OCI layer may be`, { hint });
}
function locationsOf(jobs) {
    return jobs.map(({ layer }) => layer.location).join(', ');
}
function planOf(jobs, left) {
    const compress = left.filter(({ format }) => format !== undefined);
    return {
        compress: compress.length,
        bytes: compress.reduce((sum, job) => sum + sizeOf(job), 0),
        known: jobs.length - left.length,
        asTheyAre: left.length - compress.length,
    };
}
function sizeOf({ layer }) {
    return layer.blob?.size ?? 0;
}
async function pack(job, options) {
    const { layer, form, format } = job;
    const { compressor, knownLayers, signal } = options;
    const { location, diffId, blob } = layer;
    if (blob === undefined)
        throw absent([job], options);
    if (job.foreign !== undefined)
        throw foreign([job], job.foreign, options);
    if (format === undefined) {
        const found = await (0,layer_form/* examineLayer */.br)(blob, form, { signal });
        refuseOther(layer, found.diffId);
        const { digest } = found;
        const descriptor = { mediaType: layer_form/* LAYER_MEDIA_TYPES */.Zx[form], digest, size: blob.size };
        return { location, descriptor, open: () => Promise.resolve(blob) };
    }
    const file = await compressor.compress(blob, signal);
    refuseOther(layer, file.uncompressed);
    const { mediaType, id } = format;
    const descriptor = { mediaType, digest: file.compressed, size: file.size };
    knownLayers?.add(diffId, id, descriptor);
    return { location, descriptor, open: () => file.open(location) };
}
function refuseOther({ location, diffId }, found) {
    if (found === diffId)
        return;
    throw new errors/* PushError */.Vc('DIGEST_MISMATCH', `${location} has the uncompressed digest ${found}, but the config's rootfs.diff_ids say ${diffId}`, { hint: 'The archive was changed or damaged after it was written: write it again.' });
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./src/oci/limits.ts
var limits = __webpack_require__(4593);
// EXTERNAL MODULE: ./src/oci/fields.ts
var oci_fields = __webpack_require__(8932);
// EXTERNAL MODULE: ./src/oci/json.ts
var json = __webpack_require__(1691);
;// CONCATENATED MODULE: ./src/oci/parse-diff-ids.ts



function parseDiffIds(config, where) {
    const fields = new oci_fields/* FieldReader */.U3((0,json/* parseStrictJson */.R)(config, where), where, 'INVALID_MANIFEST');
    if (!fields.has('rootfs'))
        return [];
    const rootfs = new oci_fields/* FieldReader */.U3(fields.get('rootfs'), `${where}: rootfs`, 'INVALID_MANIFEST');
    const diffIds = rootfs.strings('diff_ids') ?? [];
    return diffIds.map((diffId, at) => (0,digest/* parseDigest */.m)(diffId, `${where}: rootfs.diff_ids[${at}]`));
}

// EXTERNAL MODULE: ./src/layout/range-reader.ts
var range_reader = __webpack_require__(1139);
// EXTERNAL MODULE: ./src/layout/read.ts
var read = __webpack_require__(4480);
;// CONCATENATED MODULE: ./src/layout/saved-images.ts





const MAX_SAVED_IMAGES = 1000;
function parseSavedImages(bytes, where) {
    const entries = (0,json/* parseStrictJson */.R)((0,json/* withoutMark */.E)(bytes), where) ?? [];
    if (!isList(entries))
        throw notAList(where);
    if (entries.length > MAX_SAVED_IMAGES)
        throw tooMany(where, entries.length, 'images');
    const images = new Map();
    for (const [at, entry] of entries.entries()) {
        const image = parseSavedImage(entry, `${where}: [${at}]`);
        const key = JSON.stringify([image.config, image.layers]);
        const known = images.get(key);
        const repoTags = [...new Set([...(known?.repoTags ?? []), ...image.repoTags])];
        images.set(key, { ...image, repoTags, positions: [...(known?.positions ?? []), at] });
    }
    return [...images.values()];
}
function parseSavedImage(value, where) {
    const fields = new oci_fields/* FieldReader */.U3(value, where, 'INVALID_MANIFEST');
    const layers = fields.strings('Layers') ?? [];
    if (layers.length > limits/* MAX_DESCRIPTORS */.a_)
        throw tooMany(where, layers.length, 'layers');
    return {
        config: entryName(fields.requiredString('Config'), `${where}.Config`),
        repoTags: fields.strings('RepoTags') ?? [],
        layers: layers.map((layer, at) => entryName(layer, `${where}.Layers[${at}]`)),
    };
}
function entryName(path, where) {
    const name = external_node_path_.posix.normalize(path.replace(/^\/+/, ''));
    const leadsOut = name === '..' || name.startsWith('../');
    if (!leadsOut && name !== '.')
        return name;
    throw new errors/* PushError */.Vc('INVALID_MANIFEST', `${where} is ${(0,oci_fields/* shown */.SP)(path)}, not a file in the tar`, {
        hint: 'No build tool writes this. Find out where the tar comes from before you use it.',
    });
}
function isList(value) {
    return Array.isArray(value);
}
function notAList(where) {
    return new errors/* PushError */.Vc('INVALID_MANIFEST', `${where} is not a list of images`, {
        hint: 'The manifest.json of "docker save" is a list with Config, RepoTags and Layers: write the archive again.',
    });
}
function tooMany(where, count, what) {
    const limit = what === 'images' ? MAX_SAVED_IMAGES : limits/* MAX_DESCRIPTORS */.a_;
    return new errors/* PushError */.Vc('TOO_LARGE', `${where} lists ${count} ${what}; the limit is ${limit}`, {
        hint: 'Save fewer images into one archive.',
    });
}

;// CONCATENATED MODULE: ./src/layout/select-saved-image.ts




const FITS = [
    ({ repoTags }, wanted) => repoTags.includes(wanted),
    ({ repoTags }, wanted) => repoTags.some((name) => (0,annotations/* shortName */.EU)(name) === (0,annotations/* shortName */.EU)(wanted)),
    ({ repoTags }, wanted) => repoTags.some((name) => tagOf(name) === wanted),
    ({ repoTags }, wanted) => repoTags.some((name) => repositoryOf(name) === (0,annotations/* shortName */.EU)(wanted)),
    (image, wanted) => imageId(image) === wanted,
    ({ positions }, wanted) => positions.some((position) => wanted === `@${position}`),
];
function selectSavedImage(images, path, wanted) {
    const [first, ...others] = images;
    if (first === undefined) {
        throw new errors/* PushError */.Vc('NO_IMAGE', `${path}: manifest.json lists no image`);
    }
    const isOnly = others.length === 0;
    if (isOnly && (wanted === undefined || (0,digest/* isDigest */.Bc)(wanted)))
        return first;
    const [found, ...more] = wanted === undefined ? images : candidates(images, wanted);
    if (found === undefined)
        throw notFound(images, path, wanted ?? '');
    if (more.length === 0)
        return found;
    throw ambiguous([found, ...more], path, wanted);
}
function isSavedAs(image, wanted) {
    return FITS.some((fits) => fits(image, wanted));
}
function candidates(images, wanted) {
    for (const fits of FITS) {
        const found = images.filter((image) => fits(image, wanted));
        if (found.length > 0)
            return found;
    }
    return [];
}
function tagOf(name) {
    return /:([^:/]+)$/.exec(name)?.[1];
}
function repositoryOf(name) {
    return (0,annotations/* shortName */.EU)(name.replace(/:[^:/]+$/, ''));
}
function imageId({ config }) {
    const id = `sha256:${/(?:^|[\\/]|sha256:)([a-f0-9]{64})(?:\.json)?$/.exec(config)?.[1] ?? ''}`;
    return (0,digest/* isDigest */.Bc)(id) ? id : undefined;
}
function notFound(images, path, wanted) {
    return new errors/* PushError */.Vc('IMAGE_NOT_FOUND', `${path} holds no image ${wanted}. It holds:\n${list(images)}`);
}
function ambiguous(images, path, wanted) {
    const named = wanted === undefined ? '' : ` named ${wanted}`;
    return new errors/* PushError */.Vc('AMBIGUOUS_IMAGE', `${path} holds several images${named}:\n${list(images)}`, { hint: 'Set the input image to a name or id from the list.' });
}
const MAX_LISTED = 20;
function list(images) {
    const lines = images.slice(0, MAX_LISTED).map((image) => {
        const id = imageId(image);
        const place = id === undefined ? `@${image.positions[0]}` : '(no name)';
        const names = image.repoTags.map(oci_fields/* escaped */.Mk).join(', ') || place;
        return `  ${id ?? (0,oci_fields/* escaped */.Mk)(image.config)} ${names}`;
    });
    const more = images.length - lines.length;
    return more > 0 ? `${lines.join('\n')}\n  and ${more} more` : lines.join('\n');
}

;// CONCATENATED MODULE: ./src/layout/saved-files.ts









async function readSavedFiles(tar, index, wanted) {
    const list = await readFile(tar, index, 'manifest.json');
    const images = parseSavedImages(list.bytes, list.location);
    const image = selectSavedImage(images, tar.path, wanted);
    const config = await readFile(tar, index, image.config);
    const diffIds = parseDiffIds(config.bytes, config.location);
    if (image.layers.length !== diffIds.length)
        throw otherCount(image, config, diffIds);
    return { image, config, layers: layersOf(image, diffIds, tar, index) };
}
async function readFile(tar, index, name) {
    const location = locationOf(tar, name);
    const range = findFile(index, name);
    if (range === undefined) {
        throw new errors/* PushError */.Vc('BLOB_MISSING', `${location} is missing, though manifest.json names it`);
    }
    const bytes = await (0,read/* readWhole */.oD)(new range_reader/* RangeReader */.$(tar, range, location), limits/* MAX_MANIFEST_BYTES */.ZJ);
    return { bytes, location };
}
function findFile(index, name) {
    const spellings = [name, name.replaceAll('\\', '/'), name.replaceAll('/', '\\')];
    const spelling = spellings.map((one) => external_node_path_.posix.normalize(one)).find((one) => index.has(one));
    return spelling === undefined ? undefined : index.findOnly(spelling);
}
const NO_BYTES = (0,digest/* digestOf */.ol)(new Uint8Array());
function layersOf({ layers }, diffIds, tar, index) {
    const known = new Map();
    return diffIds.map((diffId, at) => {
        const name = layers[at] ?? '';
        const location = locationOf(tar, name);
        const range = findFile(index, name);
        const key = `${diffId} ${range?.position ?? name}`;
        const isBlank = range?.size === 0 && diffId !== NO_BYTES;
        const blob = range && !isBlank ? new range_reader/* RangeReader */.$(tar, range, location) : undefined;
        const layer = known.get(key) ?? { location, diffId, blob };
        known.set(key, layer);
        return layer;
    });
}
function locationOf({ path }, name) {
    return `${path}: ${name}`;
}
function otherCount({ layers }, config, diffIds) {
    return new errors/* PushError */.Vc('INVALID_MANIFEST', `${config.location} has ${diffIds.length} rootfs.diff_ids, but manifest.json lists ${layers.length} layers for it`, { hint: 'The archive is damaged, or was put together by hand: write it again.' });
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./src/async/semaphore.ts
var semaphore = __webpack_require__(9378);
;// CONCATENATED MODULE: ./src/layout/block-compressor.ts





class BlockCompressor {
    #format;
    #room;
    #buffers = [];
    constructor(format, blocks) {
        this.#format = format;
        this.#room = new semaphore/* Semaphore */.j(blocks);
    }
    async compress(blob, write, signal) {
        const failed = new AbortController();
        const either = AbortSignal.any([signal, failed.signal]);
        const input = new Input(blob, this.#format.blockBytes);
        const output = new Output(write);
        const onFailure = (error) => failed.abort(error);
        let written = output.put(this.#format.head);
        written.catch(onFailure);
        try {
            while (!input.isOver) {
                const { buffer, release } = await this.#take(either);
                try {
                    const piece = this.#format.compress(await input.next(buffer));
                    written = output.putAfter(written, piece).finally(release);
                }
                catch (error) {
                    release();
                    throw error;
                }
                written.catch(onFailure);
            }
        }
        finally {
            await written;
        }
        await output.put(this.#format.tail(input.content));
        return { uncompressed: input.digest(), compressed: output.digest(), size: output.size };
    }
    async #take(signal) {
        const permit = await this.#room.acquire(1, signal);
        const buffer = this.#buffers.pop() ?? new Uint8Array(this.#format.blockBytes);
        const release = () => {
            this.#buffers.push(buffer);
            permit.release();
        };
        return { buffer, release };
    }
}
class Input {
    #blob;
    #blockBytes;
    #hash = (0,external_node_crypto_.createHash)('sha256');
    #crc32 = 0;
    #position = 0;
    #before = new Uint8Array();
    #isOver = false;
    constructor(blob, blockBytes) {
        this.#blob = blob;
        this.#blockBytes = blockBytes;
    }
    get isOver() {
        return this.#isOver;
    }
    async next(buffer) {
        const bytes = buffer.subarray(0, Math.min(this.#blockBytes, this.#blob.size - this.#position));
        await this.#blob.read(bytes, this.#position);
        this.#position += bytes.byteLength;
        this.#isOver = this.#position === this.#blob.size;
        this.#hash.update(bytes);
        this.#crc32 = (0,external_node_zlib_.crc32)(bytes, this.#crc32);
        const before = this.#before;
        this.#before = bytes.slice(-WINDOW_BYTES);
        return { bytes, before, isLast: this.#isOver };
    }
    get content() {
        return { crc32: this.#crc32, size: this.#position };
    }
    digest() {
        return (0,digest/* digestFrom */.Xb)(this.#hash);
    }
}
class Output {
    #write;
    #hash = (0,external_node_crypto_.createHash)('sha256');
    size = 0;
    constructor(write) {
        this.#write = write;
    }
    async put(bytes) {
        if (bytes.byteLength === 0)
            return;
        this.#hash.update(bytes);
        this.size += bytes.byteLength;
        await this.#write(bytes);
    }
    async putAfter(earlier, piece) {
        await Promise.allSettled([earlier, piece]);
        await earlier;
        await this.put(await piece);
    }
    digest() {
        return (0,digest/* digestFrom */.Xb)(this.#hash);
    }
}

// EXTERNAL MODULE: ./src/layout/scratch.ts
var scratch = __webpack_require__(4976);
// EXTERNAL MODULE: ./src/layout/unwritable.ts
var unwritable = __webpack_require__(4387);
;// CONCATENATED MODULE: ./src/layout/scratch-compressor.ts
var __addDisposableResource = (undefined && undefined.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var __disposeResources = (undefined && undefined.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});








const BLOCKS = 2 * Math.min((0,external_node_os_.availableParallelism)(), 4);
const AS_IT_IS = 'With layer-compression: none, layers are pushed as they are, and need no room.';
class ScratchCompressor {
    #temporary;
    #compressor;
    #scratch;
    #files = 0;
    constructor(format, temporary) {
        this.#temporary = temporary;
        this.#compressor = new BlockCompressor(format, BLOCKS);
    }
    async compress(blob, signal) {
        const env_1 = { stack: [], error: void 0, hasError: false };
        try {
            this.#scratch ??= (0,scratch/* makeScratch */.l)(this.#temporary).catch((cause) => {
                throw (0,unwritable/* unwritable */.m)('A compressed layer', { folder: this.#temporary ?? (0,external_node_os_.tmpdir)() }, cause, AS_IT_IS);
            });
            const path = (0,external_node_path_.join)((await this.#scratch).path, String((this.#files += 1)));
            const file = __addDisposableResource(env_1, await (0,promises_.open)(path, 'wx').catch((cause) => {
                throw (0,unwritable/* unwritable */.m)(blob.location, { folder: (0,external_node_path_.dirname)(path) }, cause, AS_IT_IS);
            }), true);
            const write = appendTo(file, (0,external_node_path_.dirname)(path), blob);
            const compressed = await this.#compressor.compress(blob, write, signal);
            return { ...compressed, open: (location) => openFile(path, compressed.size, location) };
        }
        catch (e_1) {
            env_1.error = e_1;
            env_1.hasError = true;
        }
        finally {
            const result_1 = __disposeResources(env_1);
            if (result_1)
                await result_1;
        }
    }
    async [Symbol.asyncDispose]() {
        const scratch = await this.#scratch?.catch(() => undefined);
        await scratch?.[Symbol.asyncDispose]();
    }
}
function appendTo(file, folder, { location, size }) {
    const what = `${location} (${size} bytes, uncompressed)`;
    let written = 0;
    return async (bytes) => {
        await file.appendFile(bytes).catch((cause) => {
            throw (0,unwritable/* unwritable */.m)(what, { folder, written }, cause, AS_IT_IS);
        });
        written += bytes.byteLength;
    };
}
async function openFile(path, size, location) {
    const handle = await (0,promises_.open)(path).catch((cause) => {
        throw (0,read/* unreadable */.O$)(location, cause);
    });
    const reader = new range_reader/* RangeReader */.$({ handle, path, size }, { position: 0, size }, location);
    return {
        location,
        size,
        read: (target, position) => reader.read(target, position),
        [Symbol.asyncDispose]: () => handle.close(),
    };
}

;// CONCATENATED MODULE: ./src/layout/docker-archive.ts
var docker_archive_addDisposableResource = (undefined && undefined.__addDisposableResource) || function (env, value, async) {
    if (value !== null && value !== void 0) {
        if (typeof value !== "object" && typeof value !== "function") throw new TypeError("Object expected.");
        var dispose, inner;
        if (async) {
            if (!Symbol.asyncDispose) throw new TypeError("Symbol.asyncDispose is not defined.");
            dispose = value[Symbol.asyncDispose];
        }
        if (dispose === void 0) {
            if (!Symbol.dispose) throw new TypeError("Symbol.dispose is not defined.");
            dispose = value[Symbol.dispose];
            if (async) inner = dispose;
        }
        if (typeof dispose !== "function") throw new TypeError("Object not disposable.");
        if (inner) dispose = function() { try { inner.call(this); } catch (e) { return Promise.reject(e); } };
        env.stack.push({ value: value, dispose: dispose, async: async });
    }
    else if (async) {
        env.stack.push({ async: true });
    }
    return value;
};
var docker_archive_disposeResources = (undefined && undefined.__disposeResources) || (function (SuppressedError) {
    return function (env) {
        function fail(e) {
            env.error = env.hasError ? new SuppressedError(e, env.error, "An error was suppressed during disposal.") : e;
            env.hasError = true;
        }
        var r, s = 0;
        function next() {
            while (r = env.stack.pop()) {
                try {
                    if (!r.async && s === 1) return s = 0, env.stack.push(r), Promise.resolve().then(next);
                    if (r.dispose) {
                        var result = r.dispose.call(r.value);
                        if (r.async) return s |= 2, Promise.resolve(result).then(next, function(e) { fail(e); return next(); });
                    }
                    else s |= 1;
                }
                catch (e) {
                    fail(e);
                }
            }
            if (s === 1) return env.hasError ? Promise.reject(env.error) : Promise.resolve();
            if (env.hasError) throw env.error;
        }
        return next();
    };
})(typeof SuppressedError === "function" ? SuppressedError : function (error, suppressed, message) {
    var e = new Error(message);
    return e.name = "SuppressedError", e.error = error, e.suppressed = suppressed, e;
});










const FORMATS = { gzip: GZIP, zstd: ZSTD, none: undefined };
async function openDockerArchive(tar, index, options, opened) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const resources = docker_archive_addDisposableResource(env_1, new AsyncDisposableStack(), true);
        resources.use(opened);
        const saved = await readSavedFiles(tar, index, options.image);
        const layers = await docker_archive_pack(saved, tar.path, resources, options);
        const source = new MadeSource(tar.path, resources.move());
        return fill(source, saved, layers, options.image);
    }
    catch (e_1) {
        env_1.error = e_1;
        env_1.hasError = true;
    }
    finally {
        const result_1 = docker_archive_disposeResources(env_1);
        if (result_1)
            await result_1;
    }
}
function docker_archive_pack({ layers }, path, resources, { layerCompression = 'gzip', temporary, knownLayers, tell, signal }) {
    const format = FORMATS[layerCompression];
    const compressor = resources.use(new ScratchCompressor(format ?? GZIP, temporary));
    return packLayers(layers, {
        ...{ path, format, compressor, knownLayers },
        signal: signal ?? new AbortController().signal,
        onPlan: (plan) => tell?.(`${path}: ${describePlan(plan, layerCompression)}`),
    });
}
function fill(source, { image, config }, layers, wanted) {
    for (const { descriptor, location, open } of layers) {
        source.put((0,blob_source/* blobFile */.c)(descriptor.digest), { location, size: descriptor.size, open });
    }
    const configuration = describe(media_types/* OCI_CONFIG */.TF, config.bytes);
    source.putBytes((0,blob_source/* blobFile */.c)(configuration.digest), config.bytes, config.location);
    const descriptors = layers.map(({ descriptor }) => descriptor);
    const manifest = manifestOf(configuration, descriptors);
    const root = describe(media_types/* OCI_MANIFEST */.EG, manifest);
    source.putBytes((0,blob_source/* blobFile */.c)(root.digest), manifest);
    source.putBytes('index.json', indexOf(root, namesOf(image, wanted)));
    return source;
}
function manifestOf(config, layers) {
    return toBytes({ schemaVersion: 2, mediaType: media_types/* OCI_MANIFEST */.EG, config, layers });
}
function indexOf(root, names) {
    const named = names.length === 0 ? root : { ...root, annotations: (0,annotations/* namesAnnotation */.MI)(names) };
    return toBytes({ schemaVersion: 2, mediaType: media_types/* OCI_INDEX */.$p, manifests: [named] });
}
function namesOf(image, wanted) {
    const { repoTags } = image;
    if (wanted === undefined || !isSavedAs(image, wanted))
        return repoTags;
    return [...new Set([...repoTags, wanted])];
}
function describe(mediaType, bytes) {
    return { mediaType, digest: (0,digest/* digestOf */.ol)(bytes), size: bytes.byteLength };
}
function toBytes(value) {
    return Buffer.from(JSON.stringify(value));
}
const docker_archive_MIB = 1024 * 1024;
function describePlan(plan, compression) {
    const { compress, bytes, known, asTheyAre } = plan;
    const parts = [
        compress > 0 && `compressing ${layerCount(compress)} (${sizeText(bytes)}) with ${compression}`,
        known > 0 && `${layerCount(known)} compressed by an earlier push`,
        asTheyAre > 0 && `${layerCount(asTheyAre)} as in the archive`,
    ];
    return ['docker save archive', ...parts.filter((part) => part !== false)].join(', ');
}
function sizeText(bytes) {
    const [unit, name] = bytes < docker_archive_MIB ? [1024, 'KiB'] : [docker_archive_MIB, 'MiB'];
    return `${(bytes / unit).toFixed(1)} ${name}`;
}
function layerCount(count) {
    return count === 1 ? '1 layer' : `${count} layers`;
}


/***/ }),

/***/ 4976:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   l: () => (/* binding */ makeScratch)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(8161);
/* harmony import */ var node_os__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__webpack_require__.n(node_os__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(6760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__webpack_require__.n(node_path__WEBPACK_IMPORTED_MODULE_2__);



async function makeScratch(parent = (0,node_os__WEBPACK_IMPORTED_MODULE_1__.tmpdir)()) {
    const path = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.mkdtemp)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(parent, 'ecr-layer-push-'));
    return {
        path,
        [Symbol.asyncDispose]: () => (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.rm)(path, { recursive: true, force: true }).catch(() => undefined),
    };
}


/***/ }),

/***/ 4387:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ unwritable)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3916);
/* harmony import */ var _read_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(4480);


const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
function unwritable(what, { folder, written = 0 }, cause, instead) {
    if ((0,_read_js__WEBPACK_IMPORTED_MODULE_1__/* .isOutOfFiles */ .N8)(cause))
        return (0,_read_js__WEBPACK_IMPORTED_MODULE_1__/* .unreadable */ .O$)(folder, cause);
    const code = (0,_read_js__WEBPACK_IMPORTED_MODULE_1__/* .errorCode */ .CA)(cause);
    if (FULL.includes(code)) {
        return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .PushError */ .Vc('DISK_FULL', `${what} does not fit into ${folder} (${code} after ${written} bytes)`, { hint: `Free some space on the disk of RUNNER_TEMP. ${instead}`, cause });
    }
    const reason = code ?? String(cause);
    return new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .PushError */ .Vc('LAYOUT_UNREADABLE', `${what} cannot be written to ${folder} (${reason})`, {
        hint: `The step must be able to write to RUNNER_TEMP. ${instead}`,
        cause,
    });
}


/***/ })

};
