import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 916:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Vc: () => (/* binding */ PushError),
/* harmony export */   bD: () => (/* binding */ messageOf)
/* harmony export */ });
/* unused harmony exports ERRORS, withoutToken */
const ERRORS = {
    INVALID_INPUT: {
        means: 'An input is missing or invalid.',
        hint: 'Correct the input that the message names.',
        docs: 'A tag has 1 to 128 letters, digits, `_`, `.` and `-`, and starts with neither `.` nor `-`. A repository name has 2 to 256 lowercase letters and digits, separated by `-`, `_`, `.` or `/`.',
    },
    NO_REGION: {
        means: 'No AWS region is set.',
        hint: 'Set the input aws-region, or run aws-actions/configure-aws-credentials before this step.',
    },
    LAYOUT_NOT_FOUND: {
        means: 'The path does not exist.',
        hint: 'Set the input layout to the path that the build wrote, relative to the working directory of the step.',
    },
    NOT_A_LAYOUT: {
        means: 'The path is not an OCI image layout.',
        hint: 'Build one with "docker buildx build --output type=oci,dest=image.tar", or "skopeo copy SOURCE oci:DIRECTORY:TAG".',
        docs: "For example, a directory of skopeo's `dir:` transport, a root file system, a tar or a layer of a `docker save` archive compressed with xz or bzip2, a layout version other than 1.0.0, or a blob that is a folder, a pipe or a device. The message says which, and names the command that converts it where there is one.",
    },
    LAYOUT_UNREADABLE: {
        means: 'The operating system could not read a file, or write a temporary one.',
        hint: 'Check the permissions of the layout and the disk that holds it.',
    },
    UNSAFE_LINK: {
        means: 'A link leads out of the layout, in a loop, or to nothing.',
        hint: 'A link in a layout must lead to a file in it. Bazel and other tools leave links into their caches: copy the layout with the files that they lead to ("cp -rL"), or set follow-links: workspace if those are in the workspace.',
        docs: 'In a tar, a link must lead to a file in that tar: write it with `tar --dereference` (`-h`).',
    },
    INVALID_TAR: {
        means: 'The tar is damaged or truncated, or programs would read it differently.',
        hint: 'Write the tar again.',
        docs: 'For example, it holds two different files under one name of the layout, a sparse file, a size that is not a number, more than 50,000 entries, or headers that no build tool writes. If your own build did not write it, find out where it comes from before you use it.',
    },
    INVALID_JSON: {
        means: 'A file is not valid JSON, or programs would read it differently.',
        hint: 'The file may be truncated or damaged: build the layout again.',
        docs: 'For example, it is not UTF-8, has a key twice in one object, or is nested too deeply.',
    },
    INVALID_MANIFEST: {
        means: 'A field of an index, a manifest or a config is missing or invalid.',
        hint: 'The layout is malformed: build it again with a current version of the tool that wrote it.',
        docs: 'Also a manifest that is both an index and an image, one whose `mediaType` differs from what its descriptor says, and an index that contains itself. Do not trust a layout like that unless your own build wrote it.',
    },
    UNSUPPORTED_MEDIA_TYPE: {
        means: 'A manifest is neither an OCI nor a Docker schema 2 image or index.',
        hint: 'ECR takes OCI image manifests and indexes, and Docker manifests (v2s2) and manifest lists. Export a BuildKit cache with image-manifest=true,oci-mediatypes=true.',
        docs: 'Convert an old image with `skopeo copy --format v2s2`.',
    },
    TOO_LARGE: {
        means: 'A manifest, a config, an index, all of them together, or a tar once unpacked exceed a limit.',
        hint: 'If the image is your own, push less at once: select one image with the input image, or fewer platforms with the input platforms.',
        docs: 'ECR takes at most 4 MiB per manifest. The other limits are far above what tools write: 10,000 descriptors in one manifest, 16 levels of indexes, 64 MiB of manifests in one image. A compressed tar may unpack to 100 times its size, or to 1 GiB if that is more.',
    },
    DIGEST_MISMATCH: {
        means: 'A file does not have the size or the digest that its descriptor gives.',
        hint: 'The file was truncated or changed after the build: build the layout again.',
    },
    BLOB_MISSING: {
        means: 'Something the image needs is not in the layout.',
        hint: 'The layout is incomplete: build it again, or copy all of its files.',
    },
    EMPTY_BLOB: {
        means: 'A blob is empty, which ECR refuses.',
        hint: 'Build without the empty layer; even an empty tar has 1024 bytes.',
        docs: 'An artifact without a config has the empty one, `{}`, of the media type `application/vnd.oci.empty.v1+json`.',
    },
    TOO_MANY_LAYERS: {
        means: 'An image has more than 500 layers, which ECR refuses.',
        hint: 'Build the image with fewer layers: combine RUN steps, or squash the image.',
    },
    NO_IMAGE: {
        means: 'The layout lists no image, or the inputs leave none.',
        hint: 'Check that the build wrote its image into this layout.',
    },
    AMBIGUOUS_IMAGE: {
        means: 'The layout lists several images.',
        hint: 'Set the input image to the name or, where names repeat, to the digest of one of them.',
    },
    IMAGE_NOT_FOUND: {
        means: 'The layout does not list the image that the input image names.',
        hint: 'Set the input image to a name or digest from the list.',
    },
    PLATFORM_NOT_FOUND: {
        means: 'The layout has no image for a platform that the input platforms names.',
        hint: 'Set the input platforms to those that the layout has, or build the missing ones.',
    },
    NOT_A_SINGLE_IMAGE: {
        means: 'single-image: unwrap found an index of several images, or of none.',
        hint: 'Keep one platform with the input platforms, or leave single-image out.',
    },
    CONFLICTING_PLATFORMS: {
        means: 'Two layouts, or two descriptors of index-of, are different images for one platform.',
        hint: 'Leave one of the layouts out, or select other platforms with the input platforms.',
    },
    INCOMPLETE_INDEX: {
        means: 'An index lists platforms or attestations that the layout lacks, as "docker save" can write it.',
        hint: 'Build the complete layout again.',
        docs: 'If inputs can limit the push to what is there, the error names them.',
    },
    DESCRIPTORS_NOT_FOUND: {
        means: 'There is no file of descriptors where index-of says.',
        hint: 'Paths and globs are relative to the working directory of the step. Check that an earlier step downloaded or wrote the files.',
    },
    INVALID_DESCRIPTOR: {
        means: 'What index-of names is no descriptor that can be joined, or is not what its manifest says.',
        hint: 'Give the output descriptor of each push by digest as it is: JSON with mediaType, digest, size and platform.',
        docs: 'For example, a digest alone, a descriptor of a layer, one without a platform, two that say different things of one image, or a size or media type that differs from those of the manifest in ECR.',
    },
    IMAGE_NOT_IN_REPOSITORY: {
        means: 'An image that index-of joins is not in the repository.',
        hint: 'Push each of the images into this repository first, with push-by-digest: true. A descriptor does not say where its image was pushed: compare repository, region and account with those of that step.',
        docs: 'An index can only list what is in its own repository. With several repositories, each must hold all of the images.',
    },
    REPOSITORY_NOT_FOUND: {
        means: 'The repository does not exist.',
        hint: 'Check {where}. To create it, set create-repository: true.',
    },
    REGISTRY_NOT_FOUND: {
        means: 'The registry does not exist.',
        hint: 'Check the alias or account id in front of the repository name.',
    },
    ACCESS_DENIED: {
        means: 'The credentials lack a permission.',
        hint: 'Allow {action} on {arn}, and whatever else docs/permissions.md lists. For a repository in another account, its repository policy must allow it too.',
    },
    NO_CREDENTIALS: {
        means: 'No AWS credentials were found.',
        hint: 'Run aws-actions/configure-aws-credentials before this step, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the runner a role. A workflow that a fork triggers gets neither secrets nor OIDC tokens.',
    },
    ROLE_REFUSED: {
        means: 'AWS refused to issue credentials for the role in the environment.',
        hint: "Check the role's ARN, its trust policy and, with OIDC, the job's permission id-token: write.",
    },
    CREDENTIALS_EXPIRED: {
        means: 'The AWS credentials have expired.',
        hint: 'Run aws-actions/configure-aws-credentials right before this step, with a longer role-duration-seconds.',
    },
    CREDENTIALS_INVALID: {
        means: 'AWS does not recognize the credentials, or refused the signature.',
        hint: "Check the access key, secret and session token, that they belong to the AWS partition of {region}, and the runner's clock.",
    },
    LIMIT_EXCEEDED: {
        means: 'The repository or the registry has reached a quota.',
        hint: 'Delete images or tags, add a lifecycle policy, or request a higher quota.',
    },
    KMS: {
        means: "The repository's KMS key cannot be used.",
        hint: 'Enable the key, and restore the grants that ECR made when the repository was created.',
    },
    INVALID_PARAMETER: {
        means: 'ECR refused a parameter, or a manifest.',
        hint: "ECR's own message says which one.",
        docs: 'For a manifest, ECR says little more than "Invalid JSON syntax", so the message names the manifest, what it is in the image, and what in it ECR is known to refuse: no layers; a `subject` with a `platform`; `os.features`; a config with annotations; null values; an `artifactType` or another type that is oddly spelt, has a `;` or is unknown; too many layers or bytes. The hint says which input leaves an attestation or a referrer out.',
    },
    TAG_IS_IMMUTABLE: {
        means: 'A tag points to another image and cannot move.',
        hint: 'Push under another tag, make the tag mutable, or set if-tag-exists: skip.',
    },
    UPLOAD_FAILED: {
        means: 'A layer or a manifest did not arrive, or ECR lost it.',
        hint: 'Run the step again: layers that arrived are not sent again. If that does not help, check whether a proxy alters what it passes on, then open an issue with the log.',
    },
    TARGETS_FAILED: {
        means: 'At least one of several repositories failed.',
        hint: 'The message names each failed repository with its error; the others are complete.',
    },
    THROTTLED: {
        means: 'AWS throttled the calls for longer than the action waits.',
        hint: 'Run the step again later: layers that arrived are not sent again. If it happens often, run fewer pushes in this account and region at once, or request a higher rate quota.',
    },
    SERVER_ERROR: {
        means: 'ECR answered with server errors for longer than the action waits.',
        hint: 'Run the step again later; https://health.aws.amazon.com/ reports outages.',
    },
    UNEXPECTED_RESPONSE: {
        means: 'ECR gave an answer that this action does not recognize.',
        hint: 'Run the step again; if it keeps happening, open an issue with the log.',
    },
    INVALID_ENDPOINT: {
        means: 'The ECR endpoint cannot be used: a bad address, no TLS, or not ECR.',
        hint: 'Check whether a proxy, a firewall or a captive portal stands between the runner and ECR, and AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_ECR and AWS_ENDPOINT_URL_ECR_PUBLIC: each must start with https:// (or http://, for an endpoint without TLS), and none can be combined with AWS_USE_FIPS_ENDPOINT or AWS_USE_DUALSTACK_ENDPOINT. ECR Public is available only in us-east-1.',
        docs: 'The message has the HTTP status, and whether it was a web page that came: ECR answers every call in JSON.',
    },
    HOST_NOT_FOUND: {
        means: 'The host of the ECR endpoint was not found.',
        hint: "Check the region, the runner's DNS and AWS_ENDPOINT_URL; behind a proxy, check its settings.",
    },
    CONNECTION_REFUSED: {
        means: 'The ECR endpoint cannot be reached.',
        hint: "Check the runner's firewall, VPC endpoint and proxy, and AWS_ENDPOINT_URL if it is set.",
    },
    CONNECTION_LOST: {
        means: 'The connection to ECR broke or stalled for longer than the action waits.',
        hint: "Run the step again: layers that arrived are not sent again. If it happens often, check the runner's network.",
    },
    CERTIFICATE_REFUSED: {
        means: 'The TLS certificate of the ECR endpoint is not trusted.',
        hint: 'If a proxy intercepts TLS, set NODE_EXTRA_CA_CERTS to the path of its CA certificate.',
    },
    PROXY_REFUSED: {
        means: 'The proxy did not connect to the ECR endpoint.',
        hint: 'Check the user and password in https-proxy or HTTPS_PROXY, and that the proxy allows this host; NO_PROXY lists hosts to reach without it.',
    },
    DISK_FULL: {
        means: 'The disk of the temporary folder has too little room.',
        hint: 'Free some space on the disk of RUNNER_TEMP.',
        docs: 'Only compressed tars and archives of `docker save` whose layers are not compressed need room there: a directory or a tar that holds a layout is read in place. EDQUOT is a quota, EFBIG a limit for the size of one file (`ulimit -f`).',
    },
    TOO_MANY_OPEN_FILES: {
        means: 'The system does not let this process open another file or connection.',
        hint: 'Raise the limit for open files: "ulimit -n" in a shell, LimitNOFILE= of the service that runs the runner, or "--ulimit nofile=" of its container. 1024 are plenty.',
        docs: 'EMFILE is the limit of the process, ENFILE that of the whole machine. Where the limit of the process is low, a push opens fewer connections; it needs about 50 files, connections included.',
    },
    UNSUPPORTED_NODE: {
        means: 'The action was started with a version of Node.js that is too old.',
        hint: 'Use the action through "uses:", which brings the right one, or start it with Node.js 24 or newer.',
    },
    CANCELLED: {
        means: 'The step was cancelled, or fail-fast stopped a repository.',
        hint: 'Run it again: layers that arrived are not sent again.',
    },
    OUTPUTS_LOST: {
        means: 'The push (or the plan, with dry-run) is complete, but the outputs of the step could not be written.',
        hint: 'Check that the step may write to the file that GITHUB_OUTPUT names, and that its disk has room. The image is pushed: running the step again sends no layer.',
        docs: 'The step fails because later steps would read empty outputs. The message gives the digest.',
    },
    STALLED: {
        means: 'The step stopped before its end, because there was nothing left that it waited for.',
        hint: 'Run the step again: layers that arrived are not sent again. It is a bug in this action: please open an issue with this log.',
    },
    INTERNAL: {
        means: 'A bug in this action.',
        hint: 'Please open an issue with this log.',
    },
};
class PushError extends Error {
    name = 'PushError';
    code;
    hint;
    constructor(code, message, { hint, cause } = {}) {
        super(message, cause === undefined ? undefined : { cause });
        this.code = code;
        this.hint = hint ?? ERRORS[code].hint;
    }
}
function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
function withoutToken(text) {
    return text.replace(/(x-amz-security-token\s*[:=]\s*)[^\s"'&;]+/gi, '$1***');
}


/***/ }),

/***/ 661:
/***/ ((module, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(413);
/* harmony import */ var _resume_actions_cache_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(100);
/* harmony import */ var _resume_journal_folder_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(761);
/* harmony import */ var _resume_open_upload_journal_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(289);
/* harmony import */ var _resume_save_uploads_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(461);
/* harmony import */ var _resume_upload_cache_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(670);






const { RUNNER_TEMP: temporary, GITHUB_RUN_ID: run, GITHUB_RUN_ATTEMPT: attempt } = process.env;
const push = _actions_core__WEBPACK_IMPORTED_MODULE_0__/* .getState */ .Gu(_resume_open_upload_journal_js__WEBPACK_IMPORTED_MODULE_3__/* .PUSH_STATE */ .R);
const { /* info */ "pq": info, /* debug */ "Yz": debug } = _actions_core__WEBPACK_IMPORTED_MODULE_0__;
if (push && temporary) {
    const cache = new _resume_actions_cache_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionsCache */ .Y({ debug });
    const options = { folder: new _resume_journal_folder_js__WEBPACK_IMPORTED_MODULE_2__/* .JournalFolder */ .m(temporary, debug), cache: new _resume_upload_cache_js__WEBPACK_IMPORTED_MODULE_5__/* .UploadCache */ .w(cache) };
    await (0,_resume_save_uploads_js__WEBPACK_IMPORTED_MODULE_4__/* .saveUploads */ .A)(push, { ...options, run: `${run ?? 0}-${attempt ?? 0}`, info, debug });
    if (cache.isAbandoned)
        process.exit();
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 100:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Y: () => (/* binding */ ActionsCache)
});

;// CONCATENATED MODULE: external "node:async_hooks"
const external_node_async_hooks_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:async_hooks");
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __nccwpck_require__(455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __nccwpck_require__(760);
;// CONCATENATED MODULE: external "node:timers/promises"
const external_node_timers_promises_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:timers/promises");
;// CONCATENATED MODULE: ./src/async/sleep.ts

async function sleep(milliseconds, signal) {
    signal?.throwIfAborted();
    if (milliseconds <= 0)
        return;
    await (0,external_node_timers_promises_namespaceObject.setTimeout)(milliseconds, undefined, signal === undefined ? {} : { signal }).catch((error) => {
        signal?.throwIfAborted();
        throw error;
    });
}
async function elapse(milliseconds) {
    await delay(milliseconds, undefined, { ref: false });
}
async function settlesWithin(promise, milliseconds) {
    const settled = new AbortController();
    const late = sleep(milliseconds, settled.signal).then(() => false, () => true);
    try {
        return await Promise.race([late, promise.then(() => true)]);
    }
    finally {
        settled.abort();
    }
}

;// CONCATENATED MODULE: ./src/resume/load-cache-client.js
/**
 * JavaScript, because the bundler must see the comment, and TypeScript removes it: the client stays out of the bundles of the
 * entries, which share one file of it. `scripts/build.ts` makes that file.
 */
function loadCacheClient() {
  return import(/* webpackIgnore: true */ './cache-client.js');
}

// EXTERNAL MODULE: ./src/resume/read-bounded.ts
var read_bounded = __nccwpck_require__(55);
;// CONCATENATED MODULE: ./src/resume/actions-cache.ts






const PATIENCE = 4500;
class ActionsCache {
    #debug;
    #environment;
    #patience;
    #isAbandoned = false;
    constructor({ debug, environment = process.env, patience = PATIENCE }) {
        this.#debug = debug;
        this.#environment = environment;
        this.#patience = patience;
    }
    get isAbandoned() {
        return this.#isAbandoned;
    }
    get isAvailable() {
        const { ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL, ACTIONS_RUNTIME_TOKEN } = this.#environment;
        const hasOlder = Boolean(ACTIONS_CACHE_URL);
        const hasCache = hasOlder || (Boolean(ACTIONS_RESULTS_URL) && Boolean(ACTIONS_RUNTIME_TOKEN));
        return hasCache && !this.#isAbandoned;
    }
    async restore({ path, maxBytes }, prefixes) {
        if (!this.isAvailable)
            return undefined;
        const [first] = prefixes;
        return this.#call(path, async () => {
            const { restoreCache } = await loadCacheClient();
            const found = await restoreCache([path], `${first}latest`, [...prefixes]);
            return found === undefined ? undefined : readAndRemove((0,external_node_path_.resolve)(path), maxBytes);
        });
    }
    async save({ path }, key, bytes) {
        if (!this.isAvailable)
            return false;
        return this.#call(path, async () => {
            const { saveCache } = await loadCacheClient();
            await (0,promises_.rm)((0,external_node_path_.resolve)(path), { force: true });
            await (0,promises_.writeFile)((0,external_node_path_.resolve)(path), bytes, { flag: 'wx' });
            try {
                return (await saveCache([path], key)) > 0;
            }
            finally {
                await (0,promises_.rm)((0,external_node_path_.resolve)(path), { force: true });
            }
        });
    }
    async #call(path, work) {
        const done = quietly(work, this.#debug);
        if (await settlesWithin(done, this.#patience))
            return done;
        this.#isAbandoned = true;
        done.catch(() => undefined);
        await (0,promises_.rm)((0,external_node_path_.resolve)(path), { force: true });
        throw new Error(`no answer within ${this.#patience} ms`);
    }
}
async function readAndRemove(path, maxBytes) {
    try {
        return await (0,read_bounded/* readBounded */.C)(path, maxBytes);
    }
    finally {
        await (0,promises_.rm)(path, { force: true });
    }
}
const listeners = new external_node_async_hooks_namespaceObject.AsyncLocalStorage();
async function quietly(work, debug) {
    listenToStdout();
    return listeners.run(debug, work);
}
let isListening = false;
function listenToStdout() {
    if (isListening)
        return;
    isListening = true;
    const write = process.stdout.write.bind(process.stdout);
    const divert = (chunk) => {
        const tell = listeners.getStore();
        const text = Buffer.from(chunk).toString();
        if (tell === undefined || text.startsWith('::add-mask::'))
            return write(chunk);
        listeners.exit(() => tell(spoken(text)));
        return true;
    };
    process.stdout.write = divert;
}
function spoken(line) {
    const text = line.trim();
    const [, said] = /^::\w+::(.*)$/s.exec(text) ?? [];
    return said?.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%') ?? text;
}


/***/ }),

/***/ 761:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ JournalFolder)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(24);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__nccwpck_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_1__);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(760);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_2___default = /*#__PURE__*/__nccwpck_require__.n(node_path__WEBPACK_IMPORTED_MODULE_2__);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(916);
/* harmony import */ var _read_bounded_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(55);
/* harmony import */ var _uploads_js__WEBPACK_IMPORTED_MODULE_5__ = __nccwpck_require__(994);






const MAX_FILES = 1000;
const NAME = /^[0-9a-f]{32}\.([1-9][0-9]{0,9})\.json$/;
class JournalFolder {
    #path;
    #debug;
    #process;
    constructor(folder, debug, pid = process.pid) {
        this.#path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(folder, 'ecr-layer-push-uploads');
        this.#debug = debug;
        this.#process = pid;
    }
    fileOf(uploadName) {
        return `${uploadName}.${this.#process}.json`;
    }
    async read() {
        const names = await this.#list();
        const left = [];
        for (const file of names.slice(0, MAX_FILES)) {
            const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(this.#path, file);
            try {
                const { push, uploads } = (0,_uploads_js__WEBPACK_IMPORTED_MODULE_5__/* .parseUploads */ .wC)(await (0,_read_bounded_js__WEBPACK_IMPORTED_MODULE_4__/* .readBounded */ .C)(path, _uploads_js__WEBPACK_IMPORTED_MODULE_5__/* .MAX_UPLOADS_BYTES */ .s1), path);
                if (uploads.length === 0)
                    this.remove([file]);
                left.push(...uploads.map((upload) => ({ file, push, upload })));
            }
            catch (error) {
                this.#debug(`${path} was not read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .messageOf */ .bD)(error)}`);
            }
        }
        return left;
    }
    write(file, bytes) {
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.mkdirSync)(this.#path, { recursive: true, mode: 0o700 });
        this.#refuseLink((0,node_fs__WEBPACK_IMPORTED_MODULE_0__.lstatSync)(this.#path));
        const path = (0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(this.#path, file);
        const whole = `${path}.new`;
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmSync)(whole, { force: true });
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.writeFileSync)(whole, bytes, { flag: 'wx', mode: 0o600 });
        (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.renameSync)(whole, path);
    }
    remove(files) {
        for (const file of files) {
            for (const name of [file, `${file}.new`])
                (0,node_fs__WEBPACK_IMPORTED_MODULE_0__.rmSync)((0,node_path__WEBPACK_IMPORTED_MODULE_2__.join)(this.#path, name), { force: true });
        }
    }
    async #list() {
        try {
            this.#refuseLink(await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.lstat)(this.#path));
            const names = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.readdir)(this.#path);
            return names.filter((name) => this.#isLeft(name));
        }
        catch (error) {
            if (!isMissing(error))
                this.#debug(`${this.#path} was not read: ${(0,_errors_js__WEBPACK_IMPORTED_MODULE_3__/* .messageOf */ .bD)(error)}`);
            return [];
        }
    }
    #isLeft(name) {
        const pid = Number(NAME.exec(name)?.[1]);
        return Number.isInteger(pid) && (pid === this.#process || !isAlive(pid));
    }
    #refuseLink(stats) {
        if (!stats.isDirectory())
            throw new Error(`${this.#path} is no folder`);
    }
}
function isAlive(pid) {
    try {
        return process.kill(pid, 0);
    }
    catch (error) {
        return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
}
function isMissing(error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}


/***/ }),

/***/ 289:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  R: () => (/* binding */ PUSH_STATE)
});

// UNUSED EXPORTS: openUploadJournal

// EXTERNAL MODULE: ./src/resume/journal-folder.ts
var journal_folder = __nccwpck_require__(761);
// EXTERNAL MODULE: ./src/resume/upload-cache.ts
var upload_cache = __nccwpck_require__(670);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __nccwpck_require__(916);
;// CONCATENATED MODULE: ./src/resume/journal-writer.ts

class journal_writer_JournalWriter {
    #options;
    #hasBegun = false;
    #isBroken = false;
    constructor(options) {
        this.#options = options;
    }
    put(file, content) {
        if (!this.#hasBegun)
            this.#options.onFirst();
        this.#hasBegun = true;
        this.#attempt((folder) => folder.write(file, content));
    }
    remove(files) {
        if (files.length > 0)
            this.#attempt((folder) => folder.remove(files));
    }
    #attempt(work) {
        if (this.#isBroken)
            return;
        try {
            work(this.#options.folder);
        }
        catch (error) {
            this.#isBroken = true;
            const why = messageOf(error);
            this.#options.debug(`Where uploads are is not kept any more: ${why}`);
        }
    }
}

// EXTERNAL MODULE: ./src/resume/place.ts
var place = __nccwpck_require__(144);
// EXTERNAL MODULE: ./src/resume/uploads.ts + 4 modules
var uploads = __nccwpck_require__(994);
;// CONCATENATED MODULE: ./src/resume/upload-journal.ts




class upload_journal_UploadJournal {
    #options;
    constructor(options) {
        this.#options = options;
    }
    open(image, places) {
        const { folder, debug } = this.#options;
        const push = pushName(places, image);
        const writer = new JournalWriter({ folder, debug, onFirst: () => this.#announce(push) });
        let restored;
        const restore = () => (restored ??= this.#restore(push));
        return places.map((place) => new UploadNotes({ ...this.#options, push, place, writer, restore }));
    }
    #announce(push) {
        try {
            this.#options.onKept(push);
        }
        catch (error) {
            this.#options.debug(`The post step does not know of uploads: ${messageOf(error)}`);
        }
    }
    async #restore(push) {
        const { cache, debug } = this.#options;
        if (!cache.isAvailable)
            return [];
        try {
            return await cache.restore(push);
        }
        catch (error) {
            debug(`Where uploads of an earlier run ended is not known: ${messageOf(error)}`);
            return [];
        }
    }
}
class UploadNotes {
    #options;
    #known = new Map();
    #looked = Promise.resolve();
    #forgotten = new Set();
    constructor(options) {
        this.#options = options;
    }
    expect(uploads, present) {
        this.#looked = this.#look(uploads.filter((layer) => this.#isWorthIt(layer)), present);
    }
    async find(layer) {
        if (!this.#isWorthIt(layer) || this.#forgotten.has(layer.digest))
            return undefined;
        await this.#looked;
        const found = this.#known.get(layer.digest);
        if (found === undefined)
            return undefined;
        const { uploadId, partSize, nextByte } = found.upload;
        return { uploadId, partSize, nextByte };
    }
    note(layer, position) {
        if (!this.#isWorthIt(layer) || position.nextByte <= 0)
            return;
        const { digest, size } = layer;
        const { place, now = Date.now } = this.#options;
        const { type, registryId, region, name: repository } = place;
        const { uploadId, partSize, nextByte } = position;
        const where = { type, registryId, region, repository };
        this.#keep({ ...where, digest, size, uploadId, partSize, nextByte, at: now() });
    }
    forget(layer) {
        if (!this.#isWorthIt(layer))
            return;
        const { writer } = this.#options;
        this.#forgotten.add(layer.digest);
        writer.remove([this.#fileOf(layer.digest)]);
        writer.remove(this.#known.get(layer.digest)?.files ?? []);
    }
    #isWorthIt({ size }) {
        return size > this.#options.partSize;
    }
    async #look(layers, present) {
        const { folder, writer, restore } = this.#options;
        const left = await folder.read();
        for (const layer of present)
            writer.remove(this.#best(layer, left)?.files ?? []);
        const lacking = layers.filter((layer) => !this.#learn(layer, left));
        if (lacking.length === 0)
            return;
        const cached = (await restore()).map((upload) => ({ upload }));
        for (const layer of lacking) {
            const found = this.#learn(layer, cached);
            if (found !== undefined)
                this.#keep(found.upload);
        }
    }
    #learn(layer, uploads) {
        const found = this.#best(layer, uploads);
        if (found !== undefined)
            this.#known.set(layer.digest, found);
        return found;
    }
    #best(layer, uploads) {
        const { place } = this.#options;
        const ofLayer = uploads.filter(({ upload }) => isInto(place, upload) && upload.digest === layer.digest && upload.size === layer.size);
        const [best] = ofLayer.toSorted((a, b) => b.upload.nextByte - a.upload.nextByte);
        if (best === undefined)
            return undefined;
        return { upload: best.upload, files: ofLayer.flatMap(({ file = [] }) => file) };
    }
    #keep(upload) {
        const { push, writer } = this.#options;
        writer.put(this.#fileOf(upload.digest), uploadsToBytes({ push, uploads: [upload] }));
    }
    #fileOf(layer) {
        const { folder, place } = this.#options;
        return folder.fileOf(uploadName(place, layer));
    }
}

;// CONCATENATED MODULE: ./src/resume/open-upload-journal.ts



const USUAL_PART_SIZE = (/* unused pure expression or super */ null && (10 * 1024 * 1024));
const NO_CACHE = { isAvailable: false, restore: () => Promise.resolve([]) };
const PUSH_STATE = 'push';
function openUploadJournal({ folder, cache, partSize = USUAL_PART_SIZE, saveState, debug, }) {
    if (!folder)
        return undefined;
    return new UploadJournal({
        folder: new JournalFolder(folder, debug),
        cache: cache === undefined ? NO_CACHE : new UploadCache(cache),
        partSize,
        onKept: (push) => saveState(PUSH_STATE, push),
        debug,
    });
}


/***/ }),

/***/ 144:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   yN: () => (/* binding */ placesIn)
/* harmony export */ });
/* unused harmony exports pushName, uploadName, isInto */
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);

function pushName(places, image) {
    const texts = places.map((place) => textOf(place)).sort();
    return `${hashOf(texts)}-${hashOf([image])}`;
}
function placesIn(push) {
    return push.slice(0, push.indexOf('-') + 1);
}
function uploadName(place, layer) {
    return hashOf([textOf(place), layer]);
}
function isInto({ type, registryId, region, name }, upload) {
    if (type !== upload.type || region !== upload.region || name !== upload.repository)
        return false;
    const ids = new Set([registryId, upload.registryId]);
    return ids.size === 1 || ids.has(undefined);
}
function textOf({ type, registryId = '', region = '', name }) {
    return JSON.stringify([type, registryId, region, name]);
}
function hashOf(texts) {
    return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 32);
}


/***/ }),

/***/ 55:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ readBounded)
/* harmony export */ });
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(24);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_fs__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(455);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_1___default = /*#__PURE__*/__nccwpck_require__.n(node_fs_promises__WEBPACK_IMPORTED_MODULE_1__);
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


async function readBounded(path, maxBytes) {
    const env_1 = { stack: [], error: void 0, hasError: false };
    try {
        const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = node_fs__WEBPACK_IMPORTED_MODULE_0__.constants;
        const file = __addDisposableResource(env_1, await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_1__.open)(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), true);
        const stats = await file.stat();
        if (!stats.isFile())
            throw new Error('it is no regular file');
        if (stats.size > maxBytes)
            throw new Error(`it has ${stats.size} bytes`);
        return await file.readFile();
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


/***/ }),

/***/ 461:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   A: () => (/* binding */ saveUploads)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(916);
/* harmony import */ var _uploads_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(994);


async function saveUploads(push, { folder, cache, run, info, debug }) {
    try {
        const left = (await folder.read()).filter((each) => each.push === push);
        if (left.length === 0)
            return;
        const uploads = left.map(({ upload }) => upload).slice(0, _uploads_js__WEBPACK_IMPORTED_MODULE_1__/* .MAX_UPLOADS */ .gD);
        if (!(await cache.save({ push, uploads }, run)))
            return;
        const layers = uploads.length === 1 ? '1 layer' : `${uploads.length} layers`;
        info(`Kept how far ${layers} had come: the next run goes on from there`);
    }
    catch (error) {
        const why = (0,_errors_js__WEBPACK_IMPORTED_MODULE_0__/* .messageOf */ .bD)(error);
        debug(`How far uploads had come was not kept: ${why}`);
    }
}


/***/ }),

/***/ 670:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ UploadCache)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(598);
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__nccwpck_require__.n(node_crypto__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _place_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(144);
/* harmony import */ var _uploads_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(994);



const FILE = { path: '.ecr-layer-push-uploads.json', maxBytes: _uploads_js__WEBPACK_IMPORTED_MODULE_2__/* .MAX_UPLOADS_BYTES */ .s1 };
const PREFIX = 'ecr-layer-push-uploads-1-';
class UploadCache {
    #cache;
    constructor(cache) {
        this.#cache = cache;
    }
    get isAvailable() {
        return this.#cache.isAvailable;
    }
    async restore(push) {
        const prefixes = [`${PREFIX}${push}-`, `${PREFIX}${(0,_place_js__WEBPACK_IMPORTED_MODULE_1__/* .placesIn */ .yN)(push)}`];
        const bytes = await this.#cache.restore(FILE, prefixes);
        return bytes === undefined ? [] : (0,_uploads_js__WEBPACK_IMPORTED_MODULE_2__/* .parseUploads */ .wC)(bytes, 'the cache of GitHub Actions').uploads;
    }
    async save(kept, run) {
        const bytes = (0,_uploads_js__WEBPACK_IMPORTED_MODULE_2__/* .uploadsToBytes */ .Ff)(kept);
        const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256').update(bytes).digest('hex').slice(0, 16);
        return this.#cache.save(FILE, `${PREFIX}${kept.push}-${run}-${hash}`, bytes);
    }
}


/***/ }),

/***/ 994:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  gD: () => (/* binding */ MAX_UPLOADS),
  s1: () => (/* binding */ MAX_UPLOADS_BYTES),
  wC: () => (/* binding */ parseUploads),
  Ff: () => (/* binding */ uploadsToBytes)
});

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __nccwpck_require__(598);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __nccwpck_require__(916);
;// CONCATENATED MODULE: ./src/oci/digest.ts


const SHA256_DIGEST = /^sha256:[a-f0-9]{64}$/;
function isDigest(text) {
    return SHA256_DIGEST.test(text);
}
function parseDigest(text, where) {
    if (isDigest(text))
        return text;
    throw new errors/* PushError */.Vc('INVALID_MANIFEST', `${where}: ${JSON.stringify(text.slice(0, 200))} is not a sha256 digest`, {
        hint: 'A digest is "sha256:" followed by 64 lowercase hexadecimal digits; ECR accepts no other algorithm.',
    });
}
function digestOf(bytes) {
    return digestFrom(createHash('sha256').update(bytes));
}
function digestFrom(sha256) {
    return parseDigest(`sha256:${sha256.digest('hex')}`, 'computed digest');
}

;// CONCATENATED MODULE: ./src/oci/fields.ts

function isFields(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
class FieldReader {
    where;
    #fields;
    #code;
    constructor(value, where, code) {
        if (!isFields(value)) {
            throw new errors/* PushError */.Vc(code, `${where} is not a JSON object`);
        }
        this.where = where;
        this.#fields = value;
        this.#code = code;
    }
    get(name) {
        return this.#fields[name] ?? undefined;
    }
    has(name) {
        return this.get(name) !== undefined;
    }
    string(name) {
        const value = this.get(name);
        if (value === undefined || value === '')
            return undefined;
        if (typeof value === 'string')
            return value;
        throw this.invalid(`${name} is not a string`);
    }
    requiredString(name) {
        const value = this.string(name);
        if (value === undefined)
            throw this.invalid(`${name} is missing`);
        return value;
    }
    isNull(name) {
        return this.#fields[name] === null;
    }
    array(name) {
        const value = this.get(name);
        if (value === undefined)
            return undefined;
        if (isArray(value))
            return value;
        throw this.invalid(`${name} is not an array`);
    }
    strings(name) {
        const value = this.array(name);
        if (value === undefined || value.every((item) => typeof item === 'string'))
            return value;
        throw this.invalid(`${name} contains a value that is not a string`);
    }
    stringMap(name) {
        const value = this.get(name);
        if (value === undefined)
            return undefined;
        if (isFields(value)) {
            const members = Object.entries(value).filter(([, member]) => member !== null);
            if (members.every(isTextMember))
                return Object.fromEntries(members);
        }
        throw this.invalid(`${name} is not an object whose values are all strings`);
    }
    invalid(problem) {
        return new errors/* PushError */.Vc(this.#code, `${this.where}: ${problem}`);
    }
}
function shown(value) {
    return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200);
}
function escaped(text) {
    return JSON.stringify(text).slice(1, -1);
}
function isArray(value) {
    return Array.isArray(value);
}
function isTextMember(member) {
    return typeof member[1] === 'string';
}

;// CONCATENATED MODULE: ./src/oci/limits.ts
const MAX_MANIFEST_BYTES = (/* unused pure expression or super */ null && (4 * 1024 * 1024));
const MAX_DESCRIPTORS = 10_000;
const MAX_JSON_DEPTH = 64;
const MAX_LAYERS = 500;

;// CONCATENATED MODULE: ./src/oci/json.ts


function parseStrictJson(bytes, where) {
    const text = decodeUtf8(bytes, where);
    if (text.startsWith(MARK))
        throw marked(where);
    try {
        refuseDuplicateKeys(text, where);
        return JSON.parse(text);
    }
    catch (cause) {
        if (cause instanceof errors/* PushError */.Vc)
            throw cause;
        throw new errors/* PushError */.Vc('INVALID_JSON', `${where} is not valid JSON`, {
            cause,
        });
    }
}
const MARK = '\ufeff';
function withoutMark(bytes) {
    const mark = Buffer.from(MARK);
    return mark.equals(bytes.subarray(0, mark.byteLength)) ? bytes.subarray(mark.byteLength) : bytes;
}
function marked(where) {
    return new errors/* PushError */.Vc('INVALID_JSON', `${where} starts with a byte order mark (BOM), which JSON does not allow`, {
        hint: 'Windows PowerShell adds one. Write the file as UTF-8 without it: its digest changes.',
    });
}
function decodeUtf8(bytes, where) {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    }
    catch (cause) {
        throw new errors/* PushError */.Vc('INVALID_JSON', `${where} is not valid UTF-8`, {
            hint: 'JSON in an OCI layout is UTF-8: the file may be damaged, or not JSON at all.',
            cause,
        });
    }
}
function refuseDuplicateKeys(text, where) {
    const open = [];
    let keyIsNext = false;
    for (let at = 0; at < text.length; at++) {
        const character = text[at];
        if (character === '{' || character === '[') {
            keyIsNext = character === '{';
            open.push(keyIsNext ? new Set() : undefined);
            if (open.length > MAX_JSON_DEPTH)
                throw tooDeep(where);
        }
        else if (character === '}' || character === ']') {
            open.pop();
            keyIsNext = false;
        }
        else if (character === ',') {
            keyIsNext = open.at(-1) !== undefined;
        }
        else if (character === '"') {
            const end = endOfString(text, at);
            if (keyIsNext)
                addKey(open.at(-1), text.slice(at, end + 1), where);
            keyIsNext = false;
            at = end;
        }
    }
}
function endOfString(text, start) {
    for (let at = start + 1; at < text.length; at++) {
        if (text[at] === '\\')
            at++;
        else if (text[at] === '"')
            return at;
    }
    return text.length;
}
function addKey(keys, literal, where) {
    const key = literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
    if (keys?.has(key)) {
        throw new errors/* PushError */.Vc('INVALID_JSON', `${where} has the key ${JSON.stringify(key.slice(0, 100))} twice in one object`, { hint: 'Programs disagree on which one counts: build the layout again.' });
    }
    keys?.add(key);
}
function tooDeep(where) {
    return new errors/* PushError */.Vc('INVALID_JSON', `${where} is nested deeper than ${MAX_JSON_DEPTH} levels`);
}

;// CONCATENATED MODULE: ./src/resume/uploads.ts



const MAX_UPLOADS = 500;
const MAX_UPLOADS_BYTES = 512 * 1024;
const MAX_AGE = 24 * 60 * 60 * 1000;
const VERSION = 1;
const MIB = 1024 * 1024;
const PART_SIZES = [5 * MIB, 20 * MIB];
const UPLOAD_ID = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/;
const PUSH = /^[0-9a-f-]{1,200}$/;
function uploadsToBytes({ push, uploads }) {
    return Buffer.from(JSON.stringify({ version: VERSION, push, uploads }));
}
function parseUploads(bytes, where, now = Date.now()) {
    const fields = new FieldReader(parseStrictJson(bytes, where), where, 'INVALID_MANIFEST');
    const version = fields.get('version');
    if (version !== VERSION)
        throw fields.invalid(`version is ${shown(version)}, not ${VERSION}`);
    const push = fields.requiredString('push');
    if (!PUSH.test(push))
        throw fields.invalid(`push is ${shown(push)}`);
    const uploads = fields.array('uploads') ?? [];
    if (uploads.length > MAX_UPLOADS)
        throw fields.invalid(`it has ${uploads.length} uploads`);
    const parsed = uploads.map((upload, at) => parseUpload(upload, `${where}: uploads[${at}]`));
    return { push, uploads: parsed.filter(({ at }) => Math.abs(now - at) <= MAX_AGE) };
}
function parseUpload(value, where) {
    const fields = new FieldReader(value, where, 'INVALID_MANIFEST');
    const uploadId = fields.requiredString('uploadId');
    if (!UPLOAD_ID.test(uploadId))
        throw fields.invalid(`uploadId is ${shown(uploadId)}`);
    const size = wholeNumber(fields, 'size', [1, Number.MAX_SAFE_INTEGER]);
    return {
        type: fields.requiredString('type'),
        registryId: fields.string('registryId'),
        region: fields.string('region'),
        repository: fields.requiredString('repository'),
        digest: parseDigest(fields.requiredString('digest'), `${where}.digest`),
        size,
        uploadId,
        partSize: wholeNumber(fields, 'partSize', PART_SIZES),
        nextByte: wholeNumber(fields, 'nextByte', [1, size]),
        at: wholeNumber(fields, 'at', [0, Number.MAX_SAFE_INTEGER]),
    };
}
function wholeNumber(fields, name, [least, most]) {
    const value = fields.get(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
        return value;
    throw fields.invalid(`${name} is ${shown(value)}, not a whole number from ${least} to ${most}`);
}


/***/ }),

/***/ 598:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:crypto");

/***/ }),

/***/ 24:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs");

/***/ }),

/***/ 455:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:fs/promises");

/***/ }),

/***/ 760:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");

/***/ }),

/***/ 413:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  Yz: () => (/* binding */ core_debug),
  Gu: () => (/* binding */ getState),
  pq: () => (/* binding */ info)
});

// UNUSED EXPORTS: ExitCode, addPath, endGroup, error, exportVariable, getBooleanInput, getIDToken, getInput, getMultilineInput, group, isDebug, markdownSummary, notice, platform, saveState, setCommandEcho, setFailed, setOutput, setSecret, startGroup, summary, toPlatformPath, toPosixPath, toWin32Path, warning

;// CONCATENATED MODULE: external "os"
const external_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("os");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/utils.js
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */
/**
 * Sanitizes an input into a string so it can be passed into issueCommand safely
 * @param input input to sanitize into a string
 */
function utils_toCommandValue(input) {
    if (input === null || input === undefined) {
        return '';
    }
    else if (typeof input === 'string' || input instanceof String) {
        return input;
    }
    return JSON.stringify(input);
}
/**
 *
 * @param annotationProperties
 * @returns The command properties to send with the actual annotation command
 * See IssueCommandProperties: https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs#L646
 */
function utils_toCommandProperties(annotationProperties) {
    if (!Object.keys(annotationProperties).length) {
        return {};
    }
    return {
        title: annotationProperties.title,
        file: annotationProperties.file,
        line: annotationProperties.startLine,
        endLine: annotationProperties.endLine,
        col: annotationProperties.startColumn,
        endColumn: annotationProperties.endColumn
    };
}
//# sourceMappingURL=utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/command.js


/**
 * Issues a command to the GitHub Actions runner
 *
 * @param command - The command name to issue
 * @param properties - Additional properties for the command (key-value pairs)
 * @param message - The message to include with the command
 * @remarks
 * This function outputs a specially formatted string to stdout that the Actions
 * runner interprets as a command. These commands can control workflow behavior,
 * set outputs, create annotations, mask values, and more.
 *
 * Command Format:
 *   ::name key=value,key=value::message
 *
 * @example
 * ```typescript
 * // Issue a warning annotation
 * issueCommand('warning', {}, 'This is a warning message');
 * // Output: ::warning::This is a warning message
 *
 * // Set an environment variable
 * issueCommand('set-env', { name: 'MY_VAR' }, 'some value');
 * // Output: ::set-env name=MY_VAR::some value
 *
 * // Add a secret mask
 * issueCommand('add-mask', {}, 'secretValue123');
 * // Output: ::add-mask::secretValue123
 * ```
 *
 * @internal
 * This is an internal utility function that powers the public API functions
 * such as setSecret, warning, error, and exportVariable.
 */
function command_issueCommand(command, properties, message) {
    const cmd = new Command(command, properties, message);
    process.stdout.write(cmd.toString() + external_os_namespaceObject.EOL);
}
function command_issue(name, message = '') {
    command_issueCommand(name, {}, message);
}
const CMD_STRING = '::';
class Command {
    constructor(command, properties, message) {
        if (!command) {
            command = 'missing.command';
        }
        this.command = command;
        this.properties = properties;
        this.message = message;
    }
    toString() {
        let cmdStr = CMD_STRING + this.command;
        if (this.properties && Object.keys(this.properties).length > 0) {
            cmdStr += ' ';
            let first = true;
            for (const key in this.properties) {
                if (this.properties.hasOwnProperty(key)) {
                    const val = this.properties[key];
                    if (val) {
                        if (first) {
                            first = false;
                        }
                        else {
                            cmdStr += ',';
                        }
                        cmdStr += `${key}=${escapeProperty(val)}`;
                    }
                }
            }
        }
        cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
        return cmdStr;
    }
}
function escapeData(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A');
}
function escapeProperty(s) {
    return utils_toCommandValue(s)
        .replace(/%/g, '%25')
        .replace(/\r/g, '%0D')
        .replace(/\n/g, '%0A')
        .replace(/:/g, '%3A')
        .replace(/,/g, '%2C');
}
//# sourceMappingURL=command.js.map
;// CONCATENATED MODULE: external "crypto"
const external_crypto_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("crypto");
;// CONCATENATED MODULE: external "fs"
const external_fs_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("fs");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/file-command.js
// For internal use, subject to change.
// We use any as a valid input type
/* eslint-disable @typescript-eslint/no-explicit-any */




function file_command_issueFileCommand(command, message) {
    const filePath = process.env[`GITHUB_${command}`];
    if (!filePath) {
        throw new Error(`Unable to find environment variable for file command ${command}`);
    }
    if (!fs.existsSync(filePath)) {
        throw new Error(`Missing file at path: ${filePath}`);
    }
    fs.appendFileSync(filePath, `${toCommandValue(message)}${os.EOL}`, {
        encoding: 'utf8'
    });
}
function file_command_prepareKeyValueMessage(key, value) {
    const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
    const convertedValue = toCommandValue(value);
    // These should realistically never happen, but just in case someone finds a
    // way to exploit uuid generation let's not allow keys or values that contain
    // the delimiter.
    if (key.includes(delimiter)) {
        throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
    }
    if (convertedValue.includes(delimiter)) {
        throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
    }
    return `${key}<<${delimiter}${os.EOL}${convertedValue}${os.EOL}${delimiter}`;
}
//# sourceMappingURL=file-command.js.map
;// CONCATENATED MODULE: external "path"
const external_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("path");
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/oidc-utils.js
var __awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};



class oidc_utils_OidcClient {
    static createHttpClient(allowRetry = true, maxRetry = 10) {
        const requestOptions = {
            allowRetries: allowRetry,
            maxRetries: maxRetry
        };
        return new HttpClient('actions/oidc-client', [new BearerCredentialHandler(oidc_utils_OidcClient.getRequestToken())], requestOptions);
    }
    static getRequestToken() {
        const token = process.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
        if (!token) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_TOKEN env variable');
        }
        return token;
    }
    static getIDTokenUrl() {
        const runtimeUrl = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'];
        if (!runtimeUrl) {
            throw new Error('Unable to get ACTIONS_ID_TOKEN_REQUEST_URL env variable');
        }
        return runtimeUrl;
    }
    static getCall(id_token_url) {
        return __awaiter(this, void 0, void 0, function* () {
            var _a;
            const httpclient = oidc_utils_OidcClient.createHttpClient();
            const res = yield httpclient
                .getJson(id_token_url)
                .catch(error => {
                throw new Error(`Failed to get ID Token. \n 
        Error Code : ${error.statusCode}\n 
        Error Message: ${error.message}`);
            });
            const id_token = (_a = res.result) === null || _a === void 0 ? void 0 : _a.value;
            if (!id_token) {
                throw new Error('Response json body do not have ID Token field');
            }
            return id_token;
        });
    }
    static getIDToken(audience) {
        return __awaiter(this, void 0, void 0, function* () {
            try {
                // New ID Token is requested from action service
                let id_token_url = oidc_utils_OidcClient.getIDTokenUrl();
                if (audience) {
                    const encodedAudience = encodeURIComponent(audience);
                    id_token_url = `${id_token_url}&audience=${encodedAudience}`;
                }
                debug(`ID token url is ${id_token_url}`);
                const id_token = yield oidc_utils_OidcClient.getCall(id_token_url);
                setSecret(id_token);
                return id_token;
            }
            catch (error) {
                throw new Error(`Error message: ${error.message}`);
            }
        });
    }
}
//# sourceMappingURL=oidc-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/summary.js
var summary_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const { access, appendFile, writeFile } = external_fs_namespaceObject.promises;
const SUMMARY_ENV_VAR = 'GITHUB_STEP_SUMMARY';
const SUMMARY_DOCS_URL = 'https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#adding-a-job-summary';
class Summary {
    constructor() {
        this._buffer = '';
    }
    /**
     * Finds the summary file path from the environment, rejects if env var is not found or file does not exist
     * Also checks r/w permissions.
     *
     * @returns step summary file path
     */
    filePath() {
        return summary_awaiter(this, void 0, void 0, function* () {
            if (this._filePath) {
                return this._filePath;
            }
            const pathFromEnv = process.env[SUMMARY_ENV_VAR];
            if (!pathFromEnv) {
                throw new Error(`Unable to find environment variable for $${SUMMARY_ENV_VAR}. Check if your runtime environment supports job summaries.`);
            }
            try {
                yield access(pathFromEnv, external_fs_namespaceObject.constants.R_OK | external_fs_namespaceObject.constants.W_OK);
            }
            catch (_a) {
                throw new Error(`Unable to access summary file: '${pathFromEnv}'. Check if the file has correct read/write permissions.`);
            }
            this._filePath = pathFromEnv;
            return this._filePath;
        });
    }
    /**
     * Wraps content in an HTML tag, adding any HTML attributes
     *
     * @param {string} tag HTML tag to wrap
     * @param {string | null} content content within the tag
     * @param {[attribute: string]: string} attrs key-value list of HTML attributes to add
     *
     * @returns {string} content wrapped in HTML element
     */
    wrap(tag, content, attrs = {}) {
        const htmlAttrs = Object.entries(attrs)
            .map(([key, value]) => ` ${key}="${value}"`)
            .join('');
        if (!content) {
            return `<${tag}${htmlAttrs}>`;
        }
        return `<${tag}${htmlAttrs}>${content}</${tag}>`;
    }
    /**
     * Writes text in the buffer to the summary buffer file and empties buffer. Will append by default.
     *
     * @param {SummaryWriteOptions} [options] (optional) options for write operation
     *
     * @returns {Promise<Summary>} summary instance
     */
    write(options) {
        return summary_awaiter(this, void 0, void 0, function* () {
            const overwrite = !!(options === null || options === void 0 ? void 0 : options.overwrite);
            const filePath = yield this.filePath();
            const writeFunc = overwrite ? writeFile : appendFile;
            yield writeFunc(filePath, this._buffer, { encoding: 'utf8' });
            return this.emptyBuffer();
        });
    }
    /**
     * Clears the summary buffer and wipes the summary file
     *
     * @returns {Summary} summary instance
     */
    clear() {
        return summary_awaiter(this, void 0, void 0, function* () {
            return this.emptyBuffer().write({ overwrite: true });
        });
    }
    /**
     * Returns the current summary buffer as a string
     *
     * @returns {string} string of summary buffer
     */
    stringify() {
        return this._buffer;
    }
    /**
     * If the summary buffer is empty
     *
     * @returns {boolen} true if the buffer is empty
     */
    isEmptyBuffer() {
        return this._buffer.length === 0;
    }
    /**
     * Resets the summary buffer without writing to summary file
     *
     * @returns {Summary} summary instance
     */
    emptyBuffer() {
        this._buffer = '';
        return this;
    }
    /**
     * Adds raw text to the summary buffer
     *
     * @param {string} text content to add
     * @param {boolean} [addEOL=false] (optional) append an EOL to the raw text (default: false)
     *
     * @returns {Summary} summary instance
     */
    addRaw(text, addEOL = false) {
        this._buffer += text;
        return addEOL ? this.addEOL() : this;
    }
    /**
     * Adds the operating system-specific end-of-line marker to the buffer
     *
     * @returns {Summary} summary instance
     */
    addEOL() {
        return this.addRaw(external_os_namespaceObject.EOL);
    }
    /**
     * Adds an HTML codeblock to the summary buffer
     *
     * @param {string} code content to render within fenced code block
     * @param {string} lang (optional) language to syntax highlight code
     *
     * @returns {Summary} summary instance
     */
    addCodeBlock(code, lang) {
        const attrs = Object.assign({}, (lang && { lang }));
        const element = this.wrap('pre', this.wrap('code', code), attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML list to the summary buffer
     *
     * @param {string[]} items list of items to render
     * @param {boolean} [ordered=false] (optional) if the rendered list should be ordered or not (default: false)
     *
     * @returns {Summary} summary instance
     */
    addList(items, ordered = false) {
        const tag = ordered ? 'ol' : 'ul';
        const listItems = items.map(item => this.wrap('li', item)).join('');
        const element = this.wrap(tag, listItems);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML table to the summary buffer
     *
     * @param {SummaryTableCell[]} rows table rows
     *
     * @returns {Summary} summary instance
     */
    addTable(rows) {
        const tableBody = rows
            .map(row => {
            const cells = row
                .map(cell => {
                if (typeof cell === 'string') {
                    return this.wrap('td', cell);
                }
                const { header, data, colspan, rowspan } = cell;
                const tag = header ? 'th' : 'td';
                const attrs = Object.assign(Object.assign({}, (colspan && { colspan })), (rowspan && { rowspan }));
                return this.wrap(tag, data, attrs);
            })
                .join('');
            return this.wrap('tr', cells);
        })
            .join('');
        const element = this.wrap('table', tableBody);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds a collapsable HTML details element to the summary buffer
     *
     * @param {string} label text for the closed state
     * @param {string} content collapsable content
     *
     * @returns {Summary} summary instance
     */
    addDetails(label, content) {
        const element = this.wrap('details', this.wrap('summary', label) + content);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML image tag to the summary buffer
     *
     * @param {string} src path to the image you to embed
     * @param {string} alt text description of the image
     * @param {SummaryImageOptions} options (optional) addition image attributes
     *
     * @returns {Summary} summary instance
     */
    addImage(src, alt, options) {
        const { width, height } = options || {};
        const attrs = Object.assign(Object.assign({}, (width && { width })), (height && { height }));
        const element = this.wrap('img', null, Object.assign({ src, alt }, attrs));
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML section heading element
     *
     * @param {string} text heading text
     * @param {number | string} [level=1] (optional) the heading level, default: 1
     *
     * @returns {Summary} summary instance
     */
    addHeading(text, level) {
        const tag = `h${level}`;
        const allowedTag = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].includes(tag)
            ? tag
            : 'h1';
        const element = this.wrap(allowedTag, text);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML thematic break (<hr>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addSeparator() {
        const element = this.wrap('hr', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML line break (<br>) to the summary buffer
     *
     * @returns {Summary} summary instance
     */
    addBreak() {
        const element = this.wrap('br', null);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML blockquote to the summary buffer
     *
     * @param {string} text quote text
     * @param {string} cite (optional) citation url
     *
     * @returns {Summary} summary instance
     */
    addQuote(text, cite) {
        const attrs = Object.assign({}, (cite && { cite }));
        const element = this.wrap('blockquote', text, attrs);
        return this.addRaw(element).addEOL();
    }
    /**
     * Adds an HTML anchor tag to the summary buffer
     *
     * @param {string} text link text/content
     * @param {string} href hyperlink
     *
     * @returns {Summary} summary instance
     */
    addLink(text, href) {
        const element = this.wrap('a', text, { href });
        return this.addRaw(element).addEOL();
    }
}
const _summary = new Summary();
/**
 * @deprecated use `core.summary`
 */
const markdownSummary = (/* unused pure expression or super */ null && (_summary));
const summary = (/* unused pure expression or super */ null && (_summary));
//# sourceMappingURL=summary.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/path-utils.js

/**
 * toPosixPath converts the given path to the posix form. On Windows, \\ will be
 * replaced with /.
 *
 * @param pth. Path to transform.
 * @return string Posix path.
 */
function toPosixPath(pth) {
    return pth.replace(/[\\]/g, '/');
}
/**
 * toWin32Path converts the given path to the win32 form. On Linux, / will be
 * replaced with \\.
 *
 * @param pth. Path to transform.
 * @return string Win32 path.
 */
function toWin32Path(pth) {
    return pth.replace(/[/]/g, '\\');
}
/**
 * toPlatformPath converts the given path to a platform-specific path. It does
 * this by replacing instances of / and \ with the platform-specific path
 * separator.
 *
 * @param pth The path to platformize.
 * @return string The platform-specific path.
 */
function toPlatformPath(pth) {
    return pth.replace(/[/\\]/g, path.sep);
}
//# sourceMappingURL=path-utils.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/platform.js
var platform_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};


const getWindowsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout: version } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Version"', undefined, {
        silent: true
    });
    const { stdout: name } = yield exec.getExecOutput('powershell -command "(Get-CimInstance -ClassName Win32_OperatingSystem).Caption"', undefined, {
        silent: true
    });
    return {
        name: name.trim(),
        version: version.trim()
    };
});
const getMacOsInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    var _a, _b, _c, _d;
    const { stdout } = yield exec.getExecOutput('sw_vers', undefined, {
        silent: true
    });
    const version = (_b = (_a = stdout.match(/ProductVersion:\s*(.+)/)) === null || _a === void 0 ? void 0 : _a[1]) !== null && _b !== void 0 ? _b : '';
    const name = (_d = (_c = stdout.match(/ProductName:\s*(.+)/)) === null || _c === void 0 ? void 0 : _c[1]) !== null && _d !== void 0 ? _d : '';
    return {
        name,
        version
    };
});
const getLinuxInfo = () => platform_awaiter(void 0, void 0, void 0, function* () {
    const { stdout } = yield exec.getExecOutput('lsb_release', ['-i', '-r', '-s'], {
        silent: true
    });
    const [name, version] = stdout.trim().split('\n');
    return {
        name,
        version
    };
});
const platform = external_os_namespaceObject.platform();
const arch = external_os_namespaceObject.arch();
const isWindows = platform === 'win32';
const isMacOS = platform === 'darwin';
const isLinux = platform === 'linux';
function getDetails() {
    return platform_awaiter(this, void 0, void 0, function* () {
        return Object.assign(Object.assign({}, (yield (isWindows
            ? getWindowsInfo()
            : isMacOS
                ? getMacOsInfo()
                : getLinuxInfo()))), { platform,
            arch,
            isWindows,
            isMacOS,
            isLinux });
    });
}
//# sourceMappingURL=platform.js.map
;// CONCATENATED MODULE: ./node_modules/@actions/core/lib/core.js
var core_awaiter = (undefined && undefined.__awaiter) || function (thisArg, _arguments, P, generator) {
    function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
    return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
    });
};






/**
 * The code to exit an action
 */
var ExitCode;
(function (ExitCode) {
    /**
     * A code indicating that the action was successful
     */
    ExitCode[ExitCode["Success"] = 0] = "Success";
    /**
     * A code indicating that the action was a failure
     */
    ExitCode[ExitCode["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
//-----------------------------------------------------------------------
// Variables
//-----------------------------------------------------------------------
/**
 * Sets env variable for this action and future actions in the job
 * @param name the name of the variable to set
 * @param val the value of the variable. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function exportVariable(name, val) {
    const convertedVal = toCommandValue(val);
    process.env[name] = convertedVal;
    const filePath = process.env['GITHUB_ENV'] || '';
    if (filePath) {
        return issueFileCommand('ENV', prepareKeyValueMessage(name, val));
    }
    issueCommand('set-env', { name }, convertedVal);
}
/**
 * Registers a secret which will get masked from logs
 *
 * @param secret - Value of the secret to be masked
 * @remarks
 * This function instructs the Actions runner to mask the specified value in any
 * logs produced during the workflow run. Once registered, the secret value will
 * be replaced with asterisks (***) whenever it appears in console output, logs,
 * or error messages.
 *
 * This is useful for protecting sensitive information such as:
 * - API keys
 * - Access tokens
 * - Authentication credentials
 * - URL parameters containing signatures (SAS tokens)
 *
 * Note that masking only affects future logs; any previous appearances of the
 * secret in logs before calling this function will remain unmasked.
 *
 * @example
 * ```typescript
 * // Register an API token as a secret
 * const apiToken = "abc123xyz456";
 * setSecret(apiToken);
 *
 * // Now any logs containing this value will show *** instead
 * console.log(`Using token: ${apiToken}`); // Outputs: "Using token: ***"
 * ```
 */
function core_setSecret(secret) {
    issueCommand('add-mask', {}, secret);
}
/**
 * Prepends inputPath to the PATH (for this action and future actions)
 * @param inputPath
 */
function addPath(inputPath) {
    const filePath = process.env['GITHUB_PATH'] || '';
    if (filePath) {
        issueFileCommand('PATH', inputPath);
    }
    else {
        issueCommand('add-path', {}, inputPath);
    }
    process.env['PATH'] = `${inputPath}${path.delimiter}${process.env['PATH']}`;
}
/**
 * Gets the value of an input.
 * Unless trimWhitespace is set to false in InputOptions, the value is also trimmed.
 * Returns an empty string if the value is not defined.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string
 */
function getInput(name, options) {
    const val = process.env[`INPUT_${name.replace(/ /g, '_').toUpperCase()}`] || '';
    if (options && options.required && !val) {
        throw new Error(`Input required and not supplied: ${name}`);
    }
    if (options && options.trimWhitespace === false) {
        return val;
    }
    return val.trim();
}
/**
 * Gets the values of an multiline input.  Each value is also trimmed.
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   string[]
 *
 */
function getMultilineInput(name, options) {
    const inputs = getInput(name, options)
        .split('\n')
        .filter(x => x !== '');
    if (options && options.trimWhitespace === false) {
        return inputs;
    }
    return inputs.map(input => input.trim());
}
/**
 * Gets the input value of the boolean type in the YAML 1.2 "core schema" specification.
 * Support boolean input list: `true | True | TRUE | false | False | FALSE` .
 * The return value is also in boolean type.
 * ref: https://yaml.org/spec/1.2/spec.html#id2804923
 *
 * @param     name     name of the input to get
 * @param     options  optional. See InputOptions.
 * @returns   boolean
 */
function getBooleanInput(name, options) {
    const trueValue = ['true', 'True', 'TRUE'];
    const falseValue = ['false', 'False', 'FALSE'];
    const val = getInput(name, options);
    if (trueValue.includes(val))
        return true;
    if (falseValue.includes(val))
        return false;
    throw new TypeError(`Input does not meet YAML 1.2 "Core Schema" specification: ${name}\n` +
        `Support boolean input list: \`true | True | TRUE | false | False | FALSE\``);
}
/**
 * Sets the value of an output.
 *
 * @param     name     name of the output to set
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function setOutput(name, value) {
    const filePath = process.env['GITHUB_OUTPUT'] || '';
    if (filePath) {
        return issueFileCommand('OUTPUT', prepareKeyValueMessage(name, value));
    }
    process.stdout.write(os.EOL);
    issueCommand('set-output', { name }, toCommandValue(value));
}
/**
 * Enables or disables the echoing of commands into stdout for the rest of the step.
 * Echoing is disabled by default if ACTIONS_STEP_DEBUG is not set.
 *
 */
function setCommandEcho(enabled) {
    issue('echo', enabled ? 'on' : 'off');
}
//-----------------------------------------------------------------------
// Results
//-----------------------------------------------------------------------
/**
 * Sets the action status to failed.
 * When the action exits it will be with an exit code of 1
 * @param message add error issue message
 */
function setFailed(message) {
    process.exitCode = ExitCode.Failure;
    error(message);
}
//-----------------------------------------------------------------------
// Logging Commands
//-----------------------------------------------------------------------
/**
 * Gets whether Actions Step Debug is on or not
 */
function isDebug() {
    return process.env['RUNNER_DEBUG'] === '1';
}
/**
 * Writes debug message to user log
 * @param message debug message
 */
function core_debug(message) {
    command_issueCommand('debug', {}, message);
}
/**
 * Adds an error issue
 * @param message error issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function error(message, properties = {}) {
    issueCommand('error', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a warning issue
 * @param message warning issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function warning(message, properties = {}) {
    issueCommand('warning', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Adds a notice issue
 * @param message notice issue message. Errors will be converted to string via toString()
 * @param properties optional properties to add to the annotation.
 */
function notice(message, properties = {}) {
    issueCommand('notice', toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
/**
 * Writes info to log with console.log.
 * @param message info message
 */
function info(message) {
    process.stdout.write(message + external_os_namespaceObject.EOL);
}
/**
 * Begin an output group.
 *
 * Output until the next `groupEnd` will be foldable in this group
 *
 * @param name The name of the output group
 */
function startGroup(name) {
    issue('group', name);
}
/**
 * End an output group.
 */
function endGroup() {
    issue('endgroup');
}
/**
 * Wrap an asynchronous function call in a group.
 *
 * Returns the same type as the function itself.
 *
 * @param name The name of the group
 * @param fn The function to wrap in the group
 */
function group(name, fn) {
    return core_awaiter(this, void 0, void 0, function* () {
        startGroup(name);
        let result;
        try {
            result = yield fn();
        }
        finally {
            endGroup();
        }
        return result;
    });
}
//-----------------------------------------------------------------------
// Wrapper action state
//-----------------------------------------------------------------------
/**
 * Saves state for current action, the state can only be retrieved by this action's post job execution.
 *
 * @param     name     name of the state to store
 * @param     value    value to store. Non-string values will be converted to a string via JSON.stringify
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
function saveState(name, value) {
    const filePath = process.env['GITHUB_STATE'] || '';
    if (filePath) {
        return issueFileCommand('STATE', prepareKeyValueMessage(name, value));
    }
    issueCommand('save-state', { name }, toCommandValue(value));
}
/**
 * Gets the value of an state set by this action's main execution.
 *
 * @param     name     name of the state to get
 * @returns   string
 */
function getState(name) {
    return process.env[`STATE_${name}`] || '';
}
function getIDToken(aud) {
    return core_awaiter(this, void 0, void 0, function* () {
        return yield OidcClient.getIDToken(aud);
    });
}
/**
 * Summary exports
 */

/**
 * @deprecated use core.summary
 */

/**
 * Path exports
 */

/**
 * Platform utilities exports
 */

//# sourceMappingURL=core.js.map

/***/ })

/******/ });
/************************************************************************/
/******/ // The module cache
/******/ var __webpack_module_cache__ = {};
/******/ 
/******/ // The require function
/******/ function __nccwpck_require__(moduleId) {
/******/ 	// Check if module is in cache
/******/ 	var cachedModule = __webpack_module_cache__[moduleId];
/******/ 	if (cachedModule !== undefined) {
/******/ 		return cachedModule.exports;
/******/ 	}
/******/ 	// Create a new module (and put it into the cache)
/******/ 	var module = __webpack_module_cache__[moduleId] = {
/******/ 		// no module.id needed
/******/ 		// no module.loaded needed
/******/ 		exports: {}
/******/ 	};
/******/ 
/******/ 	// Execute the module function
/******/ 	var threw = true;
/******/ 	try {
/******/ 		__webpack_modules__[moduleId](module, module.exports, __nccwpck_require__);
/******/ 		threw = false;
/******/ 	} finally {
/******/ 		if(threw) delete __webpack_module_cache__[moduleId];
/******/ 	}
/******/ 
/******/ 	// Return the exports of the module
/******/ 	return module.exports;
/******/ }
/******/ 
/************************************************************************/
/******/ /* webpack/runtime/asset-relocator-loader */
/******/ if (typeof __nccwpck_require__ !== 'undefined') __nccwpck_require__.ab = decodeURIComponent(new URL('.', import.meta.url).pathname).slice(import.meta.url.match(/^file:\/\/\/\w:/) ? 1 : 0, -1) + "/";
/******/ 
/******/ /* webpack/runtime/async module */
/******/ (() => {
/******/ 	var webpackQueues = typeof Symbol === "function" ? Symbol("webpack queues") : "__webpack_queues__";
/******/ 	var webpackExports = typeof Symbol === "function" ? Symbol("webpack exports") : "__webpack_exports__";
/******/ 	var webpackError = typeof Symbol === "function" ? Symbol("webpack error") : "__webpack_error__";
/******/ 	var resolveQueue = (queue) => {
/******/ 		if(queue && queue.d < 1) {
/******/ 			queue.d = 1;
/******/ 			queue.forEach((fn) => (fn.r--));
/******/ 			queue.forEach((fn) => (fn.r-- ? fn.r++ : fn()));
/******/ 		}
/******/ 	}
/******/ 	var wrapDeps = (deps) => (deps.map((dep) => {
/******/ 		if(dep !== null && typeof dep === "object") {
/******/ 			if(dep[webpackQueues]) return dep;
/******/ 			if(dep.then) {
/******/ 				var queue = [];
/******/ 				queue.d = 0;
/******/ 				dep.then((r) => {
/******/ 					obj[webpackExports] = r;
/******/ 					resolveQueue(queue);
/******/ 				}, (e) => {
/******/ 					obj[webpackError] = e;
/******/ 					resolveQueue(queue);
/******/ 				});
/******/ 				var obj = {};
/******/ 				obj[webpackQueues] = (fn) => (fn(queue));
/******/ 				return obj;
/******/ 			}
/******/ 		}
/******/ 		var ret = {};
/******/ 		ret[webpackQueues] = x => {};
/******/ 		ret[webpackExports] = dep;
/******/ 		return ret;
/******/ 	}));
/******/ 	__nccwpck_require__.a = (module, body, hasAwait) => {
/******/ 		var queue;
/******/ 		hasAwait && ((queue = []).d = -1);
/******/ 		var depQueues = new Set();
/******/ 		var exports = module.exports;
/******/ 		var currentDeps;
/******/ 		var outerResolve;
/******/ 		var reject;
/******/ 		var promise = new Promise((resolve, rej) => {
/******/ 			reject = rej;
/******/ 			outerResolve = resolve;
/******/ 		});
/******/ 		promise[webpackExports] = exports;
/******/ 		promise[webpackQueues] = (fn) => (queue && fn(queue), depQueues.forEach(fn), promise["catch"](x => {}));
/******/ 		module.exports = promise;
/******/ 		body((deps) => {
/******/ 			currentDeps = wrapDeps(deps);
/******/ 			var fn;
/******/ 			var getResult = () => (currentDeps.map((d) => {
/******/ 				if(d[webpackError]) throw d[webpackError];
/******/ 				return d[webpackExports];
/******/ 			}))
/******/ 			var promise = new Promise((resolve) => {
/******/ 				fn = () => (resolve(getResult));
/******/ 				fn.r = 0;
/******/ 				var fnQueue = (q) => (q !== queue && !depQueues.has(q) && (depQueues.add(q), q && !q.d && (fn.r++, q.push(fn))));
/******/ 				currentDeps.map((dep) => (dep[webpackQueues](fnQueue)));
/******/ 			});
/******/ 			return fn.r ? promise : getResult();
/******/ 		}, (err) => ((err ? reject(promise[webpackError] = err) : outerResolve(exports)), resolveQueue(queue)));
/******/ 		queue && queue.d < 0 && (queue.d = 0);
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/compat get default export */
/******/ (() => {
/******/ 	// getDefaultExport function for compatibility with non-harmony modules
/******/ 	__nccwpck_require__.n = (module) => {
/******/ 		var getter = module && module.__esModule ?
/******/ 			() => (module['default']) :
/******/ 			() => (module);
/******/ 		__nccwpck_require__.d(getter, { a: getter });
/******/ 		return getter;
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/define property getters */
/******/ (() => {
/******/ 	// define getter functions for harmony exports
/******/ 	__nccwpck_require__.d = (exports, definition) => {
/******/ 		for(var key in definition) {
/******/ 			if(__nccwpck_require__.o(definition, key) && !__nccwpck_require__.o(exports, key)) {
/******/ 				Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
/******/ 			}
/******/ 		}
/******/ 	};
/******/ })();
/******/ 
/******/ /* webpack/runtime/hasOwnProperty shorthand */
/******/ (() => {
/******/ 	__nccwpck_require__.o = (obj, prop) => (Object.prototype.hasOwnProperty.call(obj, prop))
/******/ })();
/******/ 
/************************************************************************/
/******/ 
/******/ // startup
/******/ // Load entry module and return exports
/******/ // This entry module used 'module' so it can't be inlined
/******/ var __webpack_exports__ = __nccwpck_require__(661);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
