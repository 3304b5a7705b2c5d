export const id = 259;
export const ids = [259];
export const modules = {

/***/ 2259:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  notALayoutDirectory: () => (/* binding */ notALayoutDirectory),
  notATar: () => (/* binding */ notATar),
  notFound: () => (/* binding */ notFound),
  nothingMatches: () => (/* binding */ nothingMatches)
});

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./src/errors.ts
var errors = __webpack_require__(3916);
// EXTERNAL MODULE: ./src/layout/path-parts.ts
var path_parts = __webpack_require__(1444);
;// CONCATENATED MODULE: ./src/layout/common-glob.ts


const SPECIAL = /[*?[\]{}!\\]/;
function commonGlob(paths, rules = external_node_path_) {
    const [first, ...others] = paths.map((path) => (0,path_parts/* partsOf */.CI)(path, rules));
    if (first === undefined || others.length === 0)
        return undefined;
    if (others.some((parts) => parts.length !== first.length))
        return undefined;
    const columns = first.map((part, at) => [part, ...others.map((other) => other[at] ?? '')]);
    const [starts = []] = columns;
    if (!isSame(starts) && starts.some((part) => (0,path_parts/* isRoot */.jX)(part, rules)))
        return undefined;
    const fixed = columns.filter(isSame).map(([part = '']) => part);
    const isPattern = (part) => !(0,path_parts/* isRoot */.jX)(part, rules) && SPECIAL.test(part);
    if (fixed.some(isPattern))
        return undefined;
    return rules.join(...columns.map((names) => (isSame(names) ? (names[0] ?? '') : starFor(names))));
}
function isSame(names) {
    return names.every((name) => name === names[0]);
}
function starFor(names) {
    const [ending = '', ...others] = names.map((name) => /\..*$/.exec(name)?.[0]);
    return others.every((other) => other === ending) ? `*${ending}` : '*';
}

// EXTERNAL MODULE: ./src/layout/foreign.ts
var layout_foreign = __webpack_require__(4990);
// EXTERNAL MODULE: ./src/layout/not-a-layout.ts
var not_a_layout = __webpack_require__(1580);
// EXTERNAL MODULE: ./src/layout/quoted.ts
var quoted = __webpack_require__(4428);
// EXTERNAL MODULE: ./src/layout/transport.ts
var transport = __webpack_require__(375);
;// CONCATENATED MODULE: ./src/layout/look-around.ts








const MAX_LEVELS = 4;
const MAX_ENTRIES = 5000;
const MAX_NAMED = 5;
const TAR_NAME = /\.(?:tar|tgz|tar\.(?:gz|zst|zstd)|oci|cnb)$/;
const SKIPPED = ['.git', 'node_modules', 'blobs'];
async function notALayoutDirectory(path) {
    const entries = await entriesOf(path);
    const foreign = (0,layout_foreign/* foreignDirectory */.u)(new Set(entries.map(({ name }) => name)), path);
    if (foreign !== undefined)
        return (0,not_a_layout/* notALayout */.HW)(path, foreign.what, foreign.hint);
    const around = await layoutAround(path);
    if (around !== undefined) {
        const hint = `Set the input layout to ${(0,quoted/* quoted */.T)(around)}.`;
        return (0,not_a_layout/* notALayout */.HW)(path, `a folder of the layout ${(0,quoted/* quoted */.T)(around)}`, hint);
    }
    const what = 'a directory without an index.json';
    const found = await layoutsBelow(path);
    if (found.length === 0)
        return (0,not_a_layout/* notALayout */.HW)(path, `${what}, and ${content(entries)}`);
    return (0,not_a_layout/* notALayout */.HW)(path, `${what}, and holds ${listed(found)}`, await setTo(found));
}
async function notFound(path, cause) {
    const { path: shorter, reference } = (0,transport/* splitReference */.m)(path);
    if (reference !== undefined && (await isThere(shorter))) {
        const message = `${path} does not exist, but ${(0,quoted/* quoted */.T)(shorter)} does`;
        const hint = `Set the input layout to ${(0,quoted/* quoted */.T)(shorter)}, and the input image to ${(0,quoted/* quoted */.T)(reference)}.`;
        return new errors/* PushError */.Vc('LAYOUT_NOT_FOUND', message, { hint, cause });
    }
    const { where, hint } = await lookIn((0,external_node_path_.dirname)(path));
    const message = `${path} does not exist: ${where}`;
    const details = hint === undefined ? { cause } : { hint, cause };
    return new errors/* PushError */.Vc('LAYOUT_NOT_FOUND', message, details);
}
async function nothingMatches(glob, what) {
    const start = glob.slice(0, glob.search(/[*?[\]{}]/));
    const { where, hint } = await lookIn((0,external_node_path_.dirname)(`${start}x`));
    const relative = "Globs are relative to the step's working directory.";
    return new errors/* PushError */.Vc('LAYOUT_NOT_FOUND', `${glob} matches ${what}: ${where}`, {
        hint: hint === undefined ? relative : `${hint} ${relative}`,
    });
}
async function notATar(path, head) {
    const what = describe(head);
    const { where, hint } = await lookIn((0,external_node_path_.dirname)(path), path);
    if (hint === undefined)
        return (0,not_a_layout/* notALayout */.HW)(path, what);
    return (0,not_a_layout/* notALayout */.HW)(path, `${what}; ${where}`, `${hint} A glob takes every file that it matches.`);
}
function describe(head) {
    const text = Buffer.from(head).toString('latin1').trimStart();
    if (!/^[{[]/.test(text))
        return 'neither a directory nor a tar';
    const ofBuildx = /"(?:buildx\.build|containerimage)\./.test(text);
    return ofBuildx ? 'a JSON file, as buildx writes with --metadata-file' : 'a JSON file';
}
async function lookIn(wanted, besides) {
    const folder = await nearestFolder(wanted);
    const missing = folder === wanted ? '' : `there is no folder ${(0,quoted/* quoted */.T)(wanted)}, and `;
    const isRoot = folder === (0,external_node_path_.dirname)(folder) && folder !== '.';
    const below = isRoot ? [] : await layoutsBelow(folder);
    const found = below.filter((path) => path !== besides);
    const what = found.includes(folder) ? 'is a layout itself' : `holds ${listed(found)}`;
    if (found.length > 0) {
        return { where: `${missing}${named(folder)} ${what}`, hint: await setTo(found, besides) };
    }
    const where = `${missing}${named(folder)} ${content(await entriesOf(folder))}`;
    return { where, hint: undefined };
}
async function nearestFolder(path) {
    if (path === (0,external_node_path_.dirname)(path) || (await readEntries(path)) !== undefined)
        return path;
    return nearestFolder((0,external_node_path_.dirname)(path));
}
async function layoutAround(path) {
    const up = (0,external_node_path_.basename)(path) === 'sha256' ? (0,external_node_path_.dirname)(path) : path;
    if ((0,external_node_path_.basename)(up) !== 'blobs')
        return undefined;
    return isLayout(await entriesOf((0,external_node_path_.dirname)(up))) ? (0,external_node_path_.dirname)(up) : undefined;
}
async function layoutsBelow(directory) {
    const found = [];
    let looked = 0;
    let level = [directory];
    for (let depth = 0; depth <= MAX_LEVELS && level.length > 0; depth++) {
        const next = [];
        for (const folder of level) {
            if (looked > MAX_ENTRIES || found.length > MAX_NAMED)
                return found;
            const entries = await entriesOf(folder);
            looked += entries.length;
            if (isLayout(entries))
                found.push(folder);
            else {
                found.push(...tarsAmong(entries).map((name) => (0,external_node_path_.join)(folder, name)));
                next.push(...foldersAmong(entries).map((name) => (0,external_node_path_.join)(folder, name)));
            }
        }
        level = next;
    }
    return found;
}
function isLayout(entries) {
    const names = new Set(entries.map(({ name }) => name));
    return names.has('index.json') && (names.has('blobs') || names.has('oci-layout'));
}
function tarsAmong(entries) {
    return entries
        .filter((entry) => entry.isFile() && TAR_NAME.test(entry.name))
        .map(({ name }) => name);
}
function foldersAmong(entries) {
    return entries
        .filter((entry) => entry.isDirectory() && !SKIPPED.includes(entry.name))
        .map(({ name }) => name);
}
async function entriesOf(directory) {
    const entries = (await readEntries(directory)) ?? [];
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
async function isThere(path) {
    return (0,promises_.access)(path).then(() => true, () => false);
}
async function readEntries(directory) {
    return (0,promises_.readdir)(directory, { withFileTypes: true }).catch(() => undefined);
}
function content(entries) {
    if (entries.length === 0)
        return 'is empty';
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    return `holds ${listed(names)}`;
}
function listed(names) {
    const more = names.length - MAX_NAMED;
    const shown = names.slice(0, MAX_NAMED).map(quoted/* quoted */.T).join(', ');
    return more > 0 ? `${shown} and more` : shown;
}
async function setTo(found, besides) {
    const [first = '', ...others] = found;
    if (others.length === 0)
        return `Set the input layout to ${(0,quoted/* quoted */.T)(first)}.`;
    const all = (await globFor(found, besides)) ?? 'their paths, a line each';
    return `Set the input layout to one of them, such as ${(0,quoted/* quoted */.T)(first)}, or, to merge them into one index, to ${all}.`;
}
async function globFor(found, besides) {
    const pattern = commonGlob(found);
    if (pattern === undefined)
        return undefined;
    const missing = new Set(found);
    for await (const path of (0,promises_.glob)(pattern)) {
        const isFile = (await readEntries(path)) === undefined;
        if (path === besides || (isFile && !TAR_NAME.test(path)))
            return undefined;
        missing.delete(path);
    }
    return missing.size === 0 ? pattern : undefined;
}
function named(folder) {
    return folder === '.' ? 'the working directory' : (0,quoted/* quoted */.T)(folder);
}


/***/ })

};
