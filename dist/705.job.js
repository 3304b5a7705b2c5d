export const id = 705;
export const ids = [705];
export const modules = {

/***/ 1139:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ RangeReader)
/* harmony export */ });
/* harmony import */ var _read_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4480);

class RangeReader {
    location;
    size;
    #tar;
    #start;
    constructor(tar, { position, size }, location) {
        this.location = location;
        this.size = size;
        this.#tar = tar;
        this.#start = position;
    }
    async read(target, position) {
        const missing = position + target.byteLength - this.size;
        if (missing > 0)
            throw (0,_read_js__WEBPACK_IMPORTED_MODULE_0__/* .endedEarly */ .S3)(this.location, missing);
        await (0,_read_js__WEBPACK_IMPORTED_MODULE_0__/* .readAt */ .m6)(this.#tar.handle, target, this.#start + position, this.location);
    }
    async [Symbol.asyncDispose]() {
    }
}


/***/ }),

/***/ 6705:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  openTar: () => (/* binding */ openTar)
});

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./src/layout/compression.ts
var layout_compression = __webpack_require__(4720);
// EXTERNAL MODULE: ./src/layout/read.ts
var read = __webpack_require__(4480);
// EXTERNAL MODULE: ./src/layout/not-a-layout.ts
var not_a_layout = __webpack_require__(1580);
// EXTERNAL MODULE: ./src/layout/range-reader.ts
var range_reader = __webpack_require__(1139);
// EXTERNAL MODULE: ./src/layout/tar-header.ts + 1 modules
var tar_header = __webpack_require__(6995);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
;// CONCATENATED MODULE: ./src/layout/tar-index.ts




const MAX_TAR_ENTRIES = 50_000;
const MAX_NAME_LENGTH = 1024;
const MAX_LINKS = 8;
const LAYOUT_FILE = /^(?:index\.json|oci-layout|blobs\/sha256\/[a-f0-9]{64})$/;
class TarIndex {
    #path;
    #entries;
    #ambiguous;
    constructor(path, entries, ambiguous) {
        this.#path = path;
        this.#entries = entries;
        this.#ambiguous = ambiguous;
    }
    static async read(tar) {
        const entries = new Map();
        const repeated = [];
        const others = [];
        let count = 0;
        for await (const header of headersOf(tar)) {
            if (++count > MAX_TAR_ENTRIES)
                throw tooMany(tar);
            const name = normalized(header.name);
            const entry = entryOf(header, name);
            if (name === undefined || entry === undefined)
                continue;
            if (!entries.has(name))
                entries.set(name, entry);
            else
                (LAYOUT_FILE.test(name) ? repeated : others).push({ name, entry });
        }
        const ambiguous = new Set();
        const index = new TarIndex(tar.path, entries, ambiguous);
        const [first] = await index.#differing(tar, repeated);
        if (first !== undefined)
            throw duplicate(tar.path, first);
        if (entries.has('manifest.json'))
            for (const name of await index.#differing(tar, others))
                ambiguous.add(name);
        return index;
    }
    async #differing(tar, repeated) {
        const names = [];
        const same = new Set();
        for (const { name, entry } of repeated) {
            const first = this.#follow(this.#entries.get(name));
            const second = this.#follow(entry);
            const pair = `${first?.position} ${second?.position}`;
            if (same.has(pair))
                continue;
            const isSame = first !== undefined && second?.size === first.size && (await isEqual(tar, first, second));
            if (isSame)
                same.add(pair);
            else
                names.push(name);
        }
        return names;
    }
    has(name) {
        return this.#entries.has(name);
    }
    names() {
        return this.#entries.keys();
    }
    find(name) {
        const entry = this.#entries.get(name);
        if (entry === undefined)
            return undefined;
        const range = this.#follow(entry);
        if (range === undefined)
            throw unsafeLink(this.#path, name);
        return range;
    }
    #follow(start) {
        let entry = start;
        for (let links = 0; entry !== undefined && 'linkTo' in entry; links++) {
            if (entry.linkTo === undefined || links === MAX_LINKS)
                return undefined;
            entry = this.#entries.get(entry.linkTo) ?? this.#entries.get(slashed(entry.linkTo));
        }
        return entry;
    }
    findOnly(name) {
        if (this.#ambiguous.has(name))
            throw duplicate(this.#path, name);
        return this.find(name);
    }
}
const COMPARED_BYTES = 256 * 1024;
async function isEqual({ handle, path }, first, second) {
    if (first.position === second.position)
        return true;
    for (let at = 0; at < first.size; at += COMPARED_BYTES) {
        const length = Math.min(COMPARED_BYTES, first.size - at);
        const [one, other] = [Buffer.alloc(length), Buffer.alloc(length)];
        await (0,read/* readAt */.m6)(handle, one, first.position + at, path);
        await (0,read/* readAt */.m6)(handle, other, second.position + at, path);
        if (!one.equals(other))
            return false;
    }
    return true;
}
async function* headersOf(tar) {
    for (let position = 0; position < tar.size;) {
        const header = await (0,tar_header/* readTarHeader */.RO)(tar, position);
        if (header === undefined)
            return;
        const size = hasContent(header) ? header.size : 0;
        if (header.contentAt + size > tar.size)
            throw (0,tar_header/* truncated */.ps)(tar, header.contentAt + size);
        yield header;
        position = header.contentAt + (0,tar_header/* padded */.jC)(size);
    }
}
function hasContent({ type }) {
    return type === 'file' || type === 'contiguous-file' || type === null;
}
function entryOf(header, name = '') {
    const { type, linkName, contentAt, size } = header;
    if (type === 'file' || type === 'contiguous-file')
        return { position: contentAt, size };
    if (type === 'link')
        return { linkTo: hardLinkTarget(header) };
    if (type === 'symlink')
        return { linkTo: within(linkName, external_node_path_.posix.dirname(name)) };
    return undefined;
}
function slashed(name) {
    return external_node_path_.posix.normalize(name.replaceAll('\\', '/'));
}
function hardLinkTarget({ name, linkName }) {
    return external_node_path_.posix.isAbsolute(name) ? normalized(linkName) : within(linkName);
}
function normalized(name) {
    return within(name.replace(/^\/+/, ''));
}
function within(path, from = '.') {
    if (external_node_path_.posix.isAbsolute(path) || path.length > MAX_NAME_LENGTH)
        return undefined;
    const name = external_node_path_.posix.join(from, path);
    return name === '..' || name.startsWith('../') ? undefined : name;
}
function tooMany(tar) {
    return new errors/* PushError */.Vc('INVALID_TAR', `${tar.path} has more than ${MAX_TAR_ENTRIES} entries`, {
        hint: 'Write a tar that holds the layout and nothing else.',
    });
}
function duplicate(path, name) {
    return new errors/* PushError */.Vc('INVALID_TAR', `${path} contains ${name} twice, and they differ`, {
        hint: 'Programs disagree on which one counts: write a new tar instead of appending to the old one.',
    });
}
function unsafeLink(path, name) {
    return new errors/* PushError */.Vc('UNSAFE_LINK', `${path}: ${name} is a link that does not lead to a file in the tar`, {
        hint: 'Bazel and other tools leave links into their caches. Write the tar with the files that they lead to: "tar --dereference" ("tar -h").',
    });
}

;// CONCATENATED MODULE: ./src/layout/tar-source.ts
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








const BLOBS = 'blobs/sha256/';
async function openTar(path, options = {}) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const opened = __addDisposableResource(env_1, new AsyncDisposableStack(), true);
        const tar = await openFile(path, options, opened);
        const index = await TarIndex.read(tar);
        if (isDockerArchive(index)) {
            const { openDockerArchive } = await __webpack_require__.e(/* import() */ 75).then(__webpack_require__.bind(__webpack_require__, 2075));
            return await openDockerArchive(tar, index, options, opened.move());
        }
        (0,not_a_layout/* refuseForeignTar */.sk)(path, index);
        return new TarSource(tar, index, opened.move());
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
function isDockerArchive(index) {
    return index.has('manifest.json') && !index.has('index.json') && !index.has('version');
}
async function openFile(path, options, opened) {
    const handle = await (0,promises_.open)(path, external_node_fs_.constants.O_RDONLY | external_node_fs_.constants.O_NONBLOCK).catch((cause) => {
        throw (0,read/* unreadable */.O$)(path, cause);
    });
    opened.use(handle);
    const stat = await (0,read/* statusOf */.c2)(handle, path);
    if (!stat.isFile())
        throw (0,not_a_layout/* notALayout */.HW)(path, 'neither a directory nor a file');
    const head = new Uint8Array(Math.min(stat.size, tar_header/* BLOCK_BYTES */.Yo));
    await (0,read/* readAt */.m6)(handle, head, 0, path);
    const file = { handle, path, size: stat.size };
    const compression = (0,layout_compression/* compressionOf */.MB)(head);
    if (compression?.decompress !== undefined) {
        const { unpackTar } = await __webpack_require__.e(/* import() */ 977).then(__webpack_require__.bind(__webpack_require__, 3977));
        return opened.use(await unpackTar(file, compression, options)).tar;
    }
    (0,not_a_layout/* refuseForeignFile */.D3)(path, head);
    if (!(0,tar_header/* isTarStart */.MF)(head)) {
        const { notATar } = await __webpack_require__.e(/* import() */ 259).then(__webpack_require__.bind(__webpack_require__, 2259));
        throw await notATar(path, head);
    }
    return file;
}
class TarSource {
    #tar;
    #index;
    #opened;
    constructor(tar, index, opened) {
        this.#tar = tar;
        this.#index = index;
        this.#opened = opened;
    }
    locationOf(file) {
        return `${this.#tar.path}: ${file}`;
    }
    sizeOf(file) {
        return Promise.resolve().then(() => this.#index.find(file)?.size);
    }
    blobNames() {
        const names = [...this.#index.names()].filter((name) => name.startsWith(BLOBS));
        return Promise.resolve(names.map((name) => name.slice(BLOBS.length)));
    }
    open(file) {
        return Promise.resolve().then(() => {
            const range = this.#index.find(file);
            return range && new range_reader/* RangeReader */.$(this.#tar, range, this.locationOf(file));
        });
    }
    [Symbol.asyncDispose]() {
        return this.#opened.disposeAsync();
    }
}


/***/ })

};
