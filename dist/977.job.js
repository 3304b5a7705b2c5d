export const id = 977;
export const ids = [977];
export const modules = {

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

/***/ 3977:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  unpackTar: () => (/* binding */ unpackTar)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:os"
var external_node_os_ = __webpack_require__(8161);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: external "node:stream/promises"
var external_node_stream_promises_ = __webpack_require__(6466);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/layout/compression.ts
var layout_compression = __webpack_require__(4720);
;// CONCATENATED MODULE: ./src/layout/growth-bound.ts
const MAX_GROWTH = 100;
const MIN_GROWTH_BOUND = 1024 ** 3;
function growthBound(packedBytes, freeBytes) {
    const bytes = Math.max(MIN_GROWTH_BOUND, packedBytes * MAX_GROWTH);
    if (freeBytes < bytes) {
        return { bytes: freeBytes, reason: 'all that the disk has free', isDisk: true };
    }
    return { bytes, reason: `the limit for a compressed tar of ${packedBytes} bytes` };
}

// EXTERNAL MODULE: ./src/layout/not-a-layout.ts
var not_a_layout = __webpack_require__(1580);
// EXTERNAL MODULE: ./src/layout/read.ts
var read = __webpack_require__(4480);
// EXTERNAL MODULE: ./src/layout/unwritable.ts
var unwritable = __webpack_require__(4387);
// EXTERNAL MODULE: ./src/layout/scratch.ts
var scratch = __webpack_require__(4976);
// EXTERNAL MODULE: ./src/layout/tar-header.ts + 1 modules
var tar_header = __webpack_require__(6995);
;// CONCATENATED MODULE: ./src/layout/zstd-frames.ts


const MAX_ZSTD_FRAMES = 50_000;
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const CHECKSUM_BYTES = 4;
const BLOCK_HEADER_BYTES = 3;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
async function* zstdFrames(file) {
    let count = 0;
    for (let position = 0; position < file.size;) {
        if (++count > MAX_ZSTD_FRAMES)
            throw (0,layout_compression/* damaged */.qM)(file.path, 'zstd', position, 'too many frames');
        const head = await readFrom(file, position, 8);
        const magic = head.readUInt32LE(0);
        const isSkipped = magic - (magic % 16) === SKIPPABLE_MAGIC;
        if (!isSkipped && magic !== MAGIC)
            throw (0,layout_compression/* damaged */.qM)(file.path, 'zstd', position, 'no frame');
        const end = isSkipped ? position + 8 + head.readUInt32LE(4) : await endOf(file, position);
        if (end > file.size)
            throw (0,layout_compression/* cutShort */.VV)(file, 'zstd');
        if (!isSkipped)
            yield { position, size: end - position };
        position = end;
    }
}
async function endOf(file, start) {
    const descriptor = (await readFrom(file, start + 4, 1)).readUInt8(0);
    let position = start + headerBytes(descriptor);
    for (let isLast = false; !isLast;) {
        const header = (await readFrom(file, position, BLOCK_HEADER_BYTES)).readUIntLE(0, 3);
        const type = (header >> 1) & 3;
        if (type === RESERVED_BLOCK)
            throw (0,layout_compression/* damaged */.qM)(file.path, 'zstd', position, 'no block');
        position += BLOCK_HEADER_BYTES + (type === RLE_BLOCK ? 1 : header >> 3);
        isLast = (header & 1) === 1;
    }
    const hasChecksum = (descriptor & 4) !== 0;
    return position + (hasChecksum ? CHECKSUM_BYTES : 0);
}
function headerBytes(descriptor) {
    const isSingleSegment = (descriptor & 0x20) !== 0;
    const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
    const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
    return 5 + (isSingleSegment ? 0 : 1) + dictionary + contentSize;
}
async function readFrom(file, position, length) {
    if (position + length > file.size)
        throw (0,layout_compression/* cutShort */.VV)(file, 'zstd');
    const bytes = Buffer.alloc(length);
    await (0,read/* readAt */.m6)(file.handle, bytes, position, file.path);
    return bytes;
}

;// CONCATENATED MODULE: ./src/layout/unpack.ts
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













const IN_PLACE = 'A layout in a directory, or in a tar that is not compressed, is read in place and needs no room.';
const CHUNK_BYTES = 64 * 1024;
async function unpackTar(packed, compression, options = {}, boundOf = growthBound) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const opened = __addDisposableResource(env_1, new AsyncDisposableStack(), true);
        const { handle, folder, freeBytes } = await makeTarget(packed, options.temporary, opened);
        const target = { handle, folder, bound: boundOf(packed.size, freeBytes) };
        const size = await decompress(packed, compression, target, options.signal);
        options.tell?.(`unpacked ${packed.path} (${compression.name}): ${counted(packed.size)} became ${counted(size)} in ${folder}`);
        const kept = opened.move();
        return {
            tar: { handle, path: packed.path, size },
            [Symbol.asyncDispose]: () => kept.disposeAsync(),
        };
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
async function makeTarget(packed, temporary, opened) {
    try {
        const { path: folder } = opened.use(await (0,scratch/* makeScratch */.l)(temporary));
        const handle = opened.use(await (0,promises_.open)((0,external_node_path_.join)(folder, 'layout.tar'), 'wx+', 0o600));
        const { bavail, bsize } = await (0,promises_.statfs)(folder);
        return { handle, folder, freeBytes: bavail * bsize };
    }
    catch (cause) {
        throw (0,unwritable/* unwritable */.m)(packed.path, { folder: temporary ?? (0,external_node_os_.tmpdir)() }, cause, IN_PLACE);
    }
}
async function decompress(packed, compression, target, signal) {
    const writer = new TarWriter(packed, compression, target);
    for await (const piece of piecesOf(packed, compression)) {
        const stream = compression.decompress?.();
        if (stream === undefined)
            throw (0,not_a_layout/* decompressFirst */.S6)(packed.path, compression);
        const write = (chunks) => writer.write(chunks);
        try {
            await (0,external_node_stream_promises_.pipeline)(chunksOf(packed, piece), stream, write, { signal });
        }
        catch (error) {
            signal?.throwIfAborted();
            throw explained(error, packed, compression, piece.position + stream.bytesWritten);
        }
    }
    return writer.end();
}
async function* piecesOf(packed, { name }) {
    if (name === 'zstd')
        yield* zstdFrames(packed);
    else
        yield { position: 0, size: packed.size };
}
async function* chunksOf({ handle, path }, { position: start, size }) {
    for (let at = 0; at < size; at += CHUNK_BYTES) {
        const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - at));
        await (0,read/* readAt */.m6)(handle, chunk, start + at, path);
        yield chunk;
    }
}
class TarWriter {
    #packed;
    #compression;
    #target;
    #size = 0;
    #head = new Uint8Array();
    constructor(packed, compression, target) {
        this.#packed = packed;
        this.#compression = compression;
        this.#target = target;
    }
    async write(chunks) {
        for await (const chunk of chunks) {
            this.#size += chunk.byteLength;
            const { bound } = this.#target;
            if (this.#size > bound.bytes)
                throw tooLarge(this.#packed, this.#compression, this.#target);
            if (this.#head.byteLength < tar_header/* BLOCK_BYTES */.Yo) {
                this.#head = Buffer.concat([this.#head, chunk]).subarray(0, tar_header/* BLOCK_BYTES */.Yo);
                if (this.#head.byteLength === tar_header/* BLOCK_BYTES */.Yo)
                    this.#checkHead();
            }
            await this.#append(chunk);
        }
    }
    async #append(chunk) {
        const { handle, folder } = this.#target;
        const written = this.#size - chunk.byteLength;
        await handle.writeFile(chunk).catch((cause) => {
            throw (0,unwritable/* unwritable */.m)(this.#packed.path, { folder, written }, cause, IN_PLACE);
        });
    }
    end() {
        if (this.#head.byteLength < tar_header/* BLOCK_BYTES */.Yo)
            this.#checkHead();
        return this.#size;
    }
    #checkHead() {
        if ((0,tar_header/* isTarStart */.MF)(this.#head))
            return;
        const what = `compressed with ${this.#compression.name}, but holds no tar`;
        throw (0,not_a_layout/* notALayout */.HW)(this.#packed.path, what);
    }
}
function explained(error, packed, compression, position) {
    const code = (0,read/* errorCode */.CA)(error);
    if (code === undefined || !/^Z(?:STD)?_/.test(code))
        return error;
    if (code === 'Z_BUF_ERROR')
        return (0,layout_compression/* cutShort */.VV)(packed, compression.name);
    if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
        return (0,not_a_layout/* decompressFirst */.S6)(packed.path, { ...compression, command: 'zstd -dc --long=31' });
    }
    return (0,layout_compression/* damaged */.qM)(packed.path, compression.name, position, code);
}
function tooLarge({ path }, compression, { folder, bound: { bytes, reason, isDisk = false } }) {
    const message = `${path} unpacks to more than ${bytes} bytes, ${reason}`;
    if (isDisk) {
        const hint = `Free some space on the disk of RUNNER_TEMP. ${IN_PLACE}`;
        return new errors/* PushError */.Vc('DISK_FULL', `${message} (${folder})`, { hint });
    }
    const command = (0,not_a_layout/* commandFor */.Fw)(path, compression);
    return new errors/* PushError */.Vc('TOO_LARGE', message, {
        hint: `If the file is your own, decompress it before this step: ${command}`,
    });
}
function counted(bytes) {
    return `${bytes.toLocaleString('en')} bytes`;
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
