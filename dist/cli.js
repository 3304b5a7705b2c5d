#!/usr/bin/env node
import { createRequire as __WEBPACK_EXTERNAL_createRequire } from "module";
/******/ var __webpack_modules__ = ({

/***/ 581:
/***/ ((module, __unused_webpack___webpack_exports__, __nccwpck_require__) => {

__nccwpck_require__.a(module, async (__webpack_handle_async_dependencies__, __webpack_async_result__) => { try {
/* harmony import */ var _command_line_help_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(171);
/* harmony import */ var _command_line_parse_arguments_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(739);
/* harmony import */ var _command_line_shell_host_js__WEBPACK_IMPORTED_MODULE_2__ = __nccwpck_require__(656);
/* harmony import */ var _job_load_job_js__WEBPACK_IMPORTED_MODULE_4__ = __nccwpck_require__(714);
/* harmony import */ var _report_version_js__WEBPACK_IMPORTED_MODULE_3__ = __nccwpck_require__(702);





try {
    await answer((0,_command_line_parse_arguments_js__WEBPACK_IMPORTED_MODULE_1__/* .parseArguments */ .W)(process.argv.slice(2)));
}
catch (error) {
    if (!(error instanceof _command_line_parse_arguments_js__WEBPACK_IMPORTED_MODULE_1__/* .UsageError */ .e))
        throw error;
    process.stderr.write(`Error: ${error.message}\n${error.hint}\n`);
    process.exitCode = _command_line_shell_host_js__WEBPACK_IMPORTED_MODULE_2__/* .MISUSED */ .V;
}
async function answer(asked) {
    if (asked.kind === 'help')
        process.stdout.write((0,_command_line_help_js__WEBPACK_IMPORTED_MODULE_0__/* .helpOf */ .Z)(asked.command));
    else if (asked.kind === 'version')
        process.stdout.write(`${_report_version_js__WEBPACK_IMPORTED_MODULE_3__/* .VERSION */ .x}\n`);
    else {
        const { runJob } = await (0,_job_load_job_js__WEBPACK_IMPORTED_MODULE_4__/* .loadJob */ ._)();
        await runJob((0,_command_line_shell_host_js__WEBPACK_IMPORTED_MODULE_2__/* .shellHost */ .l)(asked, process));
    }
}

__webpack_async_result__();
} catch(e) { __webpack_async_result__(e); } }, 1);

/***/ }),

/***/ 10:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Lo: () => (/* binding */ COMMANDS),
/* harmony export */   RX: () => (/* binding */ PROGRAM),
/* harmony export */   nZ: () => (/* binding */ COMMAND_NAMES),
/* harmony export */   y9: () => (/* binding */ isCommand)
/* harmony export */ });
const PROGRAM = 'ecr-layer-push';
const COMMANDS = {
    push: {
        operand: 'LAYOUT',
        operandInput: 'layout',
        sets: {},
        says: 'Push the image of an OCI layout, and move the tags to it',
        explains: 'LAYOUT is the path of an OCI image layout, a directory or a tar, or of a tar of "docker save". Several layouts are merged into one index. Layers that ECR has are not sent, and tags move last.',
        examples: [
            [
                'What "docker buildx build --output type=oci,dest=image.tar ." wrote, under two tags',
                'push image.tar --repository team/app --tag v1 --tag latest',
            ],
            [
                'To two regions: a full reference names its own registry',
                'push image.tar --tag 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1 --tag 123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app:v1',
            ],
            [
                'The platforms of a matrix as one index, into a repository that need not exist yet',
                "push 'build/*.tar' --repository team/app --tag v1 --create-repository",
            ],
            [
                'For a script: the digest, from the report',
                'push image.tar --repository team/app --tag v1 --json | jq -r .image.descriptor.digest',
            ],
        ],
    },
    plan: {
        operand: 'LAYOUT',
        operandInput: 'layout',
        sets: { 'dry-run': 'true' },
        says: 'Say what a push would do, and write nothing',
        explains: 'Takes what push takes, and needs only permissions to read. It fails where the push is certain to fail, such as for an immutable tag.',
        examples: [
            [
                'What would be sent, and which tags would move',
                'plan image.tar --repository team/app --tag v1',
            ],
            [
                'Would anything change?',
                'plan image.tar --repository team/app --tag v1 --json | jq .changed',
            ],
        ],
    },
    index: {
        operand: 'DESCRIPTOR',
        operandInput: 'index-of',
        sets: {},
        says: 'Join images that are in the repository into one index, and move the tags to it',
        explains: 'DESCRIPTOR is a file that holds the descriptor of an image in the repository, as JSON, or the descriptor itself. Nothing but the index is sent. The same images in any order make the same index.',
        examples: [
            [
                'What runners of several platforms pushed, each with a file that says what',
                "index 'descriptors/*.json' --repository team/app --tag v1",
            ],
        ],
    },
};
const COMMAND_NAMES = ['push', 'plan', 'index'];
function isCommand(text) {
    return COMMAND_NAMES.some((name) => name === text);
}


/***/ }),

/***/ 171:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ helpOf)
/* harmony export */ });
/* harmony import */ var _inputs_table_js__WEBPACK_IMPORTED_MODULE_0__ = __nccwpck_require__(541);
/* harmony import */ var _commands_js__WEBPACK_IMPORTED_MODULE_1__ = __nccwpck_require__(10);


const WIDTH = 80;
function helpOf(command) {
    const parts = command === undefined ? overview() : pageOf(command);
    return `${parts.join('\n\n')}\n`;
}
function overview() {
    const usages = _commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMAND_NAMES */ .nZ.map((name) => `  ${usageOf(name)}\n${wrapped(_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMANDS */ .Lo[name].says, 6)}`);
    return [
        'Pushes built images to Amazon ECR, without Docker and without docker login.',
        `Usage:\n${usages.join('\n')}`,
        examples(_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMAND_NAMES */ .nZ),
        `AWS credentials and the region come from where the AWS CLI takes them: variables such as AWS_ACCESS_KEY_ID and AWS_REGION, the shared config files, or the machine's role.`,
        OUTPUT,
        `${_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .PROGRAM */ .RX} COMMAND --help shows the flags of a command.`,
    ].map((part) => (part.includes('\n') ? part : wrapped(part, 0)));
}
function pageOf(command) {
    const { says, explains } = _commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMANDS */ .Lo[command];
    return [
        `Usage:\n  ${usageOf(command)}`,
        wrapped(`${says}.`, 0),
        wrapped(explains, 0),
        examples([command]),
        `Flags:\n${[...inputFlags(command), ...OWN_FLAGS].map(described).join('\n')}`,
        wrapped('A flag that is true or false can be given as --NAME, --NAME=false or --no-NAME. Flags for lists can be given several times.', 0),
        OUTPUT,
    ];
}
const OUTPUT = [
    'The log goes to standard error. Exit status:',
    '  0  all is well',
    '  1  it failed; the last lines say why, and what to do',
    '  2  a mistake on the command line',
].join('\n');
function usageOf(command) {
    return `${_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .PROGRAM */ .RX} ${command} ${_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMANDS */ .Lo[command].operand}... --repository NAME [--tag TAG]... [FLAG]...`;
}
function examples(commands) {
    const all = commands.flatMap((command) => _commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMANDS */ .Lo[command].examples);
    const texts = all.map(([comment, line]) => `${wrapped(comment, 2, '# ')}\n  ${_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .PROGRAM */ .RX} ${line}`);
    return `Examples:\n${texts.join('\n\n')}`;
}
const OWN_FLAGS = [
    ['--json', 'Write the report to standard output, as JSON, and nothing else'],
    ['--verbose', 'Show debug lines'],
    ['--version', 'Show the version'],
    ['-h, --help', 'Show this'],
];
const OPERANDS = _commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMAND_NAMES */ .nZ.map((name) => _commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMANDS */ .Lo[name].operandInput);
function inputFlags(command) {
    const { sets } = _commands_js__WEBPACK_IMPORTED_MODULE_1__/* .COMMANDS */ .Lo[command];
    return Object.entries(_inputs_table_js__WEBPACK_IMPORTED_MODULE_0__/* .INPUTS */ .m)
        .filter(([name]) => !OPERANDS.includes(name) && !Object.hasOwn(sets, name))
        .map(([name, row]) => [shownName(name, row), shownText(row)]);
}
function shownName(name, row) {
    if (name === 'tags')
        return '--tag TAG, --tags TAGS';
    if (row.kind !== 'flag')
        return `--${name} ${row.value ?? 'TEXT'}`;
    return row.default === 'true' ? `--${name}=false` : `--${name}`;
}
function shownText({ says, default: preset }) {
    const text = says.replaceAll('`', '');
    return preset === undefined ? text : `${text} (default: ${preset})`;
}
const COLUMN = 30;
function described([name, says]) {
    const head = `  ${name}`;
    const text = wrapped(says, COLUMN);
    if (head.length + 2 > COLUMN)
        return `${head}\n${text}`;
    return `${head}${text.slice(head.length)}`;
}
function wrapped(text, indent, mark = '') {
    const start = ' '.repeat(indent) + mark;
    const lines = [];
    for (const word of text.split(' ')) {
        const line = lines.at(-1);
        if (line === undefined || `${line} ${word}`.length > WIDTH)
            lines.push(start + word);
        else
            lines[lines.length - 1] = `${line} ${word}`;
    }
    return lines.join('\n');
}


/***/ }),

/***/ 739:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  e: () => (/* binding */ UsageError),
  W: () => (/* binding */ parseArguments)
});

// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
;// CONCATENATED MODULE: ./src/inputs/nearest.ts
const YES = 'true yes y on 1 t enable enabled always keep'.split(' ');
const NO = 'false no n off 0 f disable disabled never drop none remove skip'.split(' ');
function nearest_booleanWord(text) {
    const word = text.toLowerCase();
    if (YES.includes(word))
        return true;
    return NO.includes(word) ? false : undefined;
}
function nearest_nearest(text, words) {
    const meant = folded(text);
    if (meant.length < 2)
        return undefined;
    const same = words.filter((word) => folded(word) === meant);
    if (same.length > 0)
        return only(same);
    const close = closest(meant, words);
    if (close.length > 0)
        return only(close);
    return only(words.filter((word) => folded(word).includes(meant) || meant.includes(folded(word))));
}
function folded(text) {
    return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
function only(found) {
    return found.length === 1 ? found[0] : undefined;
}
const MOST_WRONG = 2 / 5;
function closest(meant, words) {
    const limit = Math.floor(meant.length * MOST_WRONG);
    const measured = words.map((word) => ({ word, distance: editDistance(meant, folded(word)) }));
    const least = Math.min(limit, ...measured.map(({ distance }) => distance));
    return measured.flatMap(({ word, distance }) => (distance === least ? [word] : []));
}
const MAX_COMPARED = 64;
function editDistance(from, to) {
    if (from.length > MAX_COMPARED)
        return Infinity;
    let row = Array.from({ length: to.length + 1 }, (_, at) => at);
    for (const [line, letter] of from.split('').entries()) {
        const next = [line + 1];
        for (const [at, other] of to.split('').entries()) {
            const [left = 0, above = 0, diagonal = 0] = [next[at], row[at + 1], row[at]];
            next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)));
        }
        row = next;
    }
    return row.at(-1) ?? 0;
}

;// CONCATENATED MODULE: ./src/errors.ts
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
class errors_PushError extends Error {
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

;// CONCATENATED MODULE: ./src/inputs/read-input.ts


function choice(read, name, allowed, { yes, no } = {}) {
    const text = read(name);
    if (text === '')
        return allowed[0];
    const chosen = allowed.find((value) => value === text.toLowerCase());
    if (chosen !== undefined)
        return chosen;
    const word = booleanWord(text);
    const meant = word === undefined ? undefined : word ? yes : no;
    throw cannotBe(read, name, `Set it to ${alternatives(allowed)}.`, meant ?? nearest(text, allowed));
}
function flag(read, name, fallback) {
    const text = read(name);
    if (text === '')
        return fallback;
    const value = parseFlag(text);
    if (value !== undefined)
        return value;
    throw cannotBe(read, name, 'Set it to true or false.', meantFlag(text));
}
function parseFlag(text) {
    const word = text.toLowerCase();
    return word === 'true' || word === 'false' ? word === 'true' : undefined;
}
function meantFlag(text) {
    return booleanWord(text)?.toString() ?? nearest(text, ['true', 'false']);
}
function wholeNumber(read, name, [least, most], automatic = '') {
    const text = read(name);
    if (text.toLowerCase() === automatic || text === '')
        return undefined;
    const isAllowed = (number) => number >= least && number <= most;
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (isAllowed(number))
        return number;
    const meant = /^(\d{1,9})(?:\.0+)?\s*[a-z]*$/i.exec(text)?.[1];
    throw cannotBe(read, name, `Set it to ${automatic && `${automatic}, or to `}a whole number from ${least} to ${most}.`, isAllowed(Number(meant)) ? meant : undefined);
}
function lines(text) {
    return parts(text, '\n');
}
function list(text) {
    return parts(text.replace(/^\[(.*)\]$/s, '$1'), /[\n,]/);
}
function parts(text, separator) {
    return text
        .split(separator)
        .map((part) => unquoted(part.trim().replace(/^- +/, '')))
        .filter((part) => part !== '');
}
function unquoted(text) {
    const { quote, inner } = /^(?<quote>["'])(?<inner>.*)\k<quote>$/s.exec(text)?.groups ?? {};
    const isWhole = quote !== undefined && inner !== undefined && !inner.includes(quote);
    return isWhole ? inner.trim() : text;
}
function alternatives(values) {
    return `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}
function didYouMean(meant) {
    return meant === undefined ? '' : `Did you mean ${meant}? `;
}
function cannotBe(read, name, allowed, meant) {
    const text = JSON.stringify(read(name));
    return new PushError('INVALID_INPUT', `The input ${name} cannot be ${text}`, {
        hint: `${didYouMean(meant)}${allowed}`,
    });
}

// EXTERNAL MODULE: ./src/inputs/table.ts
var table = __nccwpck_require__(541);
// EXTERNAL MODULE: ./src/command-line/commands.ts
var commands = __nccwpck_require__(10);
;// CONCATENATED MODULE: ./src/command-line/parse-arguments.ts





class UsageError extends Error {
    hint;
    constructor(message, hint) {
        super(message);
        this.hint = hint;
    }
}
const ROWS = new Map(Object.entries(table/* INPUTS */.m));
const OWN = ['json', 'verbose', 'help', 'version'];
const OPTIONS = {
    ...Object.fromEntries([...ROWS].map(([name, { kind }]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' }])),
    tag: { type: 'string' },
    ...Object.fromEntries(OWN.map((name) => [name, { type: 'boolean' }])),
    help: { type: 'boolean', short: 'h' },
};
function parseArguments(args) {
    const { tokens } = (0,external_node_util_.parseArgs)({ args: [...args], options: OPTIONS, strict: false, tokens: true });
    const isAsked = (name) => tokens.some((token) => token.kind === 'option' && token.name === name);
    const [command, ...operands] = tokens.flatMap((token) => token.kind === 'positional' ? [token.value] : []);
    if (isAsked('help'))
        return { kind: 'help', command: (0,commands/* isCommand */.y9)(command) ? command : undefined };
    if (isAsked('version'))
        return { kind: 'version' };
    const given = inputsAmong(tokens);
    const name = checkCommand(command);
    const inputs = { ...DEFAULTS, ...inputsOf(name, given, operands) };
    return { kind: 'run', command: name, inputs, json: isAsked('json'), verbose: isAsked('verbose') };
}
const DEFAULTS = Object.fromEntries([...ROWS].map(([name, row]) => [name, row.default ?? '']));
function checkCommand(text) {
    if ((0,commands/* isCommand */.y9)(text))
        return text;
    const hint = `The commands are ${commands/* COMMAND_NAMES */.nZ.join(', ')}. See ${commands/* PROGRAM */.RX} --help`;
    if (text === undefined)
        throw new UsageError('There is no command', hint);
    const meant = didYouMean(nearest_nearest(text, commands/* COMMAND_NAMES */.nZ));
    throw new UsageError(`There is no command ${text}`, `${meant}${hint}`);
}
function inputsAmong(tokens) {
    const given = new Map();
    for (const [at, token] of tokens.entries()) {
        if (token.kind !== 'option')
            continue;
        const input = inputOf(token, tokens[at + 1]);
        if (input === undefined)
            continue;
        const before = given.get(input.name) ?? [];
        if (before.length > 0 && ROWS.get(input.name)?.kind !== 'list')
            throw new UsageError(`${token.rawName} is given twice`, 'Give it once.');
        given.set(input.name, [...before, input.text]);
    }
    return given;
}
function inputOf(option, next) {
    const { rawName, value } = option;
    const name = option.name === 'tag' ? 'tags' : option.name;
    const row = ROWS.get(name);
    if (row?.kind === 'flag')
        return { name, text: flagText(option, next) };
    if (row !== undefined)
        return { name, text: valueText(option) };
    const isOwn = OWN.includes(name);
    const negated = name.replace(/^no-/, '');
    if (!isOwn && ROWS.get(negated)?.kind !== 'flag')
        throw unknownFlag(rawName);
    if (value !== undefined)
        throw new UsageError(`${rawName} takes no value`, `Write ${rawName} alone.`);
    return isOwn ? undefined : { name: negated, text: 'false' };
}
function flagText({ rawName, value }, next) {
    if (value !== undefined)
        return value;
    if (next?.kind === 'positional' && /^(?:true|false)$/i.test(next.value))
        throw new UsageError(`${rawName} takes no value after a space`, `Write ${rawName}=${next.value}.`);
    return 'true';
}
function valueText({ rawName, value, inlineValue }) {
    if (value === undefined)
        throw new UsageError(`${rawName} needs a value`, `Write ${rawName} VALUE.`);
    if (!inlineValue && value.startsWith('-'))
        throw new UsageError(`${rawName} needs a value, and ${value} looks like a flag`, `If it is the value, write ${rawName}=${value}.`);
    return value;
}
function unknownFlag(rawName) {
    const flags = [...ROWS.keys(), ...OWN].map((name) => `--${name}`);
    const begun = flags.filter((flag) => flag.startsWith(rawName));
    const meant = nearest_nearest(rawName, flags) ?? (begun.length > 1 ? alternatives(begun) : undefined);
    return new UsageError(`There is no flag ${rawName}`, `${didYouMean(meant)}See ${commands/* PROGRAM */.RX} push --help`);
}
function inputsOf(command, given, operands) {
    const { operand, operandInput, sets } = commands/* COMMANDS */.Lo[command];
    const values = operands.map((text) => text.replaceAll(/\s*\n\s*/g, ' ').trim());
    const all = new Map([
        ...given,
        [operandInput, [...(given.get(operandInput) ?? []), ...values]],
    ]);
    if (all.get(operandInput)?.length === 0)
        throw new UsageError(`${command} needs a ${operand}`, `Write ${commands/* PROGRAM */.RX} ${command} ${operand}. See ${commands/* PROGRAM */.RX} ${command} --help`);
    for (const [name, value] of Object.entries(sets)) {
        const text = all.get(name)?.join() ?? value;
        if (text !== value)
            throw new UsageError(`${command} is --${name}=${value}, not ${text}`, `Leave --${name} out.`);
    }
    const texts = [...all].map(([name, values]) => [name, values.join('\n')]);
    return { ...Object.fromEntries(texts), ...sets };
}


/***/ }),

/***/ 656:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {


// EXPORTS
__nccwpck_require__.d(__webpack_exports__, {
  V: () => (/* binding */ MISUSED),
  l: () => (/* binding */ shellHost)
});

;// CONCATENATED MODULE: external "node:os"
const external_node_os_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:os");
;// CONCATENATED MODULE: external "node:path"
const external_node_path_namespaceObject = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:path");
;// CONCATENATED MODULE: ./src/command-line/cache-folder.ts

function cacheFolder({ platform, env, homedir }) {
    const path = platform === 'win32' ? external_node_path_namespaceObject.win32 : external_node_path_namespaceObject.posix;
    const { XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local = '' } = env;
    if (path.isAbsolute(xdg))
        return path.join(xdg, NAME);
    if (platform === 'win32' && path.isAbsolute(local))
        return path.join(local, NAME);
    const home = homeOf(homedir);
    if (!path.isAbsolute(home))
        return undefined;
    const caches = platform === 'darwin' ? path.join(home, 'Library', 'Caches') : path.join(home, '.cache');
    return path.join(caches, NAME);
}
const NAME = 'ecr-layer-push';
function homeOf(homedir) {
    try {
        return homedir();
    }
    catch {
        return '';
    }
}

// EXTERNAL MODULE: ./src/command-line/commands.ts
var commands = __nccwpck_require__(10);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __nccwpck_require__(975);
;// CONCATENATED MODULE: ./src/command-line/line-log.ts

class LineLog {
    #options;
    #indent = '';
    constructor(options) {
        this.#options = options;
    }
    info(message) {
        this.#say('', message);
    }
    warning(message) {
        this.#say(this.#styled('yellow', 'Warning: '), message);
    }
    debug(message) {
        if (this.#options.isVerbose)
            this.#say('Debug: ', message);
    }
    error(message) {
        this.#indent = '';
        this.#say(this.#styled('red', 'Error: '), message);
    }
    async group(name, work) {
        this.#options.write(`${this.#styled('bold', printable(name))}\n`);
        this.#indent = '  ';
        try {
            return await work();
        }
        finally {
            this.#indent = '';
        }
    }
    #say(mark, message) {
        const lines = `${mark}${printable(message)}`.split('\n');
        this.#options.write(lines.map((line) => `${this.#indent}${line}\n`).join(''));
    }
    #styled(style, text) {
        return this.#options.isTerminal ? (0,external_node_util_.styleText)(style, text, { validateStream: false }) : text;
    }
}
function printable(text) {
    return text.replace(/[^\P{Cc}\n\t]/gu, ' ');
}

;// CONCATENATED MODULE: ./src/command-line/shell-host.ts




const FAILED = 1;
const MISUSED = 2;
function shellHost({ command, inputs, json, verbose }, shell) {
    const { env, platform, stdout, stderr } = shell;
    const isTerminal = stderr.isTTY === true && stderr.hasColors?.() === true;
    const log = new LineLog({ write: (text) => stderr.write(text), isTerminal, isVerbose: verbose });
    stderr.on('error', () => undefined);
    stdout.on('error', ({ message }) => {
        log.error(`The report could not be written (${message})`);
        shell.exitCode ??= FAILED;
    });
    return {
        log,
        screen: stderr,
        isDebug: verbose,
        readInput: (name) => (inputs[name] ?? '').trim(),
        setOutputs: () => undefined,
        saveReport: (report) => {
            if (json)
                stdout.write(report);
            return '';
        },
        setFailed: ({ code, message }) => {
            log.error(message);
            const isMisused = code === 'INVALID_INPUT';
            if (isMisused)
                log.info(`Each input is a flag: see ${commands/* PROGRAM */.RX} ${command} --help`);
            shell.exitCode = isMisused ? MISUSED : FAILED;
        },
        summaryFile: env['GITHUB_STEP_SUMMARY'],
        temporary: undefined,
        workspace: undefined,
        memory: {
            folder: cacheFolder({ platform, env, homedir: external_node_os_namespaceObject.homedir }),
            cache: undefined,
            saveState: () => undefined,
        },
    };
}


/***/ }),

/***/ 541:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   m: () => (/* binding */ INPUTS)
/* harmony export */ });
const INPUTS = {
    layout: {
        kind: 'list',
        value: 'PATH',
        says: 'Path to an OCI image layout, a directory or a tar, or to a tar of `docker save`',
    },
    'index-of': {
        kind: 'list',
        value: 'DESCRIPTOR',
        says: 'Instead of `layout`: descriptors of images in ECR to join into one index',
    },
    'follow-links': {
        kind: 'text',
        value: 'WHERE',
        default: 'none',
        says: 'Where links may lead that lead out of a layout directory, `none` or `workspace`',
    },
    repository: {
        kind: 'text',
        value: 'NAME',
        says: 'Repository for bare tags, such as `team/app`',
    },
    tags: {
        kind: 'list',
        value: 'TAGS',
        says: 'Tags, bare or `HOST/REPOSITORY:TAG`, by newlines or commas; by default `latest`',
    },
    'push-by-digest': {
        kind: 'flag',
        default: 'false',
        says: 'Whether to push the image whole, but put no tag on it',
    },
    image: {
        kind: 'text',
        value: 'NAME',
        says: 'Image to push if the layout holds several',
    },
    platforms: {
        kind: 'list',
        value: 'PLATFORMS',
        says: 'Platforms to push, such as `linux/amd64,linux/arm64`',
    },
    attestations: {
        kind: 'text',
        value: 'HOW',
        default: 'keep',
        says: '`keep` or `drop` the attestations of an index',
    },
    'single-image': {
        kind: 'text',
        value: 'HOW',
        default: 'keep',
        says: '`unwrap` an index that holds one image, or `keep` it',
    },
    referrers: {
        kind: 'flag',
        default: 'true',
        says: "Whether to push the image's signatures, SBOMs and other referrers",
    },
    'layer-compression': {
        kind: 'text',
        value: 'HOW',
        default: 'gzip',
        says: '`gzip`, `zstd` or `none` for the uncompressed layers of a `docker save` tar',
    },
    'aws-region': {
        kind: 'text',
        value: 'REGION',
        says: 'Region for bare tags',
    },
    'registry-type': {
        kind: 'text',
        value: 'TYPE',
        default: 'private',
        says: 'Registry for bare tags, `private` or `public` (ECR Public)',
    },
    'registry-id': {
        kind: 'text',
        value: 'ID',
        says: 'Account ID for bare tags, or an ECR Public alias',
    },
    'if-tag-exists': {
        kind: 'text',
        value: 'HOW',
        default: 'fail',
        says: '`fail` or `skip` if an immutable tag points to another image',
    },
    'create-repository': {
        kind: 'flag',
        default: 'false',
        says: 'Whether to create repositories that do not exist',
    },
    'repository-settings': {
        kind: 'list',
        value: 'SETTINGS',
        says: 'Settings for new repositories, as JSON or `key: value` lines',
    },
    'fail-fast': {
        kind: 'flag',
        default: 'false',
        says: 'Whether the first repository to fail stops the others',
    },
    'dry-run': {
        kind: 'flag',
        default: 'false',
        says: 'Whether to say what a push would do, and write nothing',
    },
    'https-proxy': {
        kind: 'text',
        value: 'URL',
        says: 'Proxy for HTTPS endpoints, which AWS uses throughout',
    },
    'http-proxy': {
        kind: 'text',
        value: 'URL',
        says: 'Proxy for plain HTTP endpoints',
    },
    'no-proxy': {
        kind: 'text',
        value: 'HOSTS',
        says: 'Hosts to reach without a proxy, separated by commas',
    },
    concurrency: {
        kind: 'text',
        value: 'NUMBER',
        says: 'Maximum number of layers in flight, across all repositories, 1 to 96',
    },
    'part-size': {
        kind: 'text',
        value: 'MIB',
        says: 'Size of a layer part in MiB, 5 to 20',
    },
    'parts-in-flight': {
        kind: 'text',
        value: 'NUMBER',
        default: 'auto',
        says: 'Parts of one layer on the wire at the same time, 1 to 8 or `auto`',
    },
    resume: {
        kind: 'flag',
        default: 'true',
        says: 'Whether layers go on where an earlier run ended',
    },
    summary: {
        kind: 'flag',
        default: 'true',
        says: 'Whether the step adds to the job summary',
    },
};


/***/ }),

/***/ 702:
/***/ ((__unused_webpack_module, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   x: () => (/* binding */ VERSION)
/* harmony export */ });
const VERSION = '1.0.0';


/***/ }),

/***/ 975:
/***/ ((module) => {

module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)("node:util");

/***/ }),

/***/ 714:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __nccwpck_require__) => {

/* harmony export */ __nccwpck_require__.d(__webpack_exports__, {
/* harmony export */   _: () => (/* binding */ loadJob)
/* harmony export */ });
/**
 * JavaScript, because the bundler must see the comment, and TypeScript removes it: the job stays out of the bundles of the ways
 * in, which share one file of it. `scripts/build.ts` makes that file.
 */
function loadJob() {
  return import(/* webpackIgnore: true */ './job.js');
}


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
/******/ var __webpack_exports__ = __nccwpck_require__(581);
/******/ __webpack_exports__ = await __webpack_exports__;
/******/ 
