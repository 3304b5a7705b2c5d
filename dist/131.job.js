export const id = 131;
export const ids = [131];
export const modules = {

/***/ 4131:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   readDescriptors: () => (/* binding */ readDescriptors)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(3916);
/* harmony import */ var _oci_given_descriptors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7575);
/* harmony import */ var _oci_digest_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(8825);
/* harmony import */ var _oci_json_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1691);
/* harmony import */ var _oci_limits_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(4593);
/* harmony import */ var _read_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(4480);
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







const MAX_FILE_BYTES = _oci_limits_js__WEBPACK_IMPORTED_MODULE_6__/* .MAX_MANIFEST_BYTES */ .ZJ;
async function readDescriptors(lines) {
    const found = [];
    for (const [at, line] of lines.entries()) {
        const where = lines.length === 1 ? 'index-of' : `index-of, line ${at + 1}`;
        if ((0,_oci_given_descriptors_js__WEBPACK_IMPORTED_MODULE_2__/* .startsJson */ ._)(line))
            found.push(...(0,_oci_given_descriptors_js__WEBPACK_IMPORTED_MODULE_2__/* .parseDescriptors */ .m)(line, where));
        else
            for (const path of await filesOf(line))
                found.push(...(await readFile(path)));
    }
    return found;
}
async function filesOf(line) {
    if ((0,_oci_digest_js__WEBPACK_IMPORTED_MODULE_3__/* .isDigest */ .Bc)(line))
        throw bareDigest(line);
    const kind = await kindOf(line);
    if (kind === 'directory')
        throw isDirectory(line);
    if (kind === 'other')
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .PushError */ .Vc('INVALID_DESCRIPTOR', `${line} is no regular file`);
    if (kind === 'file')
        return [line];
    if (!/[*?[\]{}]/.test(line))
        throw notFound(`${line} does not exist`);
    const files = [];
    for await (const path of (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.glob)(line))
        if ((await kindOf(path)) === 'file')
            files.push(path);
    if (files.length === 0)
        throw notFound(`${line} matches no file`);
    return files.sort();
}
async function kindOf(path) {
    try {
        const status = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(path);
        if (status.isDirectory())
            return 'directory';
        return status.isFile() ? 'file' : 'other';
    }
    catch (error) {
        const code = (0,_read_js__WEBPACK_IMPORTED_MODULE_5__/* .errorCode */ .CA)(error);
        return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : 'file';
    }
}
async function readFile(path) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const file = __addDisposableResource(env_1, await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.open)(path).catch((cause) => {
            throw (0,_read_js__WEBPACK_IMPORTED_MODULE_5__/* .unreadable */ .O$)(path, cause);
        }), true);
        const { size } = await (0,_read_js__WEBPACK_IMPORTED_MODULE_5__/* .statusOf */ .c2)(file, path);
        if (size > MAX_FILE_BYTES)
            throw tooLarge(path, size);
        const bytes = new Uint8Array(size);
        await (0,_read_js__WEBPACK_IMPORTED_MODULE_5__/* .readAt */ .m6)(file, bytes, 0, path);
        return (0,_oci_given_descriptors_js__WEBPACK_IMPORTED_MODULE_2__/* .parseDescriptors */ .m)(decoded(bytes, path), path);
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
function tooLarge(path, size) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .PushError */ .Vc('INVALID_DESCRIPTOR', `${path} has ${size} bytes: a file of descriptors has at most ${MAX_FILE_BYTES}`, { hint: 'If it is an image, push it with the input layout.' });
}
function decoded(bytes, path) {
    try {
        return new TextDecoder('utf-8', { fatal: true }).decode((0,_oci_json_js__WEBPACK_IMPORTED_MODULE_4__/* .withoutMark */ .E)(bytes));
    }
    catch (cause) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .PushError */ .Vc('INVALID_DESCRIPTOR', `${path} is not valid UTF-8`, { cause });
    }
}
function notFound(message) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .PushError */ .Vc('DESCRIPTORS_NOT_FOUND', `index-of: ${message}`);
}
function isDirectory(path) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .PushError */ .Vc('DESCRIPTORS_NOT_FOUND', `index-of: ${path} is a directory`, {
        hint: `Name the files in it, such as ${path.replace(/\/+$/, '')}/*.json. If it is an OCI layout, push it with the input layout.`,
    });
}
function bareDigest(digest) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .PushError */ .Vc('INVALID_DESCRIPTOR', `index-of: ${digest} is a digest, and no descriptor`, {
        hint: 'A digest alone says neither media type nor platform. Give the output descriptor of the push instead.',
    });
}


/***/ })

};
